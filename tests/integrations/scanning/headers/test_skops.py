"""skops: models of scikit-learn are clean by their exact types; each trick by itself is not."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
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
from scipy import sparse
from skops_cases import ALLOWED, BENIGN_OBJECTS, HELD, MALICIOUS, MODEL
from skops_maker import (
    called,
    dumped,
    listed,
    loaded,
    mapped,
    npy,
    skops_file,
    text,
    untrusted,
)

from registrar.integrations.scanning.headers import zips
from registrar.integrations.scanning.headers.skops import look


def ask(content: bytes) -> Any:
    return verdict(look, content, {}, ALLOWED, HELD)


def test_verdicts():
    benign = {name: (CLEAN, dumped(made)) for name, made in BENIGN_OBJECTS.items()}
    assert wrong(look, benign | {"by hand": (CLEAN, MODEL)}, {}, ALLOWED, HELD) == []
    assert wrong(look, MALICIOUS, {}, ALLOWED, HELD) == []


@pytest.fixture(scope="module")
def estimators() -> dict[str, Any]:
    """More than ten kinds of estimators, a pipeline and a small network among them."""
    from sklearn.cluster import KMeans
    from sklearn.datasets import load_iris
    from sklearn.decomposition import PCA
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, SGDClassifier
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
    from sklearn.svm import SVC
    from sklearn.tree import DecisionTreeClassifier

    x, y = load_iris(return_X_y=True)
    made = [
        KMeans(3, random_state=0), RandomForestClassifier(20, random_state=0), SVC(), GaussianNB(),
        GradientBoostingClassifier(n_estimators=5, random_state=0), LinearRegression(), Ridge(),
        LogisticRegression(max_iter=1000), SGDClassifier(random_state=0), KNeighborsClassifier(),
        MLPClassifier((10,), max_iter=2000, random_state=0), OneHotEncoder(), FunctionTransformer(np.log1p),
        DecisionTreeClassifier(random_state=0),
        make_pipeline(StandardScaler(), PCA(2), LogisticRegression()),
    ]  # fmt: skip
    return {type(estimator).__name__: estimator.fit(x, y) for estimator in made}


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_estimators(estimators, compression):
    cases = {name: (CLEAN, dumped(made, compression)) for name, made in estimators.items()}
    assert len(cases) == 15
    assert wrong(look, cases, {}, ALLOWED, HELD) == []


def test_skops_itself_asks_for_no_other_name(estimators):
    """Whatever skops does not trust by itself is on the allowlist of a model that is clean."""
    for made in estimators.values():
        content = dumped(made)
        assert {tuple(name.rsplit(".", 1)) for name in untrusted(content)} <= ALLOWED | HELD


def test_each_name_is_needed(estimators):
    """With any name taken off the allowlist, the models that hold it are dangerous."""
    content = dumped(estimators["RandomForestClassifier"])
    held = {
        name
        for name in ALLOWED
        if name[1] in ("RandomForestClassifier", "DecisionTreeClassifier", "Tree")
    }
    assert verdict(look, content, {}, frozenset(held)) is CLEAN
    for name in held:
        (found,) = look_at(look, content, {}, frozenset(held - {name}))
        assert found.message.startswith(f'"{name[0]}.{name[1]}" is not on the allowlist')


def test_some_names_cannot_be_allowed():
    """What skops calls by its loader is a closed list, whatever the policy says."""
    everything = ALLOWED | {("operator", "call"), ("os", "system")}
    for name in ("operator.call", "a tree that is none", "a key whose type is a function"):
        assert verdict(look, MALICIOUS[name][1], {}, everything) is DANGEROUS


def test_a_reference_to_what_stood_before():
    cached = {"__loader__": "CachedNode", "__module__": None, "__class__": None, "__id__": 7}
    content = skops_file(listed(text("x") | {"__id__": 7}, cached))
    assert loaded(content) == ["x", "x"]
    assert ask(content) is CLEAN


def test_skops_runs_what_the_model_itself_calls_trusted(tmp_path: Path):
    """MLflow trusts the types that the model's own MLmodel lists (GHSA-w582-9x45-8mpx)."""
    marker = tmp_path / "marker"
    content = skops_file(called("os", "mkdir", text(str(marker))))
    loaded(content)
    assert marker.is_dir()
    assert ask(content) is DANGEROUS


def test_skops_takes_the_first_of_two_objects_under_one_id():
    first, second = text("good") | {"__id__": 7}, text("evil") | {"__id__": 7}
    assert loaded(skops_file(listed(first, second))) == ["good", "good"]


def test_where_and_what_to_do():
    content = skops_file(mapped({"loss": called("os", "system", text("true"))}))
    (found,) = look_at(look, content, {}, ALLOWED)
    assert found.message == (
        '"os.system" is not on the allowlist (ConstructorFromReduceNode at "loss" of a DictNode)'
    )
    assert found.hint == "do not load it, and ask where it came from"
    (found,) = look_at(look, MALICIOUS["a class that is not allowed"][1], {}, ALLOWED)
    assert found.hint.endswith('where you trust it: [scan] allow = ["sklearn.evil:Evil"]')


def test_cut_anywhere_it_is_not_clean(estimators):
    assert clean_when_cut(look, MODEL, len(MODEL), {}, ALLOWED) == []
    large = dumped(estimators["Pipeline"])
    assert clean_when_cut(look, large, 100, {}, ALLOWED) == []


def test_zips_within_share_what_may_be_unpacked(monkeypatch):
    """Each matrix unpacks to little; together they are too much."""
    matrix = dumped([sparse.csr_matrix(np.eye(100) * n) for n in range(1, 20)])
    assert verdict(look, matrix, {}, ALLOWED) is CLEAN
    monkeypatch.setattr(zips, "MAX_UNPACKED", 20_000)
    assert verdict(look, matrix, {}, ALLOWED) is UNREAD


def test_bytes_share_what_may_be_spent(monkeypatch):
    monkeypatch.setattr(
        "registrar.reading.effort.Effort.__init__", lambda self: setattr(self, "left", 0)
    )
    content = dumped([b"some", b"bytes"])
    assert verdict(look, content, {}, ALLOWED) is UNREAD


@BOUNDED
@given(
    st.one_of(
        damaged(MODEL, len(MODEL)),
        st.binary(max_size=300).map(lambda raw: skops_file({}, raw=raw)),
        st.text(alphabet='{}[]",:_aN1', max_size=60).map(
            lambda raw: skops_file({}, raw=raw.encode())
        ),
    )
)
def test_never_raises(content):
    ask(content)


LOADERS = st.sampled_from([
    "DictNode", "ListNode", "ObjectNode", "CachedNode", "NdArrayNode", "MethodNode", "TreeNode",
    "JsonNode", "SparseMatrixNode", "RandomGeneratorNode", "SliceNode", "OperatorFuncNode", "",
])  # fmt: skip
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.sampled_from(["numpy", "json", "a.npy", "[", "str"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.builds(
            lambda loader, rest: {"__loader__": loader, "__module__": "builtins", "__class__": "list"} | rest,
            LOADERS,
            st.dictionaries(
                st.sampled_from(["content", "key_types", "type", "file", "shape", "attrs", "__reduce__", "__id__", "func", "obj", "__class__"]),
                inner,
                max_size=4,
            ),
        ),
    ),
    max_leaves=20,
)  # fmt: skip


@BOUNDED
@given(VALUES)
def test_never_raises_on_any_tree(schema):
    """Every key of every loader may hold anything."""
    ask(skops_file(schema, {"a.npy": npy(np.ones(2))}))
