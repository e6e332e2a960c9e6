"""What is known about the folders of a work tree whose stats have not changed.

A folder is found by path, and by name, mode, size, mtime, ctime and inode of everything in it;
kept are git's object id of it and what the rules said. Nothing is kept of a folder that is as
young as this look at it: it might be changed again within the same tick of the clock, as git's
index knows (git's Documentation/technical/racy-git).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from registrar.integrations.cache.file import load, save
from registrar.integrations.cache.stats import Look, look

SLACK = 2_000_000_000
"""Nanoseconds: the coarsest clock of a file system, that of FAT."""


@dataclass(slots=True)
class _Known:
    """What is known about one folder."""

    digest: str
    object_id: str | None
    answer: Any


class FolderMemory:
    """Implements ``registrar.ports.Memory`` and what ``WorkTree`` asks; no method raises."""

    def __init__(self, top: str, path: str, program: str) -> None:
        """Read the cache at ``path``; of another program's nothing is taken."""
        self._top = os.fsencode(top)
        self._path = path
        self._program = program
        self._begun = time.time_ns()
        self._key = ""
        self._looks: dict[str, Look | None] = {}
        self._known: dict[str, _Known] = {}
        self._changed = False
        self._read()

    def _read(self) -> None:
        body = load(self._path)
        if body is None:
            return
        try:
            data = json.loads(body)
            if data["program"] != self._program or not isinstance(data["key"], str):
                return
            known = {
                path: _Known(digest, object_id, answer)
                for path, (digest, object_id, answer) in data["folders"].items()
                if type(digest) is str and (object_id is None or type(object_id) is str)
            }
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return
        self._key, self._known = data["key"], known

    def judge(self, key: str) -> None:
        """Forget what was said under another key."""
        if key == self._key:
            return
        self._key = key
        for known in self._known.values():
            known.answer = None

    def answer(self, path: str) -> Any:
        """What was kept about a folder that has not changed; None where nothing was."""
        known = self._at(path)
        return None if known is None else known.answer

    def keep(self, path: str, answer: object) -> None:
        """Keep what was said about a folder as it was when it was first asked about."""
        known = self._place(path)
        if known is not None and known.answer != answer:
            known.answer = answer
            self._changed = True

    def object_id(self, path: str) -> str | None:
        """git's object id of a folder that has not changed; None where it is not known."""
        known = self._at(path)
        return None if known is None else known.object_id

    def keep_object_id(self, path: str, object_id: str) -> None:
        """Keep git's object id of a folder."""
        known = self._place(path)
        if known is not None and known.object_id != object_id:
            known.object_id = object_id
            self._changed = True

    def save(self, paths: Iterable[str]) -> None:
        """Write what is known about these folders, and about others that were looked at."""
        there = self._looks.keys() | frozenset(paths)
        gone = self._known.keys() - there
        if not self._changed and not gone:
            return
        folders = {
            path: [known.digest, known.object_id, known.answer]
            for path, known in self._known.items()
            if path not in gone
        }
        data = {"program": self._program, "key": self._key, "folders": folders}
        save(self._path, json.dumps(data, separators=(",", ":")).encode())

    def _look(self, path: str) -> Look | None:
        """How a folder looked when it was first asked about in this run, before it was read."""
        if path not in self._looks:
            real = self._top + b"/" + path.encode("utf-8", "surrogateescape")
            self._looks[path] = look(real)
        return self._looks[path]

    def _at(self, path: str) -> _Known | None:
        known, found = self._known.get(path), self._look(path)
        return known if known and found and known.digest == found.digest else None

    def _place(self, path: str) -> _Known | None:
        """Where to keep something about a folder; None for one that is too young."""
        found = self._look(path)
        if found is None or found.newest >= self._begun - SLACK:
            return None
        known = self._known.get(path)
        if known is None or known.digest != found.digest:
            known = self._known[path] = _Known(found.digest, None, None)
            self._changed = True
        return known

    def __reduce__(self) -> tuple[Any, ...]:
        """A worker process judges, and remembers nothing."""
        return (_nothing, ())


def _nothing() -> None:
    return None
