"""What a card says against the metadata or the metrics, and how it may be mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registrar.domain.licences import Expression
from registrar.domain.metadata import Metadata
from registrar.domain.places import Span
from registrar.reading.spdx import SpdxError, parse


@dataclass(frozen=True, slots=True)
class Facts:
    """What a card is held against."""

    metadata: Metadata
    version: str | None
    """The entry's version, by metadata or by the name of its folder."""
    measured: Mapping[str, float]
    """Every number of the metrics file by its dotted path."""
    metrics_file: str
    other_licences: tuple[str, ...] = ()
    """Licences of the dataset manifests."""
    data_names: tuple[str, ...] = ()
    """Names of the datasets: their manifests', and the one of the evaluation."""

    @property
    def licences(self) -> tuple[str, ...]:
        """Every licence that the entry names, for whatever part."""
        return (*self.metadata.licences, *self.other_licences)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A statement of the card that cannot be right beside the facts.

    ``mended`` is what belongs at ``at``; None where only a person can tell.
    """

    message: str
    hint: str
    span: Span
    mended: str | None = None
    at: Span | None = None
    sure: bool = True
    """False where it may be about something else: a requirement, another model."""


def expression(text: str | None) -> Expression | None:
    """A licence as a tree; None where another rule refuses it."""
    try:
        return parse(text) if text else None
    except SpdxError:
        return None
