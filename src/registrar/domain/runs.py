"""Training runs as a tracking server records them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from shlex import quote


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
    dirty: bool | None = None
    """Whether it was trained from modified files; None where nobody recorded it."""
    gone_experiment: str | None = None
    """The id of its experiment, where that is what was deleted."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    """Path to MD5 of what DVC tracked where it was trained, as our tracking plugin records it."""

    @property
    def restore(self) -> str:
        """The command that brings a deleted run back."""
        if self.gone_experiment is not None:
            return f"mlflow experiments restore --experiment-id {quote(self.gone_experiment)}"
        return f"mlflow runs restore --run-id {quote(self.run_id)}"


@dataclass(frozen=True, slots=True)
class LoggedData:
    """A dataset as a run names it; the digest is the tracking library's own, and short."""

    name: str
    digest: str = ""
    context: str = ""
    """What it was used for, as in ``training``."""


@dataclass(frozen=True, slots=True)
class Column:
    """One input or output of a model; the name is "" for the only tensor."""

    name: str
    type: str
    shape: tuple[int, ...] | None = None
    """-1 stands for any length; None for a column of a table."""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """What goes into a model and what comes out, as it was logged."""

    inputs: tuple[Column, ...] = ()
    outputs: tuple[Column, ...] = ()
    parameters: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class RunModel:
    """The model that a run logged, fetched into a folder, and what the run says besides."""

    run: RunRecord
    model_id: str
    repository: str | None = None
    """The repository of the training code, where the tracking client saw one."""
    datasets: tuple[LoggedData, ...] = ()
    """The logged datasets, those of training first."""
    signature: Signature | None = None
    requirements: tuple[str, ...] = ()
    """The Python packages that the model was logged with, as in ``onnx==1.17.0``."""
    framework: tuple[str, str | None] | None = None
    """Name and version of the library that the model is of."""
    created: str | None = None
    """When the run ended, UTC, as ISO 8601 has it."""


@dataclass(frozen=True, slots=True)
class Registration:
    """An entry as a model registry is told of it."""

    name: str
    version: str
    """The semantic version: the registry's own numbers are another thing."""
    entry: str
    digest: str
    """SHA-256 of the artifact."""
    license: str
    source: str
    """Where the artifact is, for whoever reads the version; a logged model is linked instead."""
    card: str
    tags: Mapping[str, str] = field(default_factory=dict)
    """Everything else that is recorded with the version."""
    run_id: str | None = None
    model_id: str | None = None
    tracking_uri: str | None = None
    """Where the caller's runs are; None where that is the registry itself."""


@dataclass(frozen=True, slots=True)
class Registered:
    """The version of a model registry that an entry has; ``new`` where it was made now."""

    number: int
    new: bool
    loads: bool = True
    """False where no logged model has these bytes, so that the registry cannot load them."""
    completed: bool = False
    """True of a version that was there without some of its tags, and has them now."""
    other_card: bool = False
    """True of a version that was there with another description."""
