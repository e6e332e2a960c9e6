"""Malicious files for the tests of the scanner: harmless payload, a folder that appears.

Every one is made here, and each says how a naive program loads it and fires it. ``FIRES`` loaders
are functions of ``naive_loader.py``; None is for what cannot be fired on this machine.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import pickle
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
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


def op(code: str) -> bytes:
    return getattr(pickle, code)


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


def poisons(fired: str, folder: Path) -> Iterator[Poison]:
    """All of them; the folder ``fired`` appears where one runs."""
    yield from _protocols(fired)
    yield from _opcodes(fired)
    yield from _streams(fired)
    yield from _containers(fired, folder)
    yield from _formats(fired, folder)
    yield from _allowed_names(fired)


def _protocols(fired: str) -> Iterator[Poison]:
    """Four calls in every protocol."""
    calls = {
        "system": Call(os.system, f"mkdir {fired}"),
        "mkdir": Call(os.mkdir, fired),
        "exec": Call(exec, f"import os; os.mkdir({fired!r})"),
        "eval": Call(eval, f"__import__('os').mkdir({fired!r})"),
    }
    for name, call in calls.items():
        for number in range(6):
            yield Poison(f"{name}-{number}.pkl", pickle.dumps(call, number), "pickle")
    for number in (0, 2, 5):
        inner = {"model": [1.0, {"deep": (call,)}], "n": 3}
        yield Poison(f"deep-{number}.pkl", pickle.dumps(inner, number), "pickle")


def _opcodes(fired: str) -> Iterator[Poison]:
    """Each way to name something and to call it."""
    text = short(fired)
    one = text + pickle.TUPLE1
    mkdir = glob("os", "mkdir")
    yield Poison(
        "inst.pkl", pickle.MARK + f"V{fired}\n".encode() + b"ios\nmkdir\n" + b".", "pickle"
    )
    yield Poison("obj.pkl", pickle.MARK + mkdir + f"V{fired}\n".encode() + b"o.", "pickle")
    yield Poison("no-proto.pkl", mkdir + b"(V" + fired.encode() + b"\ntR.", "pickle")
    popen = glob("subprocess", "Popen")
    args = pickle.MARK + short("mkdir") + text + pickle.LIST + pickle.TUPLE1
    yield Poison("newobj.pkl", proto(2) + _patched_class(fired) + b".", "pickle")
    yield Poison("popen.pkl", proto(4) + popen + args + b"R.", "pickle")
    named = pickle.EMPTY_DICT + short("name") + text + pickle.SETITEM
    partial = glob("functools", "partial") + mkdir + pickle.TUPLE1 + b"R"
    yield Poison("partial.pkl", proto(4) + partial + one + b"R.", "pickle")
    yield Poison(
        "newobj-ex.pkl",
        proto(4)
        + glob("functools", "partial")
        + mkdir
        + pickle.TUPLE1
        + pickle.EMPTY_DICT
        + pickle.NEWOBJ_EX
        + one
        + b"R.",
        "pickle",
    )
    stack = short("os") + short("mkdir") + pickle.STACK_GLOBAL
    yield Poison("stack-global.pkl", proto(4) + stack + one + b"R.", "pickle")
    memo = short("os") + b"\x94" + short("mkdir") + b"\x94" + b"00h\x00h\x01" + pickle.STACK_GLOBAL
    yield Poison("stack-global-memo.pkl", proto(4) + memo + one + b"R.", "pickle")
    dotted = short("shutil") + short("os.mkdir") + pickle.STACK_GLOBAL
    yield Poison("dotted.pkl", proto(4) + dotted + one + b"R.", "pickle")
    numpy_dotted = short("numpy.testing") + short("_private.utils.os.mkdir") + pickle.STACK_GLOBAL
    yield Poison("dotted-numpy.pkl", proto(4) + numpy_dotted + one + b"R.", "pickle")
    sklearn_dotted = short("sklearn.base") + short("warnings.sys.modules.__class__") + b"\x93"
    yield Poison("dotted-sklearn.pkl", proto(4) + sklearn_dotted + mkdir + one + b"R.", "pickle")
    escaped = b"V\\u006fs\n" + b"Vmkdi\\u0072\n" + pickle.STACK_GLOBAL
    yield Poison("escaped.pkl", proto(4) + escaped + one + b"R.", "pickle")
    yield Poison(
        "python2.pkl",
        b"c__builtin__\neval\n(V__import__('os').mkdir('" + fired.encode() + b"')\ntR.",
        "pickle",
    )
    getattr_ = glob("builtins", "getattr") + glob("os", "path") + short("os") + pickle.TUPLE2 + b"R"
    attr = glob("builtins", "getattr") + getattr_ + short("mkdir") + pickle.TUPLE2 + b"R"
    yield Poison("getattr.pkl", proto(4) + attr + one + b"R.", "pickle")
    caller = glob("operator", "methodcaller") + short("mkdir") + text + pickle.TUPLE2 + b"R"
    module = glob("importlib", "import_module") + short("os") + pickle.TUPLE1 + b"R"
    yield Poison("methodcaller.pkl", proto(4) + caller + module + pickle.TUPLE1 + b"R.", "pickle")
    runs = glob("timeit", "timeit") + short(f"import os; os.mkdir({fired!r})") + short("pass")
    runs += glob("time", "perf_counter") + b"K\x01" + pickle.MARK
    yield Poison(
        "timeit.pkl",
        proto(4)
        + glob("timeit", "timeit")
        + pickle.MARK
        + short(f"import os; os.path.isdir({fired!r}) or os.mkdir({fired!r})")
        + short("pass")
        + glob("time", "perf_counter")
        + b"K\x01"
        + pickle.TUPLE
        + b"R.",
        "pickle",
    )
    mapping = glob("builtins", "map") + mkdir + pickle.EMPTY_LIST + text + pickle.APPEND
    listed = glob("builtins", "list") + mapping + pickle.TUPLE2 + b"R" + pickle.TUPLE1 + b"R."
    yield Poison("map.pkl", proto(4) + listed, "pickle")
    default = glob("collections", "defaultdict") + partial.replace(
        pickle.TUPLE1, text + pickle.TUPLE2
    )
    yield Poison("factory.pkl", proto(4) + default + pickle.TUPLE1 + b"R.", None)
    yield Poison("extension.pkl", proto(2) + pickle.EXT1 + b"\xf0" + one + b"R.", "extension")
    yield Poison("build.pkl", proto(4) + _build(fired), "pickle")
    del named


def _patched_class(fired: str) -> bytes:
    """NEWOBJ of a class that acts when it is made."""
    temporary = glob("subprocess", "Popen")
    made = pickle.MARK + short("mkdir") + short(fired) + pickle.LIST + pickle.TUPLE1
    state = pickle.EMPTY_TUPLE + pickle.NEWOBJ + b"0"
    return temporary + state + temporary + made + b"R"


def _build(fired: str) -> bytes:
    """BUILD calls the ``__setstate__`` that the stream put there itself."""
    made = glob("argparse", "Namespace") + pickle.EMPTY_TUPLE + pickle.NEWOBJ
    put = pickle.EMPTY_DICT + short("__setstate__") + glob("os", "mkdir") + pickle.SETITEM + b"b"
    return made + put + short(fired) + b"b."


def _streams(fired: str) -> Iterator[Poison]:
    """Bytes before, behind, between; parsers led apart."""
    call = pickle.dumps(Call(os.mkdir, fired), 4)
    old = pickle.dumps(Call(os.mkdir, fired), 2)
    yield Poison("frames.pkl", divergent(fired), "pickle" if _leaves_frames() else None)
    yield Poison("then-broken.pkl", old[:-1] + b"\xff\xff\xff", "pickle")
    yield Poison("no-end.pkl", old[:-1], "pickle")
    yield Poison("garbage-behind.pkl", old + b"\0" * 100, "pickle")
    yield Poison("second.pkl", pickle.dumps([1, 2]) + call, "pickle-twice")
    hidden = pickle.dumps([1, 2], 4)
    yield Poison("third.pkl", hidden + hidden + call, "pickle-thrice")
    yield Poison("padded.pkl", b"(" + b"I1\n0" * 300_000 + b"1" + old[2:], "pickle")
    big = pickle.BINBYTES8 + struct.pack("<Q", 3_000_000) + b"." * 3_000_000
    yield Poison("big-bytes.pkl", proto(4) + big + b"0" + old[2:], "pickle")
    yield Poison("bytearray.pkl", proto(5) + b"\x96" + big[1:] + b"0" + old[2:], "pickle")
    yield Poison("many-protos.pkl", proto(5) * 50 + proto(0) + old[2:], "pickle")
    yield Poison("frame-too-long.pkl", framed(old[2:] + b"hidden behind the end"), "pickle")
    yield Poison(
        "memo.pkl", proto(4) + short("x") + b"r\xff\xff\x00\x00" + b"0" + old[2:], "pickle"
    )
    yield Poison("text-number.pkl", b"I 12\n0L5L\n0F1e3\n0" + old[2:], "pickle")


def _leaves_frames() -> bool:
    """Tell whether this C unpickler reads on: not since Python 3.13.15 and 3.14.7."""
    try:
        pickle.loads(proto(4) + pickle.FRAME + struct.pack("<Q", 3) + b"\x8c\x03abc.")
    except pickle.UnpicklingError:
        return False
    return True


def divergent(fired: str) -> bytes:
    """python/cpython#154848: the C unpickler reads on where a frame ends, others do not."""
    call = glob("os", "mkdir") + f"V{fired}\n".encode() + pickle.TUPLE1 + b"R"
    out = proto(5) + b"N" + b"V" + b"a" * (8192 * 16 - 17) + b"\n" + b"0" + pickle.MARK
    out += pickle.FRAME + struct.pack("<Q", 2)
    out += pickle.BINBYTES + b"\x07\x01\x00\x00"
    return out + b"\0\0" + (call + pickle.MARK).ljust(256 + 5, b"N") + b"1" + b"."


def _containers(fired: str, folder: Path) -> Iterator[Poison]:
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


def _formats(fired: str, folder: Path) -> Iterator[Poison]:
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


def _allowed_names(fired: str) -> Iterator[Poison]:
    """Nothing but names of the libraries that models are made of."""
    del fired
    yield Poison("pointers.pkl", _pointers(), None)
    yield Poison("record-of-objects.pkl", _record_of_objects(), None)
    yield Poison("wide-dtype.pkl", _dtype_state(b"J\xff\xff\xff\x7f", b"V8"), None)
    estimator = glob("sklearn.linear_model._logistic", "LogisticRegression")
    scorer = glob("sklearn.metrics._classification", "accuracy_score")
    patch = pickle.EMPTY_DICT + short("predict") + scorer + pickle.SETITEM + pickle.TUPLE2
    yield Poison("patched-class.pkl", proto(4) + estimator + b"N" + patch + b"b.", None)
    yield Poison("changed-class.pkl", proto(4) + estimator + short("fit") + scorer + b"s.", None)
    made = estimator + pickle.EMPTY_TUPLE + pickle.NEWOBJ
    dunder = pickle.EMPTY_DICT + short("__class__") + estimator + pickle.SETITEM + pickle.TUPLE2
    yield Poison("dunder.pkl", proto(4) + made + b"N" + dunder + b"b.", None)
    twice = made + (pickle.EMPTY_DICT + b"b") * 2
    yield Poison("state-twice.pkl", proto(4) + twice + b".", None)
    yield Poison("called.pkl", proto(4) + scorer + b"]" + b"]" + pickle.TUPLE2 + b"R.", None)
    yield Poison("instance-called.pkl", proto(4) + made + pickle.EMPTY_TUPLE + b"R.", None)
    yield Poison(
        "ctor.pkl", proto(4) + estimator + b"K\x01" + pickle.TUPLE1 + pickle.NEWOBJ + b".", None
    )
    array = glob("numpy", "ndarray") + pickle.MARK + b"K\x01" + pickle.TUPLE1 + short("O")
    array += b"C\x08AAAAAAAA" + pickle.TUPLE + b"R."
    yield Poison("ndarray-called.pkl", proto(4) + array, None)
    codec = glob("_codecs", "encode") + short("x") + short("rot13") + pickle.TUPLE2 + b"R."
    yield Poison("codec.pkl", proto(4) + codec, None)
    generator = glob("numpy.random._pickle", "__bit_generator_ctor") + estimator
    yield Poison("generator.pkl", proto(4) + generator + pickle.TUPLE1 + b"R.", None)
    rebuilt = glob("copyreg", "_reconstructor") + scorer + glob("builtins", "object") + b"N"
    yield Poison("reconstructor.pkl", proto(4) + rebuilt + pickle.TUPLE3 + b"R.", None)
    factory = glob("collections", "defaultdict") + scorer + pickle.TUPLE1 + b"R."
    yield Poison("calling-factory.pkl", proto(4) + factory, None)
    outside = proto(4) + short("storage") + pickle.BINPERSID + b"."
    yield Poison("persistent.pkl", outside, None)


def _array(dtype: bytes, raw: bytes) -> bytes:
    head = glob("numpy._core.multiarray", "_reconstruct") + glob("numpy", "ndarray")
    head += b"K\x00" + pickle.TUPLE1 + b"C\x01b" + pickle.TUPLE3 + b"R"
    state = pickle.MARK + b"K\x01" + b"K\x01" + pickle.TUPLE1 + dtype + b"\x89" + raw + pickle.TUPLE
    return head + state + b"b"


def _dtype(code: bytes, names: bytes, fields: bytes, width: bytes, flags: int) -> bytes:
    made = glob("numpy", "dtype") + short(code.decode()) + b"\x89\x88" + pickle.TUPLE3 + b"R"
    state = b"K\x03" + short("|") + b"N" + names + fields + width + b"J\xff\xff\xff\xff"
    return made + pickle.MARK + state + b"K" + bytes([flags]) + pickle.TUPLE + b"b"


def _pointers() -> bytes:
    """An array of objects whose pointers are bytes of the file: NumPy follows them."""
    dtype = _dtype(b"O8", b"N", b"N", b"J\xff\xff\xff\xff", 0)
    return proto(4) + _array(dtype, b"C\x08AAAAAAAA") + b"."


def _record_of_objects() -> bytes:
    inner = _dtype(b"O8", b"N", b"N", b"J\xff\xff\xff\xff", 63)
    fields = pickle.EMPTY_DICT + short("a") + inner + b"K\x00" + pickle.TUPLE2 + pickle.SETITEM
    dtype = _dtype(b"V8", short("a") + pickle.TUPLE1, fields, b"K\x08", 0)
    return proto(4) + _array(dtype, b"C\x08AAAAAAAA") + b"."


def _dtype_state(width: bytes, code: bytes) -> bytes:
    return proto(4) + _dtype(code, b"N", b"N", width, 0) + b"."
