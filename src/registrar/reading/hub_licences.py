"""Whether the licence in a card's front matter and that of the metadata can both be right.

The Hugging Face hub writes SPDX ids in lower case, has ids of its own for what SPDX does not
know, families (``bsd``), and ``other`` for everything else (``data/hub.json``).
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from registrar.domain.licences import And, Expression, Leaf, License, LicenseRef, Or, With, leaves
from registrar.reading.spdx import SpdxError, deprecated, parse
from registrar.reading.spdx_list import common_name, listed, or_later_of

Canonical = str | tuple[str, frozenset["Canonical"]]
"""A licence expression without its case and the order of its parts."""

SILENT = ("unknown", "")
"""Values that name no licence."""
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Hub:
    """What the hub knows: ids with the SPDX ids that each stands for, families, tasks."""

    licences: Mapping[str, frozenset[str]]
    families: Mapping[str, tuple[str, ...]]
    tasks: frozenset[str]

    @property
    def meant(self) -> frozenset[str]:
        """Every SPDX id or LicenseRef that an id of the hub stands for, in lower case."""
        return frozenset().union(*self.licences.values())


@cache
def hub() -> Hub:
    """The bundled table, read when first needed."""
    raw = pkgutil.get_data("registrar.reading", "data/hub.json")
    if raw is None:
        raise FileNotFoundError("hub.json")
    data = json.loads(raw)
    licences = {name: frozenset({name}) for name in data["same"]}
    licences |= {k: frozenset(v.lower() for v in ids) for k, ids in data["licenses"].items()}
    families = {name: tuple(prefixes) for name, prefixes in data["families"].items()}
    return Hub(licences, families, frozenset(data["tasks"]))


def canonical(expression: Expression) -> Canonical:
    """An expression for comparison: ``MIT OR ISC`` is ``isc or mit``, GPL-2.0 is GPL-2.0-only."""
    if isinstance(expression, And | Or):
        word = "and" if isinstance(expression, And) else "or"
        parts = frozenset(canonical(part) for part in expression.parts)
        return (word, parts) if len(parts) > 1 else next(iter(parts))
    return _leaf(expression)


def _leaf(leaf: Leaf) -> str:
    if isinstance(leaf, With):
        return f"{_leaf(leaf.license)} with {leaf.exception}".lower()
    now = next((new for _, new in deprecated(leaf) if new), None)
    if isinstance(leaf, License) and leaf.or_later and now is None:
        later = listed(f"{leaf.id}-or-later") or listed(f"{leaf.id.removesuffix('-only')}-or-later")
        return (later or f"{leaf.id}+").lower()
    return (now or str(leaf)).lower()


def agrees(said: str, licence: Expression) -> bool | None:
    """Tell whether a front-matter value and a licence can both be right; None: it says nothing.

    A card that names one side of an ``OR`` is right too. ``other`` is right where the hub has
    no id for the licence.
    """
    word = said.strip().lower()
    if word in SILENT:
        return None
    ours = canonical(licence)
    if word == OTHER:
        return hub_id(licence) is None or str(licence).startswith("LicenseRef-")
    known = _means(word)
    if known is None:
        return None
    options = [ours, canonical(_or_later(licence))]
    for one in tuple(options):
        options += one[1] if isinstance(one, tuple) and one[0] == "or" else ()
    return any(_matches(known, option) for option in options)


def _or_later(expression: Expression) -> Expression:
    """The other reading of ids such as GPL-3.0, which leave open whether later ones hold too."""
    if isinstance(expression, And | Or):
        return replace(expression, parts=tuple(map(_or_later, expression.parts)))
    if isinstance(expression, With):
        return replace(expression, license=_later(expression.license))
    return _later(expression)


def _later(licence: License | LicenseRef) -> License | LicenseRef:
    now = next((new for _, new in deprecated(licence) if new), None)
    later = or_later_of(now) if now else None
    return License(later) if later and " " not in later else licence


def agree(said: Iterable[str], licence: Expression, others: Iterable[Expression]) -> bool:
    """Tell whether a list of licences can stand beside the metadata.

    The hub does not say whether a list is a choice: every licence of the weights must be in it,
    and everything in it must be named by the metadata, whatever for.
    """
    words = [word.strip().lower() for word in said]
    if OTHER in words or any(word in SILENT or _means(word) is None for word in words):
        return True
    weights = {_leaf(leaf) for leaf in leaves(licence)}
    every = weights | {_leaf(leaf) for other in others for leaf in leaves(other)}
    known = [_means(word) for word in words]
    named = all(any(k and _matches(k, leaf) for k in known) for leaf in weights)
    return named and all(any(k and _matches(k, leaf) for leaf in every) for k in known)


_Known = tuple[str, ...] | frozenset[Canonical]
"""Prefixes of a family, or all that a value may stand for."""


def _means(word: str) -> _Known | None:
    """What a value in lower case may stand for; None where nobody can tell."""
    if word in hub().families:
        return hub().families[word]
    if word in hub().licences:
        return frozenset(hub().licences[word])
    common = common_name(word)
    for text in (word, common):
        try:
            tree = parse(text) if text else None
        except SpdxError:
            continue
        later = or_later_of(text) if text and text == common else None  # "GPLv3" leaves it open
        trees = [tree, *([_or_later(tree)] if tree else ()), parse(later) if later else None]
        return frozenset(canonical(one) for one in trees if one) if tree else None
    return None


def _matches(known: _Known, licence: Canonical) -> bool:
    if isinstance(known, tuple):
        return isinstance(licence, str) and licence.startswith(known)
    if licence in known:
        return True
    # two names that SPDX does not know may well mean one licence, unless the hub has both
    foreign = isinstance(licence, str) and licence.startswith("licenseref-")
    return (
        foreign
        and licence not in hub().meant
        and any(isinstance(name, str) and name.startswith("licenseref-") for name in known)
    )


def hub_id(licence: Expression) -> str | None:
    """The hub's id of a licence; None where it has none."""
    ours = canonical(licence)
    return next((name for name, means in hub().licences.items() if ours in means), None)
