"""A hook ``pre-receive``: does its shell end with the verdict of registrar, whatever happens.

Only the shapes that docs/git_server.md shows are known. What any other shell script ends with
cannot be told without running it.
"""

from __future__ import annotations

import re
from enum import Enum

_NAMED = re.compile(r"^[^#\n]*\bregistrar\b[^#\n]*\bhook\s+pre-receive\b", re.MULTILINE)
_SHELL = re.compile(r"#!(?:/usr)?/bin/(?:env )?(?P<name>sh|dash|bash)(?: -[eu]+)?")
_SETS = re.compile(r"set -(?:[eu]+|[eu]*o pipefail)")
_FOLDER = r"(?:/[A-Za-z0-9_.+-]+)+/"
_QUOTED = r"(?:/[A-Za-z0-9_.+ -]+)+/"
"""In quotes a space is no end of a word; nothing that a shell looks for within them."""
_RUNS = (
    rf"(?:(?:{_FOLDER})?registrar|\"{_QUOTED}registrar\"|'{_QUOTED}registrar'|"
    rf"(?:{_FOLDER})?python3?(?:\.[0-9]+)? -I (?:-m registrar|{_FOLDER}registrar\.pyz))"
    r" hook pre-receive"
)
_ALONE = re.compile(rf"(?:exec )?{_RUNS}")
_PIPED = re.compile(rf"{_RUNS} 2>&1 \| sed (?:-u )?'[^']*'")


class Shape(Enum):
    """What can be said of the text of a hook."""

    REFUSES = "ends with the verdict"
    UNKNOWN = "names registrar, and may end with anything"
    ANOTHER = "does not name registrar"


def shape_of(text: str) -> Shape:
    """The shape of a hook's text; never raises."""
    if not _NAMED.search(text):
        return Shape.ANOTHER
    first, *rest = text.split("\n")
    shell = _SHELL.fullmatch(first)
    lines = [line.strip(" \t") for line in rest]
    commands = [line for line in lines if line and not line.startswith("#")]
    if shell is None or not commands or not all(map(_SETS.fullmatch, commands[:-1])):
        return Shape.UNKNOWN
    if _ALONE.fullmatch(commands[-1]):
        return Shape.REFUSES
    fails_with_it = any(line.endswith("o pipefail") for line in commands[:-1])
    if shell["name"] == "bash" and fails_with_it and _PIPED.fullmatch(commands[-1]):
        return Shape.REFUSES
    return Shape.UNKNOWN
