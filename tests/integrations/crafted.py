"""What crafted files are made of: opcodes, archives, compressions, and what a poison is."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import lz4.frame
import numpy as np


@dataclass(frozen=True)
class Poison:
    name: str
    """Also the name of its file."""
    content: bytes
    loader: str | None
    verdict: str = "dangerous"
    """Written here, before any run."""


class Call:
    """Pickles as a call of a function."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.made = function, args

    def __reduce__(self) -> Any:
        return self.made


TORCH_MAGIC = 0x1950A86A20F9469CFC6C


def short(text: str) -> bytes:
    """The opcode for a short text."""
    raw = text.encode()
    return pickle.SHORT_BINUNICODE + bytes([len(raw)]) + raw


def glob(module: str, name: str) -> bytes:
    return pickle.GLOBAL + f"{module}\n{name}\n".encode()


def proto(number: int) -> bytes:
    return pickle.PROTO + bytes([number])


def framed(body: bytes, number: int = 4) -> bytes:
    return proto(number) + pickle.FRAME + struct.pack("<Q", len(body)) + body


def as_zip(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def as_tar(members: dict[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def as_joblib(value: Any, folder: Path, compress: Any = 0) -> bytes:
    path = folder / "made.joblib"
    joblib.dump(value, path, compress=compress)
    return path.read_bytes()


def as_npy(array: np.ndarray, **options: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, array, **options)
    return out.getvalue()


CODECS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda raw: lzma.compress(raw, lzma.FORMAT_ALONE),
    "z": zlib.compress,
    "lz4": lz4.frame.compress,
}
JOBLIB_CODECS = (0, 3, ("zlib", 1), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3), ("lz4", 3))


def legacy(pickles: list[bytes], storages: bytes = b"") -> bytes:
    """What torch.save wrote before its zip: pickles in a row, then storages."""
    return b"".join(pickles) + storages
