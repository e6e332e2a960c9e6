"""What a metric has to reach: floors and ceilings of policy and entry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gate:
    """A floor or ceiling for one metric, and how much worse than before it may be."""

    minimum: float | None = None
    maximum: float | None = None
    direction: str | None = None
    """``max`` or ``min``: which way is better; None where nothing says it."""
    max_regression: float | None = None
    """How much worse than the version before, in the metric's own unit."""

    @property
    def lower_is_better(self) -> bool:
        """Tell a metric to be minimised: it says so, or has a ceiling and no floor."""
        if self.direction is not None:
            return self.direction == "min"
        return self.maximum is not None and self.minimum is None


def stricter(one: Gate | None, other: Gate) -> Gate:
    """Join two gates of one metric into the one that lets less through."""
    if one is None:
        return other
    minima = [g.minimum for g in (one, other) if g.minimum is not None]
    maxima = [g.maximum for g in (one, other) if g.maximum is not None]
    allowed = [g.max_regression for g in (one, other) if g.max_regression is not None]
    return Gate(
        max(minima, default=None),
        min(maxima, default=None),
        other.direction or one.direction,
        min(allowed, default=None),
    )
