"""Registrar: a model registry in git that lets nothing in without its papers."""

__version__ = "0.1.0"
