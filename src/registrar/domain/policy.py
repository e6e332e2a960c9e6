"""The policy (``registrar.toml``) and the waivers, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fnmatch import fnmatchcase

from registrar.domain.gates import Gate, stricter
from registrar.domain.places import Span
from registrar.domain.sandboxing import Level

MIB = 1024 * 1024
AMENDABLE = ("MODEL_CARD.md", "owners", "mlflow", "dvc.remote", "task", "tags", "description")
IDENTITY = (
    *("name", "version", "source", "dataset_manifest", "training_hash", "license", "licenses"),
    *("artifact", "files", "base_models", "evaluation", "smoke_test"),
)
"""Keys of metadata.yaml that ``[immutable] amend`` may never name."""


@dataclass(frozen=True, slots=True)
class SmokeLimits:
    """What a smoke test may use, how closed its sandbox must be, and how far a model may be off."""

    sandbox: Level = Level.LANDLOCK
    timeout: int = 60
    """Seconds, for loading and running."""
    memory: int = 2048 * MIB
    """Bytes of address space."""
    max_atol: float = 1e-4
    max_rtol: float = 1e-3
    """Ceilings: an entry may ask for less, never for more."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What judges; the defaults are the built-in policy of a registry without registrar.toml."""

    root: str = "model_registry"
    severity: Mapping[str, str] = field(default_factory=dict)
    """Rule name to ``error``, ``warning``, ``note`` or ``off``."""
    allow_dirty: bool = False
    license_allow: tuple[str, ...] | None = None
    """Allowed SPDX ids; None where the policy has no list, which allows every licence."""
    formats: tuple[str, ...] = ("onnx", "safetensors", "gguf")
    formats_warned: tuple[str, ...] = ()
    """Formats that are a warning, not an error; only the built-in policy has them."""
    max_in_git: int = 10 * MIB
    bytes_required: bool = False
    card_profile: str = "default"
    metrics: tuple[tuple[str, Mapping[str, Gate]], ...] = ()
    """Pattern of model names, then floors by metric (``test.accuracy``)."""
    amend: tuple[str, ...] = (*AMENDABLE, "x-*")
    waiver_max_days: int = 90
    plugins: tuple[str, ...] = ()
    """Entry points of the group ``registrar.rules`` that may run; each is a rule of that name."""
    dvc_remotes: tuple[str, ...] = ()
    """Names of the DVC remotes that remote rules may ask."""
    hosts: tuple[str, ...] = ()
    """Hosts of source repositories that remote rules may ask."""
    mlflow: tuple[str, ...] = ()
    """Tracking URIs that remote rules may ask."""
    smoke: SmokeLimits = SmokeLimits()
    scan_allow: tuple[str, ...] = ()
    """``module:name``, exact: what pickles may import besides the shipped allowlist."""
    add: Mapping[str, str] = field(default_factory=dict)
    """What ``registrar add`` takes where no option says otherwise; judges nothing."""
    program_version: str | None = None
    program_sha256: str | None = None
    """SHA-256 of the vendored ``scripts/registrar.pyz``, where there is one."""

    def floors(self, name: str) -> dict[str, Gate]:
        """All floors that hold for a model of this name, the strictest of each."""
        floors: dict[str, Gate] = {}
        for pattern, gates in self.metrics:
            if fnmatchcase(name, pattern):
                for metric, gate in gates.items():
                    floors[metric] = stricter(floors.get(metric), gate)
        return floors


BUILT_IN = Policy(formats_warned=("pytorch", "pickle", "joblib", "zip"))
"""Judges where there is no registrar.toml: POLICY.md's pth, pkl and zip are a warning."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """An exception with reason, owner and dates; complete, or it is not built.

    ``sha256`` binds it to the artifact with that digest; dates are UTC, the last day included.
    """

    rule: str
    entry: str
    reason: str
    owner: str
    granted: date
    expires: date
    sha256: str | None
    span: Span

    def expired(self, at: date) -> bool:
        """Tell whether its last day is over."""
        return at > self.expires

    def too_long(self, max_days: int) -> bool:
        """Tell whether it runs longer than the policy allows."""
        return self.expires - self.granted > timedelta(days=max_days)
