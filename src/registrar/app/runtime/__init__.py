"""The runtime phase: what the bytes of entries are, and whether their models run."""
