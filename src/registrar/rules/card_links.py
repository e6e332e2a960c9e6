"""Refuses a relative link or image of the model card that leads nowhere.

What it does: looks for the target of every relative link and image: inline, by definition
(`[curve]: plots/roc.png`), `<img src>` and `<a href>`. Query and fragment are left out, `%20` is
a blank. There is what the entry holds, a folder too, what a DVC pointer tracks, and for `../`
what the repository holds. Upper and lower case must match. Paths of a machine (`/home/…`, `C:\\…`,
`file:`) and paths out of the repository lead nowhere for everybody else. Web addresses, `mailto:`
and bare `#anchors` are not looked at, nor is anything in code.

Why this is bad: the curve that shows where the model fails is the one thing that the reader of
the card cannot see.

Example:

    <img alt="ROC curve" src="/home/me/plots/roc.png">

Use instead: put the picture into the entry, and

    <img alt="ROC curve" src="plots/roc.png">
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from registrar.domain.findings import Outcome, Phase, Problem, Severity
from registrar.domain.paths import inside
from registrar.domain.places import At
from registrar.domain.trees import Kind
from registrar.reading.card_quickly import only_plain_targets
from registrar.reading.entry import CARD_NAME, Entry
from registrar.rules.rule import Judging, Rule

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_SHOWN = 200
_MAX_PATH = 4096


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Look for the target of every relative link."""
    card = entry.card
    if card is None:
        return
    plain = only_plain_targets(card.text)
    if plain is not None and all(target in entry.files for target in plain):
        return
    if any(node.kind is Kind.UNREADABLE for node in entry.nodes.values()):
        return  # entry-files has refused it, and what lies there cannot be told
    from registrar.reading.links import card_links  # most cards are plain

    there = _There(entry)
    faults: dict[str, tuple[str, str] | None] = {}
    for link in card_links(card.markdown, card.lines):
        target = link.target.strip()
        if target not in faults:
            faults[target] = _fault(target, entry, there)
        fault = faults[target]
        if fault is not None:
            yield Problem(*fault, At(CARD_NAME, span=link.span))


class _There:
    """What the entry holds, folders too, and what its pointers track."""

    def __init__(self, entry: Entry) -> None:
        self._tracked = frozenset(out.path for out in entry.outs)
        self._here = {".", *entry.nodes, *self._tracked}
        for path in (*entry.nodes, *self._tracked):
            while (path := posixpath.dirname(path)) and path not in self._here:
                self._here.add(path)

    def __contains__(self, path: str) -> bool:
        if path in self._here:
            return True
        above = [path[: found.start()] for found in re.finditer("/", path)]
        return not self._tracked.isdisjoint(above)


def _fault(target: str, entry: Entry, there: _There) -> tuple[str, str] | None:
    """What is wrong with a target: message and hint; None where it is there or not looked at."""
    shown = target if len(target) <= _SHOWN else target[: _SHOWN - 1] + "…"
    path = target.partition("#")[0].partition("?")[0]
    if target[:5].lower() == "file:" or _DRIVE.match(target):
        return f"{shown} is a path of one machine", _RELATIVE
    if not path or _SCHEME.match(target) or target.startswith("//"):
        return None
    path = unquote(path, errors="surrogateescape")
    if path.startswith("/"):
        return f"{shown} is an absolute path: it leads nowhere from here", _RELATIVE
    joined = posixpath.normpath(posixpath.join(entry.path, path[:_MAX_PATH]))
    if joined == ".." or joined.startswith("../"):
        return f"{shown} leads out of the repository", _RELATIVE
    if inside(joined, entry.path):
        inner = joined[len(entry.path) + 1 :] or "."
        return None if inner in there else _missing(shown, path, entry)
    if ".git" in joined.split("/") or (joined != "." and entry.beside(joined) is None):
        return f"{shown} is not in the repository", "correct the path, or take the link away"
    return None


_RELATIVE = "put the file into the entry and name it relative to the card"


def _missing(shown: str, path: str, entry: Entry) -> tuple[str, str]:
    message = f"{shown} is not in the entry"
    if "\\" in path:
        return message, "write / between folders"
    folded = posixpath.normpath(path).lower()
    near = sorted(name for name in entry.files if name.lower() == folded)
    if near:
        return message, f'write "{near[0]}"; upper and lower case must match'
    return message, "add the file to the entry, or take the link away"


RULE = Rule(
    name="card-links",
    phase=Phase.STATIC,
    severity=Severity.WARNING,
    summary="relative links of the card are there",
    entry=check,
)
