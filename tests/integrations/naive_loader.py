"""A program that loads what it is given, as careless programs do: run alone, to fire the poison.

Reads a JSON list of [path, loader, marker] from stdin; prints the JSON list of whether the folder
``marker`` was there afterwards. It must run apart from the tests: it runs what it loads.
"""

from __future__ import annotations

import bz2
import copyreg
import gzip
import io
import json
import lzma
import os
import pickle
import subprocess
import sys
import tarfile
import time
import zipfile
import zlib
from typing import Any


class _Torch(pickle.Unpickler):
    def persistent_load(self, pid: Any) -> Any:
        return pid


def _zip(raw: bytes, wanted: str = "") -> None:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for name in archive.namelist():
            if name.endswith(wanted or ".pkl"):
                _Torch(archive.open(name)).load()


def _zip_any(raw: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for name in archive.namelist():
            try:
                pickle.load(archive.open(name))
            except Exception:
                continue  # the next one


def _inner(raw: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return archive.read(archive.namelist()[0])


def _tar(raw: bytes, load: Any = pickle.loads) -> None:
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        for member in archive:
            if not member.name.endswith(".txt"):
                load(archive.extractfile(member).read())


def _lz4(raw: bytes) -> bytes:
    import lz4.frame

    return lz4.frame.decompress(raw)


def _numpy(path: str) -> None:
    import numpy

    found = numpy.load(path, allow_pickle=True)
    if hasattr(found, "files"):
        [found[name] for name in found.files]


def _joblib(path: str) -> None:
    import joblib

    joblib.load(path)


def _several(path: str, count: int) -> None:
    with open(path, "rb") as file:
        for _ in range(count):
            pickle.load(file)


def _extension(path: str) -> None:
    copyreg.add_extension("os", "mkdir", 0xF0)
    try:
        with open(path, "rb") as file:
            pickle.load(file)
    finally:
        copyreg.remove_extension("os", "mkdir", 0xF0)


def _load(path: str, loader: str) -> None:
    with open(path, "rb") as file:
        raw = file.read()
    packed = {
        **{"gz": gzip.decompress, "bz2": bz2.decompress, "xz": lzma.decompress},
        **{"lzma": lzma.decompress, "z": zlib.decompress, "lz4": _lz4},
    }
    if loader.startswith("packed-"):
        pickle.loads(packed[loader.removeprefix("packed-")](raw))
        return
    {
        "pickle": lambda: _several(path, 1),
        "pickle-twice": lambda: _several(path, 2),
        "pickle-thrice": lambda: _several(path, 3),
        "legacy": lambda: _several(path, 5),
        "extension": lambda: _extension(path),
        "joblib": lambda: _joblib(path),
        "numpy": lambda: _numpy(path),
        "npz": lambda: _numpy(path),
        "zip": lambda: _zip(raw),
        "zip-any": lambda: _zip_any(raw),
        "zip-zip": lambda: _zip(_inner(raw)),
        "zip-gz": lambda: pickle.loads(gzip.decompress(_inner(raw))),
        "gz-xz": lambda: pickle.loads(lzma.decompress(gzip.decompress(raw))),
        "torch": lambda: _zip(raw, "data.pkl"),
        "torch-b": lambda: _zip(raw, "b/data.pkl"),
        "tar": lambda: _tar(raw),
        "tar-zip": lambda: _tar(raw, _zip),
    }[loader]()


def main() -> None:
    fired = []
    for path, loader, marker in json.load(sys.stdin):
        try:
            _load(path, loader)
        except Exception as error:
            print(f"{path}: {error!r:.200}", file=sys.stderr)
        for _ in range(50):  # a process that it started may need a moment
            if os.path.isdir(marker) or ("popen" not in path and "newobj.pkl" not in path):
                break
            time.sleep(0.02)
        fired.append(os.path.isdir(marker))
        subprocess.run(["rm", "-rf", marker], check=True)
    print(json.dumps(fired))


if __name__ == "__main__":
    main()
