"""baseline.yaml as a Baseline, and back; all that is wrong with it at once."""

from __future__ import annotations

import json
from collections.abc import Collection

from registrar.domain.baseline import Baseline, Counts
from registrar.domain.places import Span
from registrar.reading.documents import Flaw
from registrar.reading.nearest import nearest
from registrar.reading.schema import bundled
from registrar.reading.schema_messages import schema_flaws
from registrar.reading.waivers import NEVER
from registrar.reading.yaml import read_yaml

BASELINE_NAME = "baseline.yaml"
_MAX_NODES = 200_000
"""Every old model of a large registry has its lines here."""
_HEAD = """\
# What failed when this registry was adopted: entry, rule, number of errors.
# It may only shrink: mend an entry, and lower its numbers or take out its line.
schema_version: 1
"""


def read_baseline(raw: bytes, rules: Collection[str]) -> tuple[Baseline, tuple[Flaw, ...]]:
    """Read a baseline; (empty, flaws) where it is not valid.

    ``rules`` are the names that it may use.
    """
    document = read_yaml(raw, max_nodes=_MAX_NODES)
    if not document.readable:
        return Baseline(), document.flaws
    flaws = [flaw for _, _, flaw in schema_flaws(bundled("baseline"), document)]
    if flaws:
        return Baseline(), tuple(flaws)
    counts: dict[tuple[str, str], int] = {}
    spans: dict[tuple[str, str], Span] = {}
    for entry, numbers in document.data["baseline"].items():
        for rule, count in numbers.items():
            span = document.span(("baseline", entry, rule), key=True)
            if rule not in rules or rule in NEVER:
                flaws.append(_unknown(rule, rules, span))
            counts[entry, rule] = count
            spans[entry, rule] = document.span(("baseline", entry, rule))
    return (Baseline(), tuple(flaws)) if flaws else (Baseline(counts, spans), ())


def _unknown(rule: str, rules: Collection[str], span: Span) -> Flaw:
    if rule in NEVER:
        return Flaw(f"{rule} cannot be in a baseline", "it guards the judge itself", span)
    guess = nearest(rule, sorted(rules))
    hint = f'did you mean "{guess}"?' if guess else "see registrar rules"
    return Flaw(f'unknown rule "{rule}"', hint, span)


def write_baseline(counts: Counts) -> str:
    """The text of a baseline; names are quoted, whatever YAML would take them for.

    Law: ``read_baseline(write_baseline(x))`` gives x, for names that YAML may hold at all.
    """
    entries: dict[str, dict[str, int]] = {}
    for (entry, rule), count in sorted(counts.items()):
        entries.setdefault(entry, {})[rule] = count
    if not entries:
        return _HEAD + "baseline: {}\n"
    lines = []
    for entry, numbers in entries.items():
        inner = ", ".join(f"{rule}: {count}" for rule, count in numbers.items())
        lines.append(f"  {json.dumps(entry, ensure_ascii=False)}: {{{inner}}}\n")
    return _HEAD + "baseline:\n" + "".join(lines)
