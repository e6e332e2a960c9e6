"""The baseline (``baseline.yaml``): what already failed when a registry was adopted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from registrar.domain.places import TOP, Span

Counts = Mapping[tuple[str, str], int]
"""Entry and rule, to the number of errors."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Errors that are known, by entry and rule; it may only shrink."""

    counts: Counts = field(default_factory=dict)
    spans: Mapping[tuple[str, str], Span] = field(default_factory=dict)
    """Where each number stands in its file."""

    @property
    def entries(self) -> frozenset[str]:
        """The entries that have not come off yet."""
        return frozenset(entry for entry, _ in self.counts)

    def span(self, entry: str, rule: str) -> Span:
        """Where the number of one rule of an entry stands."""
        return self.spans.get((entry, rule), TOP)

    def within(self, other: Baseline) -> Baseline:
        """What both of two baselines allow."""
        lower = {key: min(n, other.counts.get(key, 0)) for key, n in self.counts.items()}
        return Baseline({key: n for key, n in lower.items() if n}, self.spans)

    def only(self, entries: Iterable[str]) -> Baseline:
        """The part that speaks of these entries."""
        wanted = frozenset(entries)
        return Baseline({key: n for key, n in self.counts.items() if key[0] in wanted}, self.spans)

    def beyond(self, other: Baseline) -> Iterator[tuple[str, str, int, int]]:
        """Entry, rule, number here and there, wherever this one allows more than the other."""
        for (entry, rule), count in sorted(self.counts.items()):
            allowed = other.counts.get((entry, rule), 0)
            if count > allowed:
                yield entry, rule, count, allowed
