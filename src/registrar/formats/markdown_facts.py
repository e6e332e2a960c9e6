"""The table of the entries of a change: what a reviewer asks first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from registrar.domain.report import EntryFacts, MetricDelta, Verdict
from registrar.formats.html import code, within

_MAX_METRICS = 10
_SIGNS = {Verdict.PASS: "✅ pass", Verdict.FAIL: "❌ fail", Verdict.INCOMPLETE: "⚠️ incomplete"}
_HEAD = ("entry", "verdict", "licence", "size", "metrics", "compared with")


def facts_table(facts: tuple[EntryFacts, ...], checked: int, room: int) -> str:
    """An HTML table of whole rows in at most ``room`` bytes.

    A last row counts what is left of the ``checked`` entries.
    """
    rows = within((_row(_cells(entry)) for entry in facts), room)
    if left := max(len(facts), checked) - len(rows):
        rows.append(f'<tr><td colspan="{len(_HEAD)}">… and {left:,} more</td></tr>')
    head = "".join(f"<th>{name}</th>" for name in _HEAD)
    return "\n".join(["<table>", f"<tr>{head}</tr>", *rows, "</table>"])


def _row(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _cells(entry: EntryFacts) -> Iterator[str]:
    yield code(entry.entry)
    yield _SIGNS[entry.verdict]
    yield code(entry.license) if entry.license else "–"
    yield human(entry.size) if entry.size is not None else "–"
    metrics = [_metric(metric) for metric in entry.metrics[:_MAX_METRICS]]
    if len(entry.metrics) > _MAX_METRICS:
        metrics.append(f"… and {len(entry.metrics) - _MAX_METRICS:,} more")
    yield "<br>".join(metrics) or "–"
    yield code(entry.previous) if entry.previous else "–"


def _metric(metric: MetricDelta) -> str:
    said = f"{code(metric.name)} {metric.value:.6g}"
    if metric.before is None:
        return said
    delta = metric.value - metric.before
    if not math.isfinite(delta):
        return f"{said} (was {metric.before:.6g})"
    if not delta:
        return f"{said} → unchanged"
    arrow = "↑" if delta > 0 else "↓"
    judged = {True: ", better", False: ", <strong>worse</strong>", None: ""}[metric.better]
    return f"{said} {arrow} {delta:+.4g}{judged}"


def human(size: int) -> str:
    """A number of bytes as people write it: ``1.4 MiB``."""
    amount, unit = float(size), "B"
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if amount < 1024 or unit == "TiB":
            break
        amount /= 1024
    return f"{size} B" if unit == "B" else f"{amount:,.1f} {unit}"
