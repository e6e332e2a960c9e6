"""Looking into the bytes of models without loading them; in a child process."""
