"""ONNX: what onnx, skl2onnx and its own tests make is clean; each trick by itself is not."""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from looking import (
    BOUNDED,
    CLEAN,
    DANGEROUS,
    UNREAD,
    clean_when_cut,
    damaged,
    look_at,
    verdict,
    wrong,
)
from onnx_cases import BENIGN, HERE, MALICIOUS, NODE, OUT, PLAIN
from onnx_maker import (
    beside,
    external,
    field,
    graph_of,
    model,
    nested,
    node,
    varint,
)

from registrar.integrations.scanning.headers import onnx_fields
from registrar.integrations.scanning.headers.onnx import look
from registrar.integrations.scanning.headers.onnx_checker import MAX_CHECKED, second_opinion
from registrar.integrations.scanning.headers.troubles import MAX_TROUBLES, BrokenError, unread
from registrar.integrations.scanning.installed import installed
from registrar.reading.sniffing.source import Source


def test_verdicts():
    assert wrong(look, BENIGN, {}) == []
    assert wrong(look, MALICIOUS, {}) == []


@pytest.fixture(scope="module")
def learned() -> dict[str, bytes]:
    """Models that skl2onnx makes of scikit-learn's."""
    from skl2onnx import to_onnx
    from sklearn.datasets import load_iris
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y = load_iris(return_X_y=True)
    estimators = {
        "a network": MLPClassifier((20,), max_iter=2000, random_state=0),
        "a regression": LogisticRegression(max_iter=1000),
        "a pipeline": make_pipeline(StandardScaler(), LogisticRegression()),
        "a forest": RandomForestClassifier(50, random_state=0),
    }
    return {
        name: to_onnx(estimator.fit(x, y), x[:1].astype(np.float32)).SerializeToString()
        for name, estimator in estimators.items()
    }


def test_models_of_skl2onnx(learned):
    assert wrong(look, {name: (CLEAN, content) for name, content in learned.items()}) == []


def test_a_key_of_external_data_twice():
    """onnx takes the last; what a reviewer reads first is another file."""
    made = external(location="w.bin")
    made.external_data.add(key="location", value="evil.bin")
    content = model([node("Add", inputs=("x", "w"))], tensors=[made])
    assert verdict(look, content, {"w.bin": 8, "evil.bin": 8}) is DANGEROUS
    read = onnx.external_data_helper.ExternalDataInfo(
        onnx.load_from_string(content).graph.initializer[0]
    )
    assert read.location == "evil.bin"


FOOLS_THE_CHECKER = (
    "a custom operator",
    "a function named as a standard operator",
    "two graphs",
    "more bytes than its shape",
    "a compiled program",
)


@pytest.mark.parametrize("name", FOOLS_THE_CHECKER)
def test_the_checker_finds_nothing(name, tmp_path: Path):
    path = tmp_path / "model.onnx"
    content = MALICIOUS[name][1]
    path.write_bytes(content)
    assert list(second_opinion(str(path))) == []
    assert verdict(look, content) is DANGEROUS


def test_onnx_joins_two_graphs_and_the_runtime_takes_the_last_name():
    import onnxruntime

    assert len(onnx.load_from_string(MALICIOUS["two graphs"][1]).graph.node) == 2
    graph = onnx.load_from_string(PLAIN).graph.SerializeToString()
    length = varint(len(NODE)) + NODE
    assert graph.startswith(b"\x0a" + length)
    twice = graph_of(field(1, NODE + field(4, "Neg")) + graph[len(length) + 1 :])
    session = onnxruntime.InferenceSession(twice)
    (found,) = session.run(None, {"x": np.array([1.0], np.float32)})
    assert found.tolist() == [-1.0]  # the reader that stops at the first name says Relu: 1.0
    assert verdict(look, twice) is DANGEROUS


def test_the_second_opinion(tmp_path: Path):
    path = tmp_path / "model.onnx"
    path.write_bytes(PLAIN)
    assert list(second_opinion(str(path))) == []
    assert installed("onnx") == onnx.__version__
    path.write_bytes(model([node("NoSuchOperator")]))
    (found,) = second_opinion(str(path))
    assert found.safety is UNREAD
    assert "NoSuchOperator" in found.message
    path.write_bytes(b"\xff")
    assert len(list(second_opinion(str(path)))) == 1


def test_a_second_opinion_that_is_broken_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setitem(sys.modules, "onnx.checker", None)
    monkeypatch.delattr(onnx, "checker")
    (tmp_path / "model.onnx").write_bytes(PLAIN)
    (found,) = second_opinion(str(tmp_path / "model.onnx"))
    assert found.safety is UNREAD
    assert "cannot be imported" in found.message


def test_a_large_model_is_not_loaded_for_a_second_opinion(tmp_path: Path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"\xff")
    assert list(second_opinion(str(path)))
    os.truncate(path, MAX_CHECKED + 1)
    assert list(second_opinion(str(path))) == []


def test_models_of_the_backend_tests_on_disk():
    folder = Path(onnx.__file__).parent / "backend" / "test" / "data"
    cases = {}
    for path in sorted(folder.rglob("*.onnx")):
        files = {file.name: file.stat().st_size for file in path.parent.iterdir() if file.is_file()}
        cases[str(path.relative_to(folder))] = (CLEAN, path.read_bytes(), files)
    assert len(cases) > 100
    assert wrong(look, cases) == []
    assert [name for name in cases if list(second_opinion(str(folder / name)))] == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_models_of_the_backend_tests_of_nodes(tmp_path: Path):
    from onnx.backend.test.case.node import collect_testcases

    found = [case for case in collect_testcases(None) if case.model is not None]
    cases = {
        f"{n} {case.name}": (CLEAN, case.model.SerializeToString(), {})
        for n, case in enumerate(found)
    }
    assert len(cases) > 1500
    assert wrong(look, cases) == []
    path = tmp_path / "model.onnx"
    for name, (_, content, _) in cases.items():
        path.write_bytes(content)
        assert list(second_opinion(str(path))) == [], name


def test_where_and_what_to_do():
    (found,) = look_at(look, MALICIOUS["a custom operator"][1])
    assert found.message == (
        'operators of the custom domain "evil" ("Evil", first at byte 6): their code is in a'
        " library that is not the model"
    )
    assert found.hint == "export the model with standard operators alone"
    (found,) = look_at(look, MALICIOUS["data that leaves by dots"][1], HERE)
    assert found.message.endswith(
        "is read from \"../../etc/passwd\", a path that leaves its folder with '..'"
    )


def test_cut_anywhere_it_is_not_clean(learned):
    """But where the version ends: a model without it is one all the same."""
    assert set(clean_when_cut(look, PLAIN, len(PLAIN))) <= {len(PLAIN) - 6}
    network = learned["a network"]
    whole = onnx.load_from_string(network).graph.SerializeToString()
    assert set(clean_when_cut(look, graph_of(whole), 3000)) <= {len(graph_of(whole)) - 6}


def test_troubles_are_not_kept_without_end():
    fields = onnx_fields.Fields(Source.of(b""))
    for number in range(MAX_TROUBLES):
        fields.tell(unread(f"trouble {number}"))
    with pytest.raises(BrokenError):
        fields.tell(unread("one more"))


def test_long_lists_cost_no_fields(monkeypatch):
    """A forest of a million nodes, whose numbers and words are one field each."""
    lists = (
        struct.pack("<Bf", 0x3D, 0.5) * 1_000_000,
        b"\x40\x80\1" * 1_000_000,
        b"\x4a\3LEQ" * 1_000_000,
    )
    monkeypatch.setattr(onnx_fields, "MAX_FIELDS", 1000)
    attributes = b"".join(field(5, field(1, "nodes_values") + items) for items in lists)
    content = graph_of(field(1, NODE + attributes) + OUT)
    assert verdict(look, content) is CLEAN
    assert verdict(look, graph_of(field(1, NODE) * 500 + OUT)) is UNREAD


def test_tensors_are_not_read():
    head = field(1, 10) + varint(7 << 3 | 2)
    opset = field(1, NODE) + varint(5 << 3 | 2)
    inner = field(1, 2**30) + field(2, 2) + varint(9 << 3 | 2) + varint(2**30)
    graph = opset + varint(len(inner) + 2**30) + inner
    content = head + varint(len(graph) + 2**30) + graph
    assert verdict(look, content, length=len(content) + 2**30) is CLEAN


@BOUNDED
@given(
    st.one_of(
        damaged(PLAIN, len(PLAIN)),
        damaged(MALICIOUS["2^40 nodes of 40 functions"][1], 2000),
        damaged(beside(location="w.bin", offset="0", length="8"), 200),
        damaged(nested(10), 200),
        st.binary(max_size=300),
    )
)
def test_never_raises(content):
    verdict(look, content, HERE)
