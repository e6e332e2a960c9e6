"""The format of a model file, found by its content alone: nothing is unpickled or executed."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from registrar.domain.formats import Format
from registrar.reading.effort import Effort
from registrar.reading.sniffing.archives import sniff_tar, sniff_zip
from registrar.reading.sniffing.compressed import sniff_compressed
from registrar.reading.sniffing.headers import sniff_gguf, sniff_hdf5, sniff_npy, sniff_tflite
from registrar.reading.sniffing.onnx import sniff_onnx, sniff_savedmodel
from registrar.reading.sniffing.pickles import sniff_pickle
from registrar.reading.sniffing.safetensors import sniff_safetensors
from registrar.reading.sniffing.sniffed import Sniffed
from registrar.reading.sniffing.source import Source, TruncatedError
from registrar.reading.sniffing.trees import sniff_lightgbm, sniff_xgboost

__all__ = ["NOT_LOOKED_AT", "SNIFFERS", "Sniffed", "sniff"]

NOT_LOOKED_AT = "not looked at: the files before it were too much"

SNIFFERS: tuple[Callable[[Source], Sniffed | None], ...] = (
    sniff_pickle,
    sniff_zip,
    sniff_compressed,
    sniff_gguf,
    sniff_hdf5,
    sniff_npy,
    sniff_tflite,
    sniff_safetensors,
    sniff_onnx,
    sniff_savedmodel,
    sniff_tar,
    sniff_xgboost,
    sniff_lightgbm,
)
"""In this order, the first answer holds. Pickles come first: a file that is a pickle and
something else as well is told by what it can do."""


def sniff(stream: BinaryIO, size: int, effort: Effort | None = None) -> Sniffed:
    """Find the format of the ``size`` bytes of a seekable stream.

    ``effort`` is shared by the files of an entry; where it is used up nothing is known of a file.

    Reads heads, headers and directories, all bounded; moves the stream. Never raises on any
    bytes; an OSError of the stream passes through.
    """
    if effort is not None and effort.left <= 0:
        return Sniffed(Format.UNKNOWN, detail=NOT_LOOKED_AT)
    source = Source(stream, size, effort)
    for sniffer in SNIFFERS:
        try:
            found = sniffer(source)
        except TruncatedError:
            continue
        if found is not None:
            return found
    return Sniffed(Format.UNKNOWN)
