"""Malicious files for the tests of the scanner: harmless payload, a folder that appears.

Every one is made here, in ``poisoned_files.py`` or in ``poisoned_names.py``, and each says how a naive
program loads it and fires it. ``FIRES`` loaders are functions of ``naive_loader.py``; None is for what
cannot be fired on this machine.
"""

from __future__ import annotations

import os
import pickle
import struct
from collections.abc import Iterator
from pathlib import Path

from crafted import (
    Call,
    Poison,
    framed,
    glob,
    proto,
    short,
)
from poisoned_files import containers, formats
from poisoned_names import allowed_names


def poisons(fired: str, folder: Path) -> Iterator[Poison]:
    """All of them; the folder ``fired`` appears where one runs."""
    yield from _protocols(fired)
    yield from _opcodes(fired)
    yield from _streams(fired)
    yield from containers(fired, folder)
    yield from formats(fired, folder)
    yield from allowed_names(fired)


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
