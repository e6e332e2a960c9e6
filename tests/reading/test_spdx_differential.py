"""Our parser against ``packaging.licenses``: every disagreement is of a class that is explained."""

from __future__ import annotations

import random
from collections import Counter

from packaging.licenses import InvalidLicenseExpression, _spdx, canonicalize_license_expression

from registrar.reading.spdx import SpdxError, parse

IDS = [value["id"] for value in _spdx.LICENSES.values()]
EXCEPTIONS = [value["id"] for value in _spdx.EXCEPTIONS.values()]
WORDS = (
    *("AND", "OR", "WITH", "(", ")", "and", "or", "with", "And", "+", "LicenseRef-a", "NONE"),
    *("LicenseRef-", "LicenseRef-a_b", "Nope-1.0", "Classpath-exception-2.0", "MIT", "Apache-2.0+"),
)
CLASSES = {
    "flat": "packaging keeps parentheses as written; the tree does not need them",
    "mixed": "packaging takes And and wItH for operators; Annex D has upper and lower case only",
}
"""Why ours is right, for each way in which the two disagree."""


def theirs(text: str) -> str | None:
    try:
        return str(canonicalize_license_expression(text))
    except InvalidLicenseExpression:
        return None


def ours(text: str) -> str | None:
    try:
        return str(parse(text))
    except SpdxError:
        return None


def flat(text: str | None) -> str | None:
    return (
        None if text is None else text.replace("(", "").replace(")", "").replace("  ", " ").strip()
    )


def explain(text: str, mine: str | None, other: str | None) -> str:
    """The class of a disagreement; "" for one that has none."""
    words = text.replace("(", " ").replace(")", " ").split()
    if mine is not None and other is not None:
        return "flat" if flat(mine) == flat(other) else ""
    if mine is None and any(w.upper() in ("AND", "OR", "WITH") and w.title() == w for w in words):
        return "mixed"
    return ""


def _expression(chosen: random.Random, depth: int) -> str:
    """A valid expression of random shape."""
    kind = chosen.randrange(6) if depth else 0
    if kind < 3:
        return chosen.choice((chosen.choice(IDS), chosen.choice(IDS) + "+", "LicenseRef-a"))
    if kind == 3:
        return f"{chosen.choice(IDS)} {chosen.choice(('WITH', 'with'))} {chosen.choice(EXCEPTIONS)}"
    inner = [_expression(chosen, depth - 1) for _ in range(2)]
    joined = chosen.choice((" AND ", " OR ", " and ", " or ")).join(inner)
    return f"({joined})" if kind == 5 else joined


def test_every_id_and_every_exception() -> None:
    cases = [*IDS, *(i.lower() for i in IDS), *(i.upper() for i in IDS)]
    cases += [f"GPL-2.0-only WITH {e}" for e in EXCEPTIONS]
    cases += [f"mit or ({i} and {j})" for i, j in zip(IDS, reversed(IDS), strict=True)]
    different = [t for t in cases if ours(t) != theirs(t) and flat(ours(t)) != flat(theirs(t))]
    print(f"SPDX ids and exceptions: {len(cases)} cases, {len(different)} disagreements")
    assert not different


def test_expressions_valid_and_broken() -> None:
    chosen = random.Random(23)
    counts: Counter[str] = Counter()
    cases = 8_000
    for _ in range(cases):
        text = _expression(chosen, 3)
        if chosen.random() < 0.5:  # break it
            words = text.split(" ")
            words[chosen.randrange(len(words))] = chosen.choice(WORDS)
            text = " ".join(words)
        mine, other = ours(text), theirs(text)
        if mine != other:
            why = explain(text, mine, other)
            assert why, (text, mine, other)
            counts[why] += 1
    print(f"SPDX expressions: {cases} cases, {sum(counts.values())} disagreements: {dict(counts)}")
    assert counts.keys() <= CLASSES.keys()
