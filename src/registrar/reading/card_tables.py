"""The tables of a card's evaluation section against the metrics file.

A row speaks about a metric where its first cell is the dotted path of one, or the end of exactly
one path. Of its figures those are compared whose column is about that metric: see ``_about``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from registrar.reading.card import Card
from registrar.reading.card_profiles import normalise
from registrar.reading.card_quickly import SECTION
from registrar.reading.contradictions import Contradiction, Facts
from registrar.reading.figures import Figure, figure, shown
from registrar.reading.markdown import plain
from registrar.reading.table_context import (
    Surroundings,
    in_percent,
    label,
    says_percent,
)
from registrar.reading.tables import Cell, Table, tables

_VALUES = frozenset(
    (
        "value",
        "values",
        "score",
        "scores",
        "result",
        "results",
        "figure",
        "measured",
        "metric value",
        "mean std",
    )
)
"""Names of a column that holds what was measured."""
_OTHERS = frozenset(
    (
        *("baseline", "previous", "before", "reference", "gate", "threshold", "target", "goal"),
        *("minimum", "maximum", "min", "max", "floor", "limit", "std", "standard deviation", "n"),
        *("rows", "support", "count", "samples", "ci", "interval", "error", "change", "delta"),
        *("train", "training", "validation", "valid", "val", "dev", "test", "eval", "holdout"),
    )
)
"""Names of a column that holds something else, unless the metric's own path says so."""
_IN_PERCENT = re.compile(
    r"(?:^|[._ -])(?:[sw]?mape|wape|mdape|mpe|wer|cer|ter|eer|percent|percentage|pct)(?:$|[._ -])",
    re.IGNORECASE,
)
"""Metrics that are percentages by their names."""
_MAX_PARTS = 8
"""So many parts of a path are looked at, from its end."""
_LONGEST = 24
"""Characters of a figure that a person could have meant."""
_UNIT = re.compile(r"[(\[]\s?(?:%|pct|percent|in percent)\s?[)\]]|\s%$", re.IGNORECASE)
"""A unit in brackets behind a name."""
_ARROWS = re.compile(r"[↑↓⬆⬇]\ufe0f?")


@dataclass(frozen=True, slots=True)
class _Paths:
    """The measured paths, found by what a row and a column say."""

    measured: Mapping[str, float]
    by_end: dict[str, str | None]
    """Every end of a path to the only path that ends so; None where several do."""
    by_column: dict[tuple[str, str], str | None]
    """The same for an end together with the name of a split, data set or slice before it."""
    splits: frozenset[str]
    own_names: frozenset[str]

    def of_row(self, key: str) -> str | None:
        """The only path that the first cell of a row may mean."""
        return key if key in self.measured else self.by_end.get(key)


def _paths(facts: Facts) -> _Paths:
    by_end: dict[str, str | None] = {}
    by_column: dict[tuple[str, str], str | None] = {}
    for path in facts.measured:
        parts = path.split(".")[-_MAX_PARTS:]
        for cut in range(1, len(parts)):
            end, lead = ".".join(parts[cut:]), ".".join(parts[:cut])
            by_end[end] = None if end in by_end else path
            for name in {normalise(lead), normalise(parts[0]), normalise(parts[cut - 1])}:
                by_column[end, name] = None if (end, name) in by_column else path
    name, version = facts.metadata.name or "", facts.version or ""
    own = ("this model", "model", "ours", name, version, f"{name} {version}", f"v{version}")
    splits = (normalise(path.partition(".")[0]) for path in facts.measured if "." in path)
    names = (normalise(text) for text in own if text)
    return _Paths(facts.measured, by_end, by_column, frozenset(splits), frozenset(names))


def table_contradictions(card: Card, facts: Facts) -> Iterator[Contradiction]:
    """Every figure of the tables that is not the measured one at the precision it is given."""
    paths, around = _paths(facts), Surroundings(facts)
    wrong: list[tuple[Table, bool, Cell, Figure, str]] = []
    right: dict[str, set[tuple[str, str]]] = {}
    for table in tables(card.section(SECTION), card.lines):
        columns = _columns(table)
        splits, doubt = around.above(table)
        for row in table.rows:
            for cell, said, path, sure in _row(row, columns, paths):
                if splits and _key(row[0].text) != path and not splits & set(path.split(".")):
                    continue
                if said.agrees(facts.measured[path], bool(_IN_PERCENT.search(path))):
                    right.setdefault(path, set()).add((table.heading, label(table)))
                else:
                    wrong.append((table, sure and not doubt, cell, said, path))
    for table, sure, cell, said, path in wrong:
        found = _told(cell, said, path, facts, card)
        # one of two headings has what was measured: the other one may name other data
        same, names = right.get(path, set()), (table.heading, label(table))
        others = len(same) > (names in same)
        apart = others and around.names_something(table)
        if sure and not apart:
            yield found
        else:
            hint = f"if it is of this version and its data, {found.hint}"
            yield replace(found, hint=hint, mended=None, sure=False)


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a table: their names, whether each is in percent, which one holds units."""

    names: tuple[str, ...]
    percent: tuple[bool, ...]
    unit: int | None


def _columns(table: Table) -> _Columns:
    titles = [plain(cell.text) for cell in table.head]
    names, all_percent = tuple(map(normalise, titles)), in_percent(table)
    unit = next((i for i, name in enumerate(names) if name in ("unit", "units")), None)
    return _Columns(names, tuple(all_percent or says_percent(title) for title in titles), unit)


def _row(
    row: Sequence[Cell], columns: _Columns, paths: _Paths
) -> Iterator[tuple[Cell, Figure, str, bool]]:
    """The figures of a row that are about a measured value."""
    key = _key(row[0].text) if row else ""
    if not (key in paths.measured or key in paths.by_end):
        return
    at = columns.unit
    unit = plain(row[at].text).strip() if at is not None and at < len(row) else ""
    percent = says_percent(row[0].text) or says_percent(unit)
    figures = []
    for index in range(1, min(len(row), len(columns.names))):
        said = figure(plain(row[index].text), percent or columns.percent[index])
        if said is not None:
            figures.append((row[index], columns.names[index], said))
    for cell, head, said in figures:
        path, sure = _about(key, head, len(figures) == 1, paths)
        if path is not None:
            yield cell, said, path, sure


def _key(text: str) -> str:
    """The first cell without marks, arrows and a unit in brackets."""
    return plain(_ARROWS.sub("", _UNIT.sub("", text))).strip()


def _about(key: str, head: str, only: bool, paths: _Paths) -> tuple[str | None, bool]:
    """The metric that a figure is about, by its row and its column's name, and if that is sure.

    A column is about the row's metric where it is called "value" or the like, after the split or
    data set that the path begins with, or after this model or version; the only figure of a row
    also under any name that is none of another split, a baseline, a gate, but not for sure.
    """
    column = paths.by_column.get((key, head))
    path = paths.of_row(key)
    if column is not None or path is None:
        return column, True
    lead = [normalise(part) for part in path.split(".")[:-1]]
    if head in _VALUES or head in paths.own_names or head in lead:
        return path, True
    if only and not {head, *head.split()} & (_OTHERS | paths.splits):
        return path, not head
    return None, False


def _claims_too_much(text: str, value: float, percent: bool) -> bool:
    """Tell a rounding that would call a model perfect, or useless, and figures without end."""
    if len(text) > _LONGEST:
        return True
    whole = float(text.replace(",", "")) / (100 if percent else 1)
    return whole in (0.0, 1.0) and whole != value


def _told(cell: Cell, said: Figure, path: str, facts: Facts, card: Card) -> Contradiction:
    value = facts.measured[path]
    start = cell.text.find(said.digits)
    span = cell.span(start, len(said.digits)) if start >= 0 else cell.span()
    message = f"{path} is {said.digits}{'%' * said.percent} here, {shown(value)} in "
    message += facts.metrics_file
    new, at = None, span
    if said.alone and cell.column and start >= 0 and not said.of_another_scale(value):
        new = said.rewritten(value)
        if said.lacks_percent(value):
            new, hint = f"{said.digits}%", f"write {said.digits}%, or the fraction"
            return Contradiction(message, hint, span, new, at)
        if _claims_too_much(new, value, said.percent):
            return Contradiction(message, "write more digits of what was measured", span, None, at)
        hint = f"write {new}{'%' * said.percent}, what was measured at this precision"
        longer = len(new) - len(said.digits)
        line = card.lines[cell.line - 1]
        after = line[span.end_column - 1 :]
        if longer > 0 and after.startswith(" " * (longer + 1)):  # keep the bars in their columns
            at = type(span)(span.line, span.column, span.end_line, span.end_column + longer)
        elif longer < 0 and after.startswith(" "):
            new += " " * -longer
        return Contradiction(message, hint, span, new, at)
    hint = "write what was measured, or measure again"
    return Contradiction(message, hint, span, None, at)
