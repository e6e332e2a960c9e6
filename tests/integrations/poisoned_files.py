"""Malicious archives, compressed files, and files of NumPy, joblib and PyTorch."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import pickle
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from crafted import (
    CODECS,
    JOBLIB_CODECS,
    TORCH_MAGIC,
    Call,
    Poison,
    as_joblib,
    as_npy,
    as_tar,
    as_zip,
    glob,
    legacy,
    short,
)


def containers(fired: str, folder: Path) -> Iterator[Poison]:
    """Every compression and archive, and one in another."""
    for number in (0, 4):
        call = pickle.dumps(Call(os.mkdir, fired), number)
        for suffix, pack in CODECS.items():
            yield Poison(f"packed-{number}.pkl.{suffix}", pack(call), f"packed-{suffix}")
    call = pickle.dumps(Call(os.mkdir, fired), 4)
    yield Poison("twice.pkl.gz", gzip.compress(lzma.compress(call)), "gz-xz")
    yield Poison(
        "two-members.pkl.gz", gzip.compress(call[:9]) + gzip.compress(call[9:]), "packed-gz"
    )
    for compress in JOBLIB_CODECS:
        word = "-".join(map(str, compress)) if isinstance(compress, tuple) else str(compress)
        value = {"weights": np.arange(7.0), "call": Call(os.mkdir, fired)}
        yield Poison(f"joblib-{word}.joblib", as_joblib(value, folder, compress), "joblib")
    behind = [np.arange(1000), np.eye(3), Call(os.mkdir, fired)]
    yield Poison("behind-arrays.joblib", as_joblib(behind, folder), "joblib")
    for name, content in _beside_joblib(fired):
        yield Poison(name, content, "joblib")
    objects = np.array([1, Call(os.mkdir, fired)], dtype=object)
    yield Poison("objects.joblib", as_joblib({"a": objects}, folder), "joblib")
    yield Poison("objects-3.joblib", as_joblib([np.eye(2), objects], folder, 3), "joblib")
    yield Poison("in-bytes.joblib", _in_array_bytes(fired), "pickle")
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2):
        content = as_zip({"readme.txt": b"hello", "a/model.pkl": call}, method)
        yield Poison(f"method-{method}.zip", content, "zip")
    inner = as_zip({"model.pkl": call}, zipfile.ZIP_DEFLATED)
    yield Poison("zip-in-zip.zip", as_zip({"inner.bin": inner}), "zip-zip")
    yield Poison("gz-in-zip.zip", as_zip({"model.pkl.gz": gzip.compress(call)}), "zip-gz")
    yield Poison("plain.tar", as_tar({"a.txt": b"hello", "model.pkl": call}), "tar")
    for kind in ("gz", "bz2", "xz"):
        yield Poison(f"packed.tar.{kind}", as_tar({"model.pkl": call}, f"w:{kind}"), "tar")
    yield Poison("zip-in-tar.tar", as_tar({"inner.zip": inner}), "tar-zip")


def _wrapped(content: bytes) -> bytes:
    """An array as joblib before 1.2 wrote it: its bytes begin behind BUILD, without padding."""
    from joblib.numpy_pickle import NumpyArrayWrapper

    wrapper = NumpyArrayWrapper(
        np.ndarray, (len(content),), "C", np.dtype("u1"), numpy_array_alignment_bytes=None
    )
    return pickle.dumps(wrapper, 2)[:-1] + content


def _in_array_bytes(fired: str) -> bytes:
    """Opcodes in the bytes of an array: joblib passes over them, pickle.load runs them."""
    return _wrapped(b"0" + pickle.dumps(Call(os.mkdir, fired), 2)[2:]) + b"."


def _beside_joblib(fired: str) -> Iterator[tuple[str, bytes]]:
    """Whether an array lies in the stream: joblib is led to another answer than a careless scan."""
    call = b"0" + pickle.dumps(Call(os.mkdir, fired), 2)[2:]
    hidden = _wrapped(pickle.BINBYTES + struct.pack("<I", len(call)))
    made = glob("joblib.numpy_pickle", "NumpyArrayWrapper") + b"q\x00)\x81"
    assert made in hidden
    rebuilt = glob("copyreg", "_reconstructor") + glob("joblib.numpy_pickle", "NumpyArrayWrapper")
    rebuilt += glob("builtins", "object") + b"N" + pickle.TUPLE3 + b"R"
    yield "reconstructed.joblib", hidden.replace(made, rebuilt) + call
    own = short("read") + glob("builtins", "slice") + b"s"
    shadow = _wrapped(call)
    at = shadow.index(b"b" + call)
    yield "own-read.joblib", shadow[:at] + own + shadow[at:] + b"."


def formats(fired: str, folder: Path) -> Iterator[Poison]:
    """NumPy's and PyTorch's files, and names that lie."""
    call = pickle.dumps(Call(os.mkdir, fired), 2)
    array = np.array([Call(os.mkdir, fired), None], dtype=object)
    yield Poison("objects.npy", as_npy(array, allow_pickle=True), "numpy")
    for word, save in (("npz", np.savez), ("z", np.savez_compressed)):
        out = io.BytesIO()
        save(out, fine=np.eye(2), bad=array)
        yield Poison(f"objects-{word}.npz", out.getvalue(), "npz")
    fine = pickle.dumps({"w": 1}, 2)
    yield Poison("model.pt", as_zip({"archive/data.pkl": call, "archive/version": b"3\n"}), "torch")
    two = {"a/data.pkl": fine, "a/version": b"3\n", "b/data.pkl": call}
    yield Poison("two-tops.pt", as_zip(two), "torch-b")
    stored = {"archive/data.pkl": fine, "archive/version": b"3\n", "archive/data/0": call}
    yield Poison("unnamed-storage.pt", as_zip(stored), "zip-any")
    note = {"archive/data.pkl": fine, "archive/version": call.ljust(70, b"\n"), "x.pkl": call}
    yield Poison("note.pt", as_zip(note), "zip-any")
    heads = [pickle.dumps(value, 2) for value in (TORCH_MAGIC, 1001, {"little_endian": True})]
    yield Poison("legacy.pt", legacy([*heads, call, pickle.dumps([], 2)]), "legacy")
    yield Poison(
        "legacy-system.pt", legacy([*heads[:2], call, fine, pickle.dumps([], 2)]), "legacy"
    )
    yield Poison("legacy-keys.pt", legacy([*heads, fine, call]), "legacy")
    for name in (
        "model.safetensors",
        "config.json",
        "model.onnx",
        "weights.bin",
        "model",
        "a.gguf",
    ):
        yield Poison(name, call, "pickle")
    yield Poison("also-zip.pkl", call + as_zip({"a.txt": b"fine"}), "pickle")
    yield Poison("as-text.txt", pickle.dumps(Call(os.mkdir, fired), 0), "pickle")
