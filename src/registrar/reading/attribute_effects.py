"""What files of attributes come to for everything below a folder, there yet or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from registrar.reading.attributes import SET, UNSET, Attributes, AttributesLine

_BUILT_IN = {"binary": (("diff", UNSET), ("merge", UNSET), ("text", UNSET))}
_MAX_STEPS = 500_000
"""Macros of macros multiply: more work than this is not done for anybody."""


class TooMuchError(Exception):
    """The files take more work to follow than they are given."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file of attributes, and where it stands."""

    label: str
    folder: tuple[str, ...] | None
    """The way from it to the folder that is asked about; None where it lies below that."""
    read: Attributes
    weaker: bool = False
    """True for a file of the user or the machine, which the tree's own win over."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A line that may give an attribute a value below the folder."""

    name: str
    value: str
    source: Source
    line: AttributesLine


@dataclass(slots=True)
class Effects:
    """What may hold below the folder for each attribute that was asked for."""

    settings: list[Setting] = field(default_factory=list)
    """Every line whose value some file may end up with, the strongest first."""
    left: set[str] = field(default_factory=set)
    """Attributes that no line is known to settle for every file."""


def effects(sources: Sequence[Source], names: Iterable[str]) -> Effects:
    """Follow the files, the strongest first, as git does; raises TooMuchError.

    A line counts where it may match, and ends the search for an attribute only where it matches
    everything.
    """
    found = Effects(left=set(names))
    following = _Following(_macros(sources))
    for source in sources:
        for line in reversed(source.read.lines):
            if line.pattern is None or not line.pattern.may_match_below(source.folder):
                continue
            sure, possible = following.expanded(line.sets)
            for name, value in [*sure.items(), *possible]:
                if name in found.left:
                    found.settings.append(Setting(name, value, source, line))
            if line.certain and line.pattern.matches_all_below(source.folder):
                found.left -= sure.keys()
    return found


def _macros(sources: Sequence[Source]) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Every macro's meaning: the last line of the strongest file."""
    found: dict[str, Sequence[tuple[str, str]]] = {}
    for source in sources:
        for line in reversed(source.read.lines):
            if line.macro is not None:
                found.setdefault(line.macro, line.sets)
    return {**_BUILT_IN, **found}


@dataclass(slots=True)
class _Following:
    """The lines that were looked at so far, all of which are stronger."""

    macros: Mapping[str, Sequence[tuple[str, str]]]
    other: set[str] = field(default_factory=set)
    """Names that a stronger line may have given another value than *set*: no macro for git then."""
    steps: int = 0

    def expanded(
        self, sets: Sequence[tuple[str, str]]
    ) -> tuple[dict[str, str], list[tuple[str, str]]]:
        """What a line sets, the last word first, macros included; and what it may set besides."""
        sure: dict[str, str] = {}
        possible: dict[tuple[str, str], None] = {}
        stack: list[tuple[Iterator[tuple[str, str]], bool]] = [(reversed(sets), True)]
        while stack:
            words, certain = stack[-1]
            word = next(words, None)
            if word is None:
                stack.pop()
                continue
            self._count()
            name, value = word
            if name in sure or word in possible:
                continue
            if certain:
                sure[name] = value
            else:
                possible[word] = None
            if value == SET and name in self.macros:
                stack.append((reversed(self.macros[name]), certain and name not in self.other))
        self.other |= {name for name, value in (*sure.items(), *possible) if value != SET}
        return sure, list(possible)

    def _count(self) -> None:
        self.steps += 1
        if self.steps > _MAX_STEPS:
            raise TooMuchError(f"more than {_MAX_STEPS:,} steps through macros")
