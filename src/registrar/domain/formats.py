"""Formats of model files, and which names may carry them."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """What the bytes of a file are, by content."""

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


_F = Format
_PICKLES = (_F.PICKLE, _F.JOBLIB)
_TORCH = (_F.PYTORCH, _F.TORCHSCRIPT)
EXTENSIONS: dict[str, tuple[Format, ...]] = {
    ".onnx": (_F.ONNX,),
    ".safetensors": (_F.SAFETENSORS,),
    ".gguf": (_F.GGUF,),
    ".skops": (_F.SKOPS,),
    ".pkl": _PICKLES,
    ".pickle": _PICKLES,
    ".joblib": (_F.JOBLIB, _F.PICKLE),
    ".pt": _TORCH,
    ".pth": _TORCH,
    ".ckpt": (*_TORCH, *_PICKLES),
    ".keras": (_F.KERAS,),
    ".h5": (_F.HDF5,),
    ".hdf5": (_F.HDF5,),
    ".pb": (_F.SAVEDMODEL,),
    ".tflite": (_F.TFLITE,),
    ".npy": (_F.NPY,),
    ".npz": (_F.NPZ,),
    ".ubj": (_F.XGBOOST,),
    ".xgb": (_F.XGBOOST,),
    ".lgb": (_F.LIGHTGBM,),
    ".zip": (_F.ZIP, *_TORCH, _F.NPZ, _F.SKOPS, _F.KERAS),
    ".tar": (_F.TAR,),
    ".tgz": (_F.TAR,),
}
"""Extension to the formats that it may carry, the likeliest first; others claim nothing."""

_DATA = (".yaml", ".yml", ".json", ".txt", ".md")


def by_name(path: str) -> tuple[Format, ...]:
    """The formats that a file's name claims, the likeliest first; () where it claims none."""
    name = path.rpartition("/")[2].lower()
    if name.endswith((".tar.gz", ".tar.bz2", ".tar.xz")):
        return (Format.TAR,)
    return EXTENSIONS.get(name[name.rfind(".") :], ()) if "." in name else ()


def agrees(path: str, found: Format) -> bool:
    """Tell whether a name and a content agree; a name that claims nothing always does."""
    claimed = by_name(path)
    return not claimed or found in claimed


def is_data(path: str) -> bool:
    """Tell whether a file beside the models of a folder is data and no model."""
    name = path.rpartition("/")[2]
    return name == "MLmodel" or name.lower().endswith(_DATA)
