"""git, always as a process, hardened against the repository that it reads."""
