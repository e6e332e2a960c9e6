"""zip files and what is carried in them; tar files."""

from __future__ import annotations

import zipfile
from typing import BinaryIO

from registrar.domain.formats import Format
from registrar.reading.sniffing.sniffed import Sniffed, read_at

_MAX_DIRECTORY = 16 * 1024 * 1024
_MAX_MEMBERS = 100_000
_END = b"PK\x05\x06"


def sniff_archive(stream: BinaryIO, size: int, head: bytes) -> Sniffed | None:
    """Tell zip, npz, PyTorch, TorchScript, skops and Keras by the names of members; tar."""
    if head[257:262] == b"ustar" or _old_tar(head):
        return Sniffed(Format.TAR)
    if not head.startswith((b"PK\x03\x04", _END)):
        return None
    names = _names(stream, size)
    return Sniffed(Format.ZIP, "zip") if names is None else Sniffed(_kind(names), "zip")


def _names(stream: BinaryIO, size: int) -> list[str] | None:
    """The names in the central directory; None where it cannot be read within bounds."""
    tail = read_at(stream, max(0, size - 66_000), 66_000)
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < 22:
        return None
    members = int.from_bytes(tail[end + 10 : end + 12], "little")
    directory = int.from_bytes(tail[end + 12 : end + 16], "little")
    if members > _MAX_MEMBERS or _MAX_DIRECTORY < directory < 0xFFFFFFFF:
        return None
    try:
        with zipfile.ZipFile(stream) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, RuntimeError):
        return None


def _kind(names: list[str]) -> Format:
    tops = {name.partition("/")[2] for name in names if "/" in name}
    plain = set(names)
    if "data.pkl" in tops or "data.pkl" in plain:
        script = "constants.pkl" in tops and any(name.startswith("code/") for name in tops)
        return Format.TORCHSCRIPT if script else Format.PYTORCH
    if "schema.json" in plain:
        return Format.SKOPS
    if "config.json" in plain and ("model.weights.h5" in plain or "metadata.json" in plain):
        return Format.KERAS
    if plain and all(name.endswith(".npy") for name in plain):
        return Format.NPZ
    return Format.ZIP


def _old_tar(head: bytes) -> bool:
    """A tar header without magic: its checksum is right."""
    if len(head) < 512 or not head[0]:
        return False
    try:
        written = int(head[148:156].strip(b"\0 "), 8)
    except ValueError:
        return False
    return written == sum(head[:148]) + 8 * 32 + sum(head[156:512])
