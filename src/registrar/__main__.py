"""``python -I -m registrar``."""

from registrar.cli.guard import run

run()
