"""Versions, names, paths, digests, policies: the ground floor."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registrar.domain.digests import is_commit, is_md5, is_sha256
from registrar.domain.gates import Gate, stricter
from registrar.domain.paths import has_control, inside, path_fault
from registrar.domain.policy import Policy
from registrar.domain.versions import Version, is_model_name, split_folder, suggest_folder
from registrar.reading.card_profiles import PROFILES
from registrar.reading.policy import read_policy, size_from
from registrar.rules import RULE_NAMES

CHAIN = (
    *("1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2"),
    *("1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.9.0", "1.10.0", "2.0.0"),
)
"""SemVer 2.0.0, section 11, and on."""

WORD = st.from_regex(r"[0-9]*[A-Za-z-][0-9A-Za-z-]{0,5}", fullmatch=True)
IDENTIFIER = st.one_of(st.integers(0, 10**6).map(str), WORD)
BUILD = st.from_regex(r"[0-9A-Za-z-]{1,6}", fullmatch=True)


@st.composite
def versions(draw: st.DrawFn) -> str:
    core = ".".join(str(draw(st.integers(0, 10**6))) for _ in range(3))
    pre = ".".join(draw(st.lists(IDENTIFIER, max_size=3)))
    build = ".".join(draw(st.lists(BUILD, max_size=2)))
    return core + (f"-{pre}" if pre else "") + (f"+{build}" if build else "")


@given(versions())
def test_a_version_is_read_and_written_the_same(text: str) -> None:
    assert str(Version.parse(text)) == text


@given(versions())
def test_build_metadata_does_not_order(text: str) -> None:
    version, plain = Version.parse(text), Version.parse(text.partition("+")[0])
    assert version is not None
    assert plain is not None
    assert not version < plain
    assert not plain < version


def test_precedence() -> None:
    known = [version for text in CHAIN if (version := Version.parse(text))]
    shuffled = random.Random(4).sample(known, len(known))
    assert [str(version) for version in sorted(shuffled)] == list(CHAIN)


@pytest.mark.parametrize(
    "text",
    [
        *("1", "1.0", "v1.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.0+", "1.0.0 ", "1.0.0\n"),
        *("١.0.0", "1" * 300),
    ],
)
def test_no_version(text: str) -> None:
    assert Version.parse(text) is None


@pytest.mark.parametrize(
    ("folder", "name", "version"),
    [
        ("wine-1.2.0-1", "wine", "1.2.0-1"),
        ("llama-3-1-8b-1.0.0", "llama-3-1-8b", "1.0.0"),
        ("a_b-1.0.0+cu121", "a_b", "1.0.0+cu121"),
        ("x-1.0.0-rc.1-2.0.0", "x", "1.0.0-rc.1-2.0.0"),
    ],
)
def test_folders_are_split_at_the_first_version(folder: str, name: str, version: str) -> None:
    split = split_folder(folder)
    assert split is not None
    assert (split.name, str(split.version), str(split)) == (name, version, folder)


@pytest.mark.parametrize(
    ("folder", "meant"),
    [
        *(("wine_1.0.0", "wine-1.0.0"), ("a_b.1.2", "a_b-1.2.0")),
        ("resnet-50", "resnet-50-1.0.0"),
        ("my-model-1.0", "my-model-1.0.0"),
        ("my-model-v2", "my-model-2.0.0"),
        ("wine-v1.2.3", "wine-1.2.3"),
        ("Wine-1.0.0", "wine-1.0.0"),
        ("Wine-2.3.4", "wine-2.3.4"),
        ("wine_v1.2", "wine-1.2.0"),
        ("wine-1.2.3.4", None),
        ("My Model-1.2", "my-model-1.2.0"),
        ("wine", "wine-1.0.0"),
        ("---", None),
        ("x" * 300, None),
    ],
)
def test_suggestions(folder: str, meant: str | None) -> None:
    assert split_folder(folder) is None
    assert suggest_folder(folder) == meant
    assert meant is None or split_folder(meant) is not None


@pytest.mark.parametrize(
    "name", ["", "Wine", "wine.x", "-wine", "wine-", "a--b", "é", "sha256", "a" * 65, "a b", "a\n"]
)
def test_no_model_name(name: str) -> None:
    assert not is_model_name(name)


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        *(("a", None), ("a/b.c", None), ("ü/日.onnx", None), ("a/", None), ("..x", None)),
        *(("", "is empty"), ("/a", "is absolute"), ("C:/a", "is absolute")),
        *(("a\\b", "holds a backslash"), ("../a", "leaves the entry with '..'")),
        *(("a/..", "leaves the entry with '..'"), ("./a", "holds an empty or '.' part")),
        *(("a//b", "holds an empty or '.' part"), ("a\nb", "holds a control character")),
        *(("e\u0301", "is not in Unicode form NFC"), ("\udcff", "is not in Unicode form NFC")),
        ("x" * 1001, "is longer than 1000 characters"),
    ],
)
def test_paths(path: str, fault: str | None) -> None:
    assert path_fault(path) == fault


def test_inside_and_controls() -> None:
    assert inside("a/b", "a")
    assert inside("a", "a")
    assert inside("a", "")
    assert not inside("ab", "a")
    assert has_control("a\x1b")
    assert not has_control("é\u200d")


def test_hashes() -> None:
    assert is_sha256("a" * 64)
    assert not is_sha256("A" * 64)
    assert is_commit("0" * 40)
    assert is_commit("0" * 64)
    assert not is_commit("0" * 41)
    assert is_md5("f" * 32)
    assert not is_md5("f" * 32 + "\n")


def test_floors_are_joined_to_the_strictest() -> None:
    wide, narrow = {"a": Gate(0.5, 2.0)}, {"a": Gate(0.7), "b": Gate()}
    policy = Policy(metrics=(("w*", wide), ("wine", narrow)))
    assert policy.floors("wine") == {"a": Gate(0.7, 2.0), "b": Gate()}
    assert policy.floors("beer") == {}
    assert stricter(None, Gate(1)) == Gate(1)
    assert stricter(Gate(1, 5, "max"), Gate(2, 4)) == Gate(2, 4, "max")


SIZES = {"10 MiB": 10485760, "1.5 GB": 1500000000, "7": 7, "2kB": 2000, "3 B": 3}


def test_sizes() -> None:
    assert {text: size_from(text) for text in SIZES} == SIZES
    with pytest.raises(ValueError, match="is no size"):
        size_from("ten MiB")


WHOLE = b"""
[rules]
severity = {license-policy = "note"}
[source]
allow_dirty = true
[license]
allow = []
[artifact]
formats = []
max_in_git = 5
bytes = "required"
[metrics."*"]
"a.b" = {min = 1, max = 2, direction = "max"}
[immutable]
amend = ["MODEL_CARD.md"]
[scan]
allow = ["acme.features:Bucketer"]
[waivers]
max_days = 1
"""


def test_a_whole_policy() -> None:
    policy, flaws = read_policy(WHOLE, RULE_NAMES, PROFILES)
    assert flaws == ()
    assert policy == Policy(
        severity={"license-policy": "note"},
        allow_dirty=True,
        license_allow=(),
        formats=(),
        max_in_git=5,
        bytes_required=True,
        metrics=(("*", {"a.b": Gate(1, 2, "max")}),),
        amend=("MODEL_CARD.md",),
        scan_allow=("acme.features:Bucketer",),
        waiver_max_days=1,
    )
    assert read_policy(b"", RULE_NAMES, PROFILES) == (Policy(), ())


@pytest.mark.parametrize(
    "item",
    [
        *("license", "files", "source.commit", "l*", "*", "**", "metrics.json", "metadata.yaml"),
        *("dataset-manifest.yaml", "model.onnx.dvc", "dvc.lock", "evaluation.gates"),
    ],
)
def test_identity_is_never_amendable(item: str) -> None:
    raw = f'[immutable]\namend = ["{item}"]\n'.encode()
    assert read_policy(raw, RULE_NAMES, PROFILES)[0] is None


@pytest.mark.parametrize("item", ["acme", "acme:*", "acme.*:B", "acme:B.c", "a b:c", "acme:"])
def test_only_exact_names_may_be_allowed_to_pickles(item: str) -> None:
    raw = f'[scan]\nallow = ["a:b", "{item}"]\n'.encode()
    policy, flaws = read_policy(raw, RULE_NAMES, PROFILES)
    assert policy is None
    assert flaws[0].message == f'"{item}" is no exact name'


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1" + "0" * 320])
def test_a_floor_that_judges_nothing_is_no_policy(value: str) -> None:
    raw = f'[metrics."*"]\n"test.accuracy" = {{min = {value}}}\n'.encode()
    policy, flaws = read_policy(raw, RULE_NAMES, PROFILES)
    assert policy is None
    assert "min of test.accuracy is no finite number" in flaws[0].message
