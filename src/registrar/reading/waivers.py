"""waivers.yaml as waivers; what is incomplete waives nothing and is told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from registrar.domain.places import Route
from registrar.domain.policy import Waiver
from registrar.reading.documents import Document, Flaw
from registrar.reading.nearest import nearest
from registrar.reading.schema import bundled
from registrar.reading.schema_messages import schema_flaws
from registrar.reading.yaml import read_yaml

WAIVERS_NAME = "waivers.yaml"
_FOLDER = frozenset("/\\*?[]")
"""What no name of a folder of the registry holds."""
NEVER = frozenset(("gate-intact", "waiver-valid"))
"""Rules over the judge itself: no waiver reaches them."""


@dataclass(frozen=True, slots=True)
class WaiverBook:
    """The complete waivers, and the flaws of the rest."""

    waivers: tuple[Waiver, ...] = ()
    flaws: tuple[Flaw, ...] = ()


def read_waivers(raw: bytes, rules: Collection[str]) -> WaiverBook:
    """Read waivers.yaml; ``rules`` are the names that a waiver may name."""
    document = read_yaml(raw)
    if not document.readable:
        return WaiverBook((), document.flaws)
    found = schema_flaws(bundled("waivers"), document)
    flaws = [flaw for _, _, flaw in found]
    broken = {route[1] for route, _, _ in found if len(route) > 1}
    if any(len(route) < 2 for route, _, _ in found):
        return WaiverBook((), tuple(flaws))
    waivers = []
    for index, item in enumerate(document.data["waivers"]):
        if index not in broken:
            problems = _problems(item, ("waivers", index), document, rules)
            flaws += problems
            if not problems:
                waivers.append(_waiver(item, ("waivers", index), document))
    return WaiverBook(tuple(waivers), tuple(flaws))


def _problems(
    item: dict[str, str], route: Route, document: Document, rules: Collection[str]
) -> list[Flaw]:
    problems = []
    if item["rule"] not in rules:
        guess = nearest(item["rule"], sorted(rules))
        hint = f'did you mean "{guess}"?' if guess else "see registrar rules"
        problems.append(
            Flaw(f'unknown rule "{item["rule"]}"', hint, document.span((*route, "rule")))
        )
    elif item["rule"] in NEVER:
        message = f"{item['rule']} cannot be waived"
        hint = "it guards the judge itself; remove the waiver"
        problems.append(Flaw(message, hint, document.span((*route, "rule"))))
    if not _FOLDER.isdisjoint(item["entry"]):
        last = item["entry"].rstrip("/").rpartition("/")[2]
        hint = f"write {last}" if _FOLDER.isdisjoint(last) else "write one waiver for each entry"
        message = f'"{item["entry"]}" is no folder\'s name; a waiver is for one entry'
        problems.append(Flaw(message, hint, document.span((*route, "entry"))))
    for key in ("granted", "expires"):
        if _date(item[key]) is None:
            span = document.span((*route, key))
            problems.append(Flaw(f"{item[key]} is no day of the calendar", "mend the date", span))
    granted, expires = _date(item["granted"]), _date(item["expires"])
    if granted and expires and expires < granted:
        span = document.span((*route, "expires"))
        problems.append(Flaw("the waiver expires before it is granted", "mend the dates", span))
    for key in ("reason", "owner"):
        if not item[key].strip():
            problems.append(Flaw(f"{key} is empty", "fill it in", document.span((*route, key))))
    return problems


def _waiver(item: dict[str, str], route: Route, document: Document) -> Waiver:
    return Waiver(
        rule=item["rule"],
        entry=item["entry"],
        reason=item["reason"],
        owner=item["owner"],
        granted=date.fromisoformat(item["granted"]),
        expires=date.fromisoformat(item["expires"]),
        sha256=item.get("sha256"),
        span=document.span((*route, "rule"), key=True),
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
