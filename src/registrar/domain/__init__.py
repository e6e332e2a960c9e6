"""Frozen values: what Registrar speaks about, with no input or output."""
