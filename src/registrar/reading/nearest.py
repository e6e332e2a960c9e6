"""Did you mean: the nearest known word, or none."""

from __future__ import annotations

from collections.abc import Sequence


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word at an edit distance of at most 2, or with a long shared beginning."""
    if not word or len(word) > 100:
        return None
    folded = word.casefold()
    best: tuple[int, str] | None = None
    for candidate in known:
        other = candidate.casefold()
        if abs(len(other) - len(folded)) > 2:
            continue
        away = _distance(folded, other)
        if away <= min(2, max(1, len(other) // 3)) and (best is None or away < best[0]):
            best = (away, candidate)
    if best is not None:
        return best[1]
    starts = [c for c in known if len(folded) >= 4 and c.casefold().startswith(folded)]
    return starts[0] if len(starts) == 1 else None


def _distance(one: str, other: str) -> int:
    """Edit distance with neighbouring letters swapped counted as one (optimal alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        last, row = row, [i]
        for j, b in enumerate(other, start=1):
            cost = min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = last
    return row[-1]
