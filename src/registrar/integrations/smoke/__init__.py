"""Loading and running models; inside the sandbox, never in the program itself."""
