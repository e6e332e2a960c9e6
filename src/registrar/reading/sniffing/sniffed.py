"""What sniffing says about the bytes of one file."""

from __future__ import annotations

from dataclasses import dataclass

from registrar.domain.formats import Format


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The format of some bytes, found by their content alone."""

    format: Format
    external: tuple[str, ...] = ()
    """Locations that an ONNX model names as its external data, as they stand in the model."""
    detail: str = ""
    """A few words for a person, such as ``pickle protocol 4``."""
