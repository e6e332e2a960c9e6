"""Training runs as a tracking server records them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RunRef:
    """The run that metadata names; None where it says nothing."""

    run_id: str | None = None
    tracking_uri: str | None = None
    experiment: str | None = None
    model_id: str | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run: what it was trained from, what was measured, which models it logged."""

    run_id: str
    deleted: bool
    """True for a run that is deleted, or whose experiment is."""
    experiment: str
    commit: str | None
    """The git commit of the training code, where the tracking client saw one."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """The last value of each metric, and those of the logged models."""
    models: tuple[str, ...] = ()
    """Ids of the logged models."""
