"""Broken, cut, random and exploding files: never clean, never a crash, never a hang."""

from __future__ import annotations

import bz2
import gzip
import io
import os
import pickle
import random
import resource
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import joblib
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from poisoned import (
    CODECS,
    Call,
    as_joblib,
    as_npy,
    as_tar,
    as_zip,
    divergent,
    glob,
    proto,
    short,
)
from trained import models

from registrar.domain.scanning import FileScan, Safety
from registrar.integrations.scanning import unpickling
from registrar.integrations.scanning.allowlist import allowlist
from registrar.integrations.scanning.engine import Engine
from registrar.integrations.scanning.limits import Limits
from registrar.integrations.scanning.machines import Seen
from registrar.integrations.scanning.parts import Part, Sure
from registrar.integrations.scanning.scanner import ChildScanner
from registrar.integrations.scanning.streams import Reader
from registrar.ports.scanning import ToScan

pytestmark = pytest.mark.filterwarnings(
    "ignore"
)  # scikit-learn's, of models not trained to the end
SMALL = Limits(expanded=8 << 20, free=1 << 20, members=50, names=1000, pickles=4, depth=3)


@contextmanager
def bounded() -> Iterator[None]:
    """No more than another GiB: opcodes may ask for any, and this is no child that may die."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + (1 << 30), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def judged(content: bytes, name: str = "model.pkl", limits: Limits = SMALL) -> Sure:
    with bounded():
        return Engine(allowlist(), limits).judged(Part(name, io.BytesIO(content), len(content)))


def safety(content: bytes, name: str = "model.pkl", limits: Limits = SMALL) -> Safety:
    return FileScan(name, "", judged(content, name, limits).troubles).safety


def scanned(folder: Path, limits: Limits | None = None, **files: bytes) -> list[FileScan]:
    wanted = []
    for name, content in files.items():
        (folder / name).write_bytes(content)
        wanted.append(ToScan(name, str(folder / name), len(content)))
    return list(ChildScanner(limits or Limits(), second=False).scan(wanted).files)


def whole_files(folder: Path) -> dict[str, bytes]:
    forest = models()["forest"]
    raw = pickle.dumps(forest, 4)
    return {
        "model.pkl": raw,
        "old.pkl": pickle.dumps(forest, 0),
        "model.joblib": as_joblib(forest, folder),
        "packed.joblib": as_joblib(forest, folder, 3),
        "array.npy": as_npy(np.arange(900.0)),
        "objects.npy": as_npy(np.array(["x" * 900] * 3, dtype=object), allow_pickle=True),
        "model.zip": as_zip({"a.pkl": raw}),
        "model.tar": as_tar({"a.pkl": raw}),
        **{f"model.pkl.{suffix}": pack(raw) for suffix, pack in CODECS.items()},
    }


def test_a_file_that_is_cut_is_never_clean(tmp_path: Path) -> None:
    for name, content in whole_files(tmp_path).items():
        assert safety(content, name, Limits()) is Safety.CLEAN, name
        for end in range(0, len(content), 1000):
            found = judged(content[:end], name, Limits())
            # the zeros at the end of a tar may be fewer: nothing of its members is missing
            whole = name == "model.tar" and not content[end:].strip(b"\0")
            assert found.troubles or whole, (name, end)


def test_random_bytes_are_never_clean() -> None:
    maker = random.Random(5)
    for size in (1, 2, 7, 100, 5000):
        for _ in range(60):
            content = maker.randbytes(size)
            if content.decode("utf-8", "ignore").encode() != content:
                assert safety(content, "model.bin") is not Safety.CLEAN, content


def test_a_file_of_no_bytes_is_not_clean() -> None:
    for name in ("model.pkl", "model.onnx", "notes.txt", "model"):
        assert safety(b"", name) is Safety.UNREAD


@pytest.mark.parametrize(
    "content",
    [
        proto(4) + b"\x8e" + struct.pack("<Q", 2**63) + b"x",
        proto(4) + b"\x8e" + struct.pack("<Q", 2**63 - 1) + b"x",
        proto(4) + b"\x8d" + struct.pack("<Q", 2**62) + b"x",
        proto(5) + b"\x96" + struct.pack("<Q", 2**40) + b"x",
        proto(4) + b"\x95" + struct.pack("<Q", 2**63 - 1) + b"N.",
        proto(4) + b"\x8b" + struct.pack("<i", -1) + b".",
        proto(4) + b"\x8b" + struct.pack("<i", 2**31 - 1) + b"x",
        proto(2) + b"Nr\xff\xff\xff\xff0.",
        b"L" + b"9" * 100_000 + b"L\n.",
        b"I" + b"9" * 100_000 + b"\n.",
        b"(" * 100_000,
        b"]" * 100_000 + b".",
        proto(4) + b"(" * 5000 + b"t" * 5000 + b"h\x00.",
        proto(5) + b"\x97.",
        proto(5) + b"C\x01x\x98\x98.",
        proto(9) + b"N.",
        b".",
        b"0.",
        b"a.",
        b"b.",
        b"R.",
        b"\x93.",
        b"o.",
        b"i\n\n.",
        b"c\n\n.",
        proto(4) + short("a") + b"K\x01\x93.",
        proto(4) + b"NN\x93.",
    ],
    ids=range(27),
)
def test_a_pickle_that_claims_or_nests_too_much_is_not_clean(
    tmp_path: Path, content: bytes
) -> None:
    (found,) = scanned(tmp_path, **{"model.pkl": content})
    assert found.safety is not Safety.CLEAN


def test_a_memo_that_asks_for_all_memory_meets_the_limit() -> None:
    found = judged(proto(2) + b"Nr\xff\xff\xff\x7f0N.")
    assert [trouble.safety for trouble in found.troubles] == [Safety.UNREAD]
    assert "memory" in found.troubles[0].message


def test_what_lies_behind_the_end_of_a_frame_or_a_pickle_is_told() -> None:
    frame = proto(4) + b"\x95" + struct.pack("<Q", 12) + b"N." + b"x" * 10
    assert safety(frame) is Safety.DANGEROUS
    assert safety(pickle.dumps([1]) + b"x") is Safety.UNREAD
    assert safety(pickle.dumps([1]) * 3) is Safety.UNREAD
    assert "2 more pickles" in judged(pickle.dumps([1]) * 3).troubles[0].message
    assert safety(gzip.compress(pickle.dumps([1])) + b"x") is Safety.UNREAD
    assert safety(as_npy(np.arange(3)) + b"x", "a.npy") is Safety.UNREAD
    assert safety(as_tar({"a.pkl": pickle.dumps([1])}) + b"x", "a.tar") is Safety.UNREAD


class StrictC(pickle._Unpickler):
    """The C unpickler since Python 3.13.15 and 3.14.7, as the one written in Python always was."""

    def __init__(self, file: Reader, seen: Seen) -> None:
        super().__init__(file, encoding="latin1")
        self.find_class = seen.find  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize("strict", [False, True], ids=["this-python", "a-newer-one"])
def test_who_leaves_a_frame_is_dangerous_whatever_the_python(
    strict: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if strict:
        monkeypatch.setattr(unpickling, "CMachine", StrictC)
    reached = proto(4) + b"\x95" + struct.pack("<Q", 3) + b"\x8c\x03abc."
    inside = proto(4) + b"\x95" + struct.pack("<Q", 10) + b"\x95" + struct.pack("<Q", 2) + b"NN0."
    line = proto(4) + b"\x95" + struct.pack("<Q", 2) + b"Vabc\n."
    for content in (reached, inside, line, divergent("x")):
        assert safety(content) is Safety.DANGEROUS, content[:40]
    told = [trouble.message for trouble in judged(reached).troubles]
    assert any("over the end of a frame" in message for message in told), told
    told = [trouble.message for trouble in judged(inside).troubles]
    assert any("a frame inside another" in message for message in told), told
    whole = pickle.dumps(list(range(300)), 4)
    assert safety(whole) is Safety.CLEAN
    assert {safety(whole[:end]) for end in range(12, len(whole))} == {Safety.UNREAD}


def test_bombs_meet_a_limit() -> None:
    zeros = b"\0" * (9 << 20)
    for name, content in {
        "a.gz": gzip.compress(zeros),
        "a.bz2": bz2.compress(zeros),
        "a.zip": as_zip({"a": zeros}, zipfile.ZIP_DEFLATED),
        "b.zip": as_zip({f"{index}.txt": b"x" for index in range(60)}),
        "a.tar.gz": gzip.compress(as_tar({"a": zeros})),
        "members.tar": as_tar({f"{index}.txt": b"x" for index in range(60)}),
    }.items():
        found = judged(content, name)
        assert any("limit was reached" in t.message for t in found.troubles), (name, found)
    ratio = Limits(free=1 << 20, ratio=100)
    assert safety(zlib.compress(zeros), "a.pkl", ratio) is Safety.UNREAD
    nested = pickle.dumps([1])
    for _ in range(5):
        nested = gzip.compress(nested)
    assert safety(nested) is Safety.UNREAD
    names = b"".join(glob("builtins", "set") + b"0" for _ in range(1001))
    assert safety(names + b"N.") is Safety.UNREAD


def test_links_devices_and_names_that_lead_out_of_a_tar_are_dangerous() -> None:
    import tarfile

    for name, kind in (
        ("a", tarfile.SYMTYPE),
        ("b", tarfile.LNKTYPE),
        ("c", tarfile.CHRTYPE),
        ("d", tarfile.FIFOTYPE),
        ("../e", tarfile.REGTYPE),
        ("/f", tarfile.REGTYPE),
    ):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        assert safety(out.getvalue(), "a.tar") is Safety.DANGEROUS, name


def test_zips_that_are_encrypted_or_lie_are_not_clean() -> None:
    good = as_zip({"a.pkl": pickle.dumps([1])})
    assert safety(good, "a.zip") is Safety.CLEAN
    at = good.index(b"PK\1\2")
    encrypted = good[: at + 8] + b"\1" + good[at + 9 :]
    assert safety(encrypted, "a.zip") is not Safety.CLEAN
    assert safety(good + b"behind", "a.zip") is not Safety.CLEAN
    assert safety(b"before" + good, "a.zip") is not Safety.CLEAN
    assert safety(good.replace(b"a.pkl", b"b.pkl", 1), "a.zip") is not Safety.CLEAN


def test_formats_that_nobody_reads_are_dangerous_unless_waived() -> None:
    hdf5 = b"\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0".ljust(40, b"\0") + struct.pack("<Q", 96)
    keras = as_zip({"config.json": b"{}", "metadata.json": b"{}", "model.weights.h5": b"x"})
    script = as_zip({"m/data.pkl": b"", "m/constants.pkl": b"", "m/code/__torch__.py": b""})
    for content, word in (
        (hdf5.ljust(96, b"\0"), "hdf5"),
        (keras, "keras"),
        (script, "torchscript"),
        (b"\x7fELF" + b"\x01\x02\x80" * 30, "unknown"),
        (b"import os\n", "unknown"),
    ):
        name = "train.py" if content.startswith(b"import") else "model"
        found = judged(content, name)
        assert (found.format, found.troubles[0].safety) == (word, Safety.DANGEROUS)
        assert "unless waived" in found.troubles[0].message
        assert found.troubles[0].hint
    assert safety(b"a: !!python/object/apply:os.system [ls]\n", "a.yaml") is Safety.DANGEROUS
    assert safety(b"#!/bin/sh\nls\n", "run") is Safety.DANGEROUS


def test_text_that_begins_like_an_import_is_text() -> None:
    for text in (
        b"cat\ndog\nbird\n",
        b"items\nlist\n(1)\n.\n",
        b"conda\nenv\n",
        b"(lp0\n",
        b"x^2\n",
    ):
        assert safety(text, "notes.txt") is Safety.CLEAN, text


def test_the_process_dies_of_one_file_and_reads_the_others(tmp_path: Path) -> None:
    hashed = proto(4) + b"}" + b")" + b"\x85" * 3_000_000 + b"Ns."
    memo = proto(2) + b"Nr\xff\xff\xff\x7f."
    good = pickle.dumps({"a": [1, 2.0]})
    found = scanned(tmp_path, a=good, b=good, hashed=hashed, c=good, memo=memo, d=good)
    by_name = {file.path: file for file in found}
    assert [by_name[name].safety for name in "abcd"] == [Safety.CLEAN] * 4
    assert by_name["hashed"].safety is Safety.UNREAD
    assert by_name["memo"].safety is Safety.UNREAD
    assert "limit" in by_name["memo"].troubles[0].message
    assert "crashed" in by_name["hashed"].troubles[0].message


def test_many_files_are_asked_for_at_once_and_the_deadly_ones_alone_are_told(
    tmp_path: Path,
) -> None:
    """More requests than are sent ahead, and deaths at the begin, the end, and side by side."""
    hashed = proto(4) + b"}" + b")" + b"\x85" * 3_000_000 + b"Ns."
    deadly = {0, 90, 91, 249}
    files = {
        f"{index:03}": hashed if index in deadly else pickle.dumps([index]) for index in range(250)
    }
    found = scanned(tmp_path, **files)
    assert {int(file.path) for file in found if file.safety is not Safety.CLEAN} == deadly
    assert [file.path for file in found] == sorted(files)


def test_a_file_that_takes_too_long_is_given_up_and_the_others_are_read(tmp_path: Path) -> None:
    modulus = 2**61 - 1
    numbers = b"".join(
        pickle.LONG1 + b"\x20" + (index * modulus).to_bytes(32, "little") + b"N"
        for index in range(1, 40_000)
    )
    colliding = proto(4) + b"}(" + numbers + b"u."
    quick = Limits(cpu=1)
    good = pickle.dumps([1])
    found = scanned(tmp_path, quick, a=good, slow=colliding, b=good)
    assert [file.safety for file in found] == [Safety.CLEAN, Safety.UNREAD, Safety.CLEAN]
    assert "too much time" in found[1].troubles[0].message
    hung = Limits(wall=0, pace=1 << 40)
    found = scanned(tmp_path, hung, a=colliding)
    assert "too long" in found[0].troubles[0].message


def test_a_big_array_costs_no_memory(tmp_path: Path) -> None:
    big = np.zeros(40_000_000)  # 320 MB, most of it a hole in the file
    for number in (4, 5):
        with open(tmp_path / f"{number}.pkl", "wb") as file:
            pickle.dump({"w": big, "n": 1}, file, number)
    joblib.dump({"w": big}, tmp_path / "w.joblib")
    np.save(tmp_path / "w.npy", big)
    del big
    names = ("4.pkl", "5.pkl", "w.joblib", "w.npy")
    files = [ToScan(n, str(tmp_path / n), (tmp_path / n).stat().st_size) for n in names]
    scan = ChildScanner(second=False).scan(files)
    assert [file.troubles for file in scan.files] == [()] * 4
    for file in files:  # the same in this process, to see what it takes
        os.posix_fadvise(os.open(file.place, os.O_RDONLY), 0, 0, os.POSIX_FADV_DONTNEED)
    reader = os.fork()
    if reader == 0:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for file in files:
            with open(file.place, "rb") as stream:
                Engine(allowlist()).judged(Part(file.path, stream, file.size))
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        os._exit(0 if grown < 32 * 1024 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(reader, 0)[1]) == 0


def test_nothing_of_the_environment_or_of_open_files_reaches_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registrar.integrations.scanning.process import Job, _Process

    monkeypatch.setenv("SECRET_TOKEN", "planted")
    (tmp_path / "a").write_bytes(pickle.dumps(1))
    reading = _Process(Job(Limits(), (), False), [ToScan("a", str(tmp_path / "a"), 5)])
    reading.start()
    assert len(list(reading.answers())) == 1
    child = reading._process
    assert child is not None
    environment = Path(f"/proc/{child.pid}/environ").read_bytes()
    assert b"planted" not in environment
    assert os.getpgid(child.pid) == child.pid != os.getpgrp()
    limits = Path(f"/proc/{child.pid}/limits").read_text()
    assert "Max core file size        0 " in limits
    assert Path(f"/proc/{child.pid}/cwd").resolve() == Path("/")
    opened = {os.readlink(link) for link in Path(f"/proc/{child.pid}/fd").iterdir()}
    assert all(name.startswith(("pipe:", "/dev/null")) for name in opened), opened
    reading.end()
    assert child.poll() is not None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=600), st.sampled_from(("a.pkl", "a.npy", "a.zip", "a.tar", "a.pt", "a.gz"))
)
def test_no_bytes_raise(content: bytes, name: str) -> None:
    judged(content, name)


OPCODES = st.sampled_from(sorted(pickle._Unpickler.dispatch))  # type: ignore[attr-defined]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.one_of(OPCODES.map(lambda code: bytes([code])), st.binary(max_size=9)), max_size=60)
)
def test_no_opcodes_raise_and_a_call_of_something_foreign_is_never_clean(
    parts: list[bytes],
) -> None:
    content = b"".join(parts)
    judged(content)
    call = pickle.dumps(Call(os.getcwd), 2)
    assert safety(call[:-1] + content) is not Safety.CLEAN


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3000), st.integers(0, 255))
def test_a_changed_byte_raises_nothing(at: int, byte: int) -> None:
    raw = bytearray(WHOLE)
    raw[at % len(raw)] = byte
    judged(bytes(raw))


WHOLE = as_zip({"a.npy": as_npy(np.arange(30)), "b.pkl": pickle.dumps({"a": np.arange(9)}, 4)})
