"""Bare Python environments for tests, made without a network."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import PathDistribution, distribution
from pathlib import Path

GATE = (
    "attrs",
    "jsonschema",
    "jsonschema-specifications",
    "PyYAML",
    "referencing",
    "rpds-py",
    "typing-extensions",
)
"""What requirements/gate.txt installs; a test holds the two together."""


def link_gate(target: Path) -> Path:
    """Link PyYAML, jsonschema and what they need into a folder; nothing else of this machine."""
    target.mkdir(parents=True, exist_ok=True)
    for name in GATE:
        found = distribution(name)
        assert isinstance(found, PathDistribution)
        for top in {file.parts[0] for file in found.files or () if file.parts[0] != ".."}:
            if top != "__pycache__" and not (target / top).exists():
                (target / top).symlink_to(str(found.locate_file(top)))
    return target


def bare_python(folder: Path, packages: Path | None) -> Path:
    """A virtual environment without pip, which sees ``packages`` besides the standard library."""
    subprocess.run(
        [sys.executable, "-I", "-m", "venv", "--without-pip", str(folder)],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    (site,) = folder.glob("lib/python*/site-packages")
    if packages is not None:
        (site / "gate.pth").write_text(f"{packages}\n", encoding="utf-8")
    return folder / "bin" / "python"
