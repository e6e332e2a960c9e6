"""Formats of model files, and what a file's name claims about its format."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType


class Format(StrEnum):
    """A format of a model file; the values are the words of ``[artifact] formats``."""

    ONNX = "onnx"
    SAFETENSORS = "safetensors"
    GGUF = "gguf"
    SKOPS = "skops"
    PICKLE = "pickle"
    JOBLIB = "joblib"
    PYTORCH = "pytorch"
    TORCHSCRIPT = "torchscript"
    KERAS = "keras"
    HDF5 = "hdf5"
    SAVEDMODEL = "savedmodel"
    TFLITE = "tflite"
    NPY = "npy"
    NPZ = "npz"
    XGBOOST = "xgboost"
    LIGHTGBM = "lightgbm"
    ZIP = "zip"
    TAR = "tar"
    UNKNOWN = "unknown"


_Claims = Mapping[str, frozenset[Format]]
_PICKLES = frozenset({Format.PICKLE, Format.JOBLIB})
_TORCH = frozenset({Format.PYTORCH, Format.TORCHSCRIPT})

EXTENSIONS: _Claims = MappingProxyType(
    {
        "bin": frozenset({Format.PYTORCH, Format.XGBOOST}),
        "ckpt": frozenset({Format.PYTORCH}),
        "gguf": frozenset({Format.GGUF}),
        "h5": frozenset({Format.HDF5}),
        "hdf5": frozenset({Format.HDF5}),
        "joblib": _PICKLES,
        "keras": frozenset({Format.KERAS}),
        "lgb": frozenset({Format.LIGHTGBM}),
        "nemo": frozenset({Format.TAR}),
        "npy": frozenset({Format.NPY}),
        "npz": frozenset({Format.NPZ}),
        "onnx": frozenset({Format.ONNX}),
        "pb": frozenset({Format.SAVEDMODEL}),
        "pickle": _PICKLES,
        "pkl": _PICKLES,
        "pt": _TORCH,
        "pth": _TORCH,
        "ptl": frozenset({Format.TORCHSCRIPT}),
        "py": frozenset({Format.UNKNOWN}),
        "safetensors": frozenset({Format.SAFETENSORS}),
        "sav": _PICKLES,
        "skops": frozenset({Format.SKOPS}),
        "tar": frozenset({Format.TAR}),
        "tbz2": frozenset({Format.TAR}),
        "tflite": frozenset({Format.TFLITE}),
        "tgz": frozenset({Format.TAR}),
        "txz": frozenset({Format.TAR}),
        "ubj": frozenset({Format.XGBOOST}),
        "xgb": frozenset({Format.XGBOOST}),
        "zip": frozenset({Format.ZIP}),
    }
)
"""Extension, in lower case and without its dot, to the formats that it may carry."""

DATA_EXTENSIONS: _Claims = MappingProxyType(
    {
        "json": frozenset({Format.XGBOOST, Format.UNKNOWN}),
        "md": frozenset({Format.UNKNOWN}),
        "txt": frozenset({Format.LIGHTGBM, Format.UNKNOWN}),
        "yaml": frozenset({Format.UNKNOWN}),
        "yml": frozenset({Format.UNKNOWN}),
    }
)
"""Extensions of data beside a model, to what such a file may turn out to be."""

DATA_NAMES = frozenset({"MLmodel", "LICENSE", "NOTICE"})
"""Whole names of data beside a model: text, whatever it says."""

ZIPS = _TORCH | {Format.KERAS, Format.NPZ, Format.SKOPS, Format.ZIP}
"""Formats that are a zip: a file that is named ``.zip`` and holds one of them tells no lie."""

COMPRESSIONS = frozenset({"bz2", "gz", "lz4", "lzma", "xz", "z"})
"""Extensions behind another one, as in ``model.pkl.gz``."""


@lru_cache(maxsize=1024)
def by_name(name: str) -> frozenset[Format]:
    """The formats that a name claims; empty for data and for an extension that is not known.

    ``name`` is a file's name or its path with ``/``; the case of the extension does not matter.
    A compressed pickle (``model.pkl.gz``) claims ``joblib``, a compressed tar ``tar``.
    """
    stem, extension = _split(name)
    if extension not in COMPRESSIONS:
        return EXTENSIONS.get(extension, frozenset())
    inner = EXTENSIONS.get(_split(stem)[1], frozenset())
    if Format.JOBLIB in inner:
        return frozenset({Format.JOBLIB})
    return inner & {Format.TAR}


def is_data(name: str) -> bool:
    """Tell whether a name is that of data beside a model: yaml, yml, json, txt, md, MLmodel."""
    return _base(name) in DATA_NAMES or _split(name)[1] in DATA_EXTENSIONS


def agrees(name: str, format: Format) -> bool:
    """Tell whether content of this format may stand under this name.

    An extension that is not known never disagrees; ``.zip`` agrees with all that is one. A data
    extension disagrees with every format of models but the textual ones that are written under it.
    """
    if _base(name) in DATA_NAMES:
        return format is Format.UNKNOWN
    extension = _split(name)[1]
    claimed = ZIPS if extension == "zip" else by_name(name) or DATA_EXTENSIONS.get(extension)
    return not claimed or format in claimed


def _base(name: str) -> str:
    return name.rpartition("/")[2]


def _split(name: str) -> tuple[str, str]:
    """What stands before the last dot of a name, and the extension in lower case."""
    stem, dot, extension = _base(name).rpartition(".")
    return (stem, extension.lower()) if dot else (extension, "")
