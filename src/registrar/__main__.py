"""``python -I -m registrar``, and the entry of ``registrar.pyz``."""

from registrar.cli.guard import run

run()
