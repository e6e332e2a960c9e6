"""Broken, cut, random and exploding files: never clean, never a crash, never a hang."""

from __future__ import annotations

import bz2
import gzip
import io
import pickle
import random
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from bounded_scan import judged, safety
from crafted import CODECS, as_joblib, as_npy, as_tar, as_zip, glob, proto
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trained import models

from registrar.domain.scanning import Safety
from registrar.integrations.scanning.limits import Limits

pytestmark = pytest.mark.filterwarnings(
    "ignore"
)  # scikit-learn's, of models not trained to the end


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


def test_what_lies_behind_the_end_of_a_frame_or_a_pickle_is_told() -> None:
    frame = proto(4) + b"\x95" + struct.pack("<Q", 12) + b"N." + b"x" * 10
    assert safety(frame) is Safety.DANGEROUS
    assert safety(pickle.dumps([1]) + b"x") is Safety.UNREAD
    assert safety(pickle.dumps([1]) * 3) is Safety.UNREAD
    assert "2 more pickles" in judged(pickle.dumps([1]) * 3).troubles[0].message
    assert safety(gzip.compress(pickle.dumps([1])) + b"x") is Safety.UNREAD
    assert safety(as_npy(np.arange(3)) + b"x", "a.npy") is Safety.UNREAD
    assert safety(as_tar({"a.pkl": pickle.dumps([1])}) + b"x", "a.tar") is Safety.UNREAD


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


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=600), st.sampled_from(("a.pkl", "a.npy", "a.zip", "a.tar", "a.pt", "a.gz"))
)
def test_no_bytes_raise(content: bytes, name: str) -> None:
    judged(content, name)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3000), st.integers(0, 255))
def test_a_changed_byte_raises_nothing(at: int, byte: int) -> None:
    raw = bytearray(WHOLE)
    raw[at % len(raw)] = byte
    judged(bytes(raw))


WHOLE = as_zip({"a.npy": as_npy(np.arange(30)), "b.pkl": pickle.dumps({"a": np.arange(9)}, 4)})
