"""The remote phase: what others say about the entries of a check, and what follows from it."""
