"""The rules of ACME's model registry."""
