"""Readers of single formats: PyTorch's files, UBJSON, and what needs a library or a second one."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from crafted import CODECS, TORCH_MAGIC, as_zip, glob, legacy, proto, short
from hypothesis import given, settings
from hypothesis import strategies as st
from trained import _torch

from registrar.domain.scanning import FileScan, Safety
from registrar.integrations.scanning import second
from registrar.integrations.scanning.allowlist import allowlist
from registrar.integrations.scanning.engine import Engine
from registrar.integrations.scanning.parts import Part, Sure
from registrar.integrations.scanning.ubjson import UbjsonError, check_ubjson
from registrar.reading.sniffing.source import Source, TruncatedError


def judged(content: bytes, name: str = "model") -> Sure:
    return Engine(allowlist()).judged(Part(name, io.BytesIO(content), len(content)))


def safety(content: bytes, name: str = "model") -> Safety:
    return FileScan(name, "", judged(content, name).troubles).safety


def said(content: bytes, name: str = "model") -> str:
    return "\n".join(trouble.message for trouble in judged(content, name).troubles)


@pytest.fixture
def torch() -> dict[str, bytes]:
    return {benign.name: benign.content for benign in _torch()}


def rewritten(content: bytes, **changes: bytes | None) -> bytes:
    """A zip with some members changed, taken out (None) or added; ``__`` stands for ``/``."""
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    members |= {name.replace("__", "/"): raw for name, raw in changes.items()}
    return as_zip({name: raw for name, raw in members.items() if raw is not None})


def test_storages_must_be_there_and_of_the_size_of_their_tensors(torch: dict[str, bytes]) -> None:
    state = torch["state.pt"]
    assert safety(state) is Safety.CLEAN
    assert "is not there" in said(rewritten(state, archive__data__0=None))
    assert "another size" in said(rewritten(state, archive__data__0=b"x" * 35))
    assert safety(rewritten(state, archive__data__9=b"\x80\x02N.rest")) is not Safety.CLEAN
    assert safety(rewritten(state, archive__notes=b"\x01\x02\xff" * 9)) is Safety.DANGEROUS


def test_the_parts_of_a_legacy_file_must_fit_together(torch: dict[str, bytes]) -> None:
    whole = torch["legacy.pt"]
    assert safety(whole) is Safety.CLEAN
    assert "were not read" in said(whole + b"x")
    assert "broken off" in said(whole[:-1])
    heads = [pickle.dumps(value, 2) for value in (TORCH_MAGIC, 1001, {})]
    assert safety(legacy([*heads, pickle.dumps({}, 2), pickle.dumps([], 2)])) is Safety.CLEAN
    assert "list of storages" in said(legacy([*heads, pickle.dumps({}, 2), pickle.dumps(["0"], 2)]))


def test_persistent_ids_name_storages_and_nothing_else() -> None:
    for given_id in (
        short("module") + pickle.EMPTY_LIST + pickle.TUPLE2,
        pickle.MARK + short("storage") + b"NNNK\x01" + pickle.TUPLE,
        pickle.MARK + short("storage") + glob("torch", "FloatStorage") + b"NNK\x01" + b"Nt",
        pickle.MARK + short("storage") + glob("torch", "FloatStorage") + b"NNNt",
        pickle.MARK + short("storage") + glob("torch", "Size") + b"NNK\x01t",
    ):
        content = as_zip({"a/data.pkl": proto(2) + given_id + b"Q.", "a/version": b"3\n"})
        verdict = safety(content)
        assert verdict is not Safety.CLEAN, given_id


def test_whole_modules_are_refused_with_what_to_do() -> None:
    module = proto(2) + glob("torch.nn.modules.linear", "Linear") + b")\x81}b."
    found = judged(as_zip({"m/data.pkl": module, "m/version": b"3\n"}))
    assert found.troubles[0].safety is Safety.DANGEROUS
    assert "state_dict" in found.troubles[0].hint
    inner = proto(2) + glob("torch.storage", "_load_from_bytes") + b"C\x01x\x85R."
    assert "unpickles again" in judged(inner).troubles[0].hint


def test_lz4_that_is_not_installed_is_unread_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed = CODECS["lz4"](pickle.dumps([1]))
    assert safety(packed) is Safety.CLEAN
    monkeypatch.setitem(sys.modules, "lz4.frame", None)
    (trouble,) = judged(packed).troubles
    assert trouble.safety is Safety.UNREAD
    assert trouble.hint == "python3 -m pip install lz4"


def test_an_import_that_only_the_second_reader_sees_is_dangerous(tmp_path: Path) -> None:
    pytest.importorskip("picklescan")
    path = tmp_path / "a.pkl"
    path.write_bytes(b"cos\ngetcwd\n)R.")
    opinion = second.second_opinions(allowlist())
    assert opinion.told is not None
    assert opinion.told.startswith("picklescan 1")
    asked = opinion.asked(Sure("pickle", ()), str(path))  # as if ours had seen nothing
    assert [trouble.safety for trouble in asked.troubles] == [Safety.DANGEROUS]
    assert "os.getcwd" in asked.troubles[0].message
    agreed = second.second_opinions(allowlist(("os:getcwd",)))
    assert agreed.asked(Sure("pickle", ()), str(path)).troubles == ()
    (tmp_path / "b.pkl").write_bytes(b"\x80\x04broken")
    assert opinion.asked(Sure("pickle", ()), str(tmp_path / "b.pkl")).troubles == ()


@given(st.binary(max_size=200).map(lambda raw: raw.replace(b"\x93", b"").replace(b"\n", b"")))
def test_what_is_not_asked_about_holds_nothing_that_picklescan_could_see(raw: bytes) -> None:
    scanner = pytest.importorskip("picklescan.scanner")
    for content in (raw, b"\x80\x04" + raw, raw.replace(b"c", b"c\n"), b"i" + raw + b"\n"):
        if not second._may_import(content):
            with suppress(Exception):
                assert scanner._list_globals(io.BytesIO(content)) == set()
    assert second._may_import(b"cos\nsystem\n")
    assert second._may_import(pickle.dumps(os.getcwd, 4))


def test_bytes_that_are_handed_over_are_seen_as_they_would_be_by_their_path(tmp_path: Path) -> None:
    pytest.importorskip("picklescan")
    opinion = second.second_opinions(allowlist())
    for name, raw in (("a.pkl", b"cos\ngetcwd\n)R."), ("b.npy", pickle.dumps(os.getcwd, 4))):
        (tmp_path / name).write_bytes(raw)
        (told,) = opinion.asked(Sure("pickle", ()), str(tmp_path / name), raw).troubles
        assert "getcwd" in told.message
    packed = as_zip({"inner.pkl": b"cos\ngetcwd\n)R."})
    both = pickle.dumps(packed, 4)  # a zip within a pickle, which its directory says begins there
    (tmp_path / "both.pkl").write_bytes(both)
    (told,) = opinion.asked(Sure("pickle", ()), str(tmp_path / "both.pkl"), both).troubles
    assert "getcwd" in told.message
    both = pickle.dumps([packed, os.getpid], 4)
    (tmp_path / "both.pkl").write_bytes(both)
    told = opinion.asked(Sure("pickle", ()), str(tmp_path / "both.pkl"), both).troubles
    assert ["getcwd" in told[0].message, "getpid" in told[1].message] == [True, True]


def test_a_second_reader_that_is_too_old_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    scanner = pytest.importorskip("picklescan.scanner")
    monkeypatch.setattr(scanner, "scan_file_path", lambda path: None)
    assert second.second_opinions(allowlist()).pickles is None


def test_without_the_second_reader_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picklescan.scanner", None)
    monkeypatch.setattr(sys, "path", [])
    opinion = second.second_opinions(allowlist())
    assert (opinion.pickles, opinion.onnx, opinion.told) == (None, None, None)
    sure = Sure("onnx", ())
    assert opinion.asked(sure, "nowhere") is not None
    assert opinion.asked(sure, "nowhere").troubles == ()


def ubj(value: Any) -> bytes:
    """A value as UBJSON, in the forms that XGBoost uses."""
    if isinstance(value, dict):
        inner = b"".join(
            b"L" + struct.pack(">q", len(k.encode())) + k.encode() + ubj(v)
            for k, v in value.items()
        )
        return b"{" + inner + b"}"
    if isinstance(value, str):
        return b"SL" + struct.pack(">q", len(value.encode())) + value.encode()
    if isinstance(value, list):
        return b"[#L" + struct.pack(">q", len(value)) + b"".join(map(ubj, value))
    if isinstance(value, bytes):  # a typed array of numbers
        return b"[$U#L" + struct.pack(">q", len(value)) + value
    if isinstance(value, bool) or value is None:
        return {True: b"T", False: b"F", None: b"Z"}[value]
    return (
        b"l" + struct.pack(">i", value)
        if isinstance(value, int)
        else b"D" + struct.pack(">d", value)
    )


def ubj_fault(content: bytes) -> str:
    try:
        check_ubjson(Source.of(content))
    except UbjsonError as error:
        return str(error)
    except TruncatedError:
        return "broken off"
    return ""


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**31), 2**31 - 1)
    | st.floats()
    | st.text(max_size=9)
    | st.binary(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(max_examples=120, deadline=None)
@given(VALUES, st.data())
def test_whole_ubjson_is_read_and_a_part_of_it_is_not(value: Any, data: st.DataObject) -> None:
    raw = ubj(value)
    assert ubj_fault(raw) == ""
    end = data.draw(st.integers(0, len(raw) - 1))
    assert ubj_fault(raw[:end])
    assert ubj_fault(raw + b"Z")


@settings(max_examples=120, deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_make_the_reader_of_ubjson_raise_anything_else(content: bytes) -> None:
    ubj_fault(content)


def test_ubjson_has_limits() -> None:
    assert "in one another" in ubj_fault(b"[" * 100)
    assert ubj_fault(b"[$D#L" + b"\x7f" * 8) == "broken off"
    assert "below 0" in ubj_fault(b"SL" + b"\xff" * 8)
    assert "no length" in ubj_fault(b"Sx")
    assert "no typed array" in ubj_fault(b"{$U#U\x01x")


def model_ubj(trees: Any) -> bytes:
    learner = {"gradient_booster": {"model": trees, "name": "gbtree"}, "attributes": {}}
    return ubj({"learner": learner, "version": [3, 2, 0]})


def test_models_of_xgboost_and_lightgbm() -> None:
    whole = model_ubj({"trees": [b"\0" * 40]})
    found = judged(whole)
    assert (found.format, found.troubles) == ("xgboost", ())
    assert safety(whole[:-1] + b"x}", "model.ubj") is not Safety.CLEAN
    text = json.dumps({"learner": {"learner_model_param": {}}, "version": [3, 2, 0]}).encode()
    assert (judged(text).format, safety(text)) == ("xgboost", Safety.CLEAN)
    trees = b"tree\nversion=v4\nnum_class=1\n" + b"leaf_value=1 2\n" * 9 + b"end of trees\n"
    assert (judged(trees).format, safety(trees)) == ("lightgbm", Safety.CLEAN)
    assert safety(trees + b"\0\0") is not Safety.CLEAN
    assert safety(trees.replace(b"end of trees", b"feature importances:")) is Safety.CLEAN
    assert said(trees[:-1]) == said(text[:-1], "m.json") == "the trees are broken off"
