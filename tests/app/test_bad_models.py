"""Broken and harmful models through every command: told, never passed, and the others go on."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from bad_models import FORMATS, allocating, broken, crashing, hanging, whole
from builders import POLICY, Repo, Result, run
from models import WINE, entry

GIVEN = {"X": WINE}
GOOD = "good-1.0.0"
ALLOWED = POLICY.replace('["onnx"]', json.dumps([*FORMATS, "unknown"]))


def answers(repo: Repo, *argv: str) -> tuple[Result, dict[str, Any]]:
    """What ``smoke`` says of each entry."""
    said = run("smoke", "--format", "json", *argv, "model_registry", cwd=repo.path)
    return said, {Path(one["entry"]).name: one for one in said.report["entries"]}


def put(
    repo: Repo, name: str, file: str, good: bytes, placed: bytes | None = None, out: str = "label"
) -> Path:
    """An entry that records the good bytes; others may lie in their place."""
    given = {} if file.endswith("safetensors") else GIVEN
    path = entry(repo.path, file, good, given, {out: [0, 0]}, name=name)
    digest = hashlib.sha256(good).hexdigest()
    metadata = path / "metadata.yaml"
    text = metadata.read_text(encoding="utf-8")
    files = f"files: [{{path: {file}, sha256: {digest}, size: {len(good)}}}]\n"
    metadata.write_text(text + files, encoding="utf-8")
    if placed is not None:
        (path / file).write_bytes(placed)
    return path


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A registry with an entry that is good."""
    made = Repo(tmp_path / "registry")
    made.write("registrar.toml", ALLOWED)
    path = put(made, "good", "model.onnx", whole("onnx"))
    (path / "smoke/expected.json").unlink()
    assert run("smoke", "--record", str(path)).code == 0
    return made


def judge(repo: Repo) -> dict[str, dict[str, str]]:
    """What each command says of each entry; none of them fails of itself, the good one passes."""
    scanned = run("scan", "--format", "json", "model_registry", cwd=repo.path)
    verified = run("verify", "--format", "json", "model_registry", cwd=repo.path)
    checked = repo.check("--runtime")
    smoked, found = answers(repo)
    for said in (scanned, verified, checked, smoked):
        assert said.code in (1, 4), (said.out, said.err)
    told = {
        "smoke": {name: one["answer"] for name, one in found.items()},
        "verify": {Path(one["entry"]).name: one["verdict"] for one in verified.report["verified"]},
        "scan": {
            f["path"].split("/")[1]: f["verdict"]
            for f in scanned.report["files"]
            if f["path"].split("/")[2].startswith("model")
        },
    }
    assert [said[GOOD] for said in told.values()] == ["passes", "pass", "clean"]
    report = checked.report
    named = {one["entry"] for kind in ("findings", "unchecked") for one in report[kind]}
    assert not any(one and one.endswith(GOOD) for one in named)
    told["format"] = {
        f["path"].split("/")[1]: f["format"]
        for f in scanned.report["files"]
        if "/model." in f["path"]
    }
    told["check"] = {str(name).rpartition("/")[2]: "refused" for name in named}
    return told


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("format", FORMATS)
def test_broken_models_pass_nothing(repo: Repo, format: str) -> None:
    good = whole(format)
    ways = broken(format)
    for way, content in ways.items():
        put(repo, way, FORMATS[format], good, content)
    told = judge(repo)
    for way in ways:
        name = f"{way}-1.0.0"
        assert told["smoke"][name] in ("does not load", "unchecked"), (way, told)
        assert told["verify"][name] == "fail", way
        assert told["scan"][name] in ("unread", "dangerous"), way
        if way.startswith("cut"):
            assert told["format"][name] == format, "its name says what it should be"
        assert told["check"][name] == "refused", way


def test_what_is_no_file_passes_nothing(repo: Repo, tmp_path: Path) -> None:
    good = whole("onnx")
    outside = tmp_path / "model.onnx"
    outside.write_bytes(good)
    for name in ("link", "link-inside", "loop", "pipe", "folder", "gone"):
        path = put(repo, name, "model.onnx", good) / "model.onnx"
        path.unlink()
        if name == "link":
            path.symlink_to(outside)
        elif name == "link-inside":
            path.with_name("other.onnx").write_bytes(good)
            path.symlink_to("other.onnx")
        elif name == "loop":
            path.symlink_to("model.onnx")
        elif name == "pipe":
            os.mkfifo(path)
        elif name == "folder":
            path.mkdir()
            (path / "model.onnx").write_bytes(good)
    told = judge(repo)
    for name in ("link", "link-inside", "loop", "pipe", "folder", "gone"):
        assert told["smoke"][f"{name}-1.0.0"] == "unchecked", told["smoke"]
        assert told["verify"][f"{name}-1.0.0"] != "pass", name
        assert told["check"][f"{name}-1.0.0"] == "refused", name
    for name in ("link", "link-inside", "loop", "pipe"):
        assert told["scan"][f"{name}-1.0.0"] == "unread", name


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_runtime_that_crashes_hangs_or_wants_all_memory_is_told_and_the_rest_goes_on(
    repo: Repo,
) -> None:
    repo.write("registrar.toml", ALLOWED + "[smoke]\ntimeout = 10\n")
    put(repo, "crash", "model.pkl", crashing(), out="predict")
    put(repo, "hang", "model.onnx", hanging(), out="Y")
    put(repo, "memory", "model.onnx", allocating(), out="Y")
    checked = repo.check("--runtime")
    assert checked.code == 1
    found = {one["entry"].rpartition("/")[2]: one for one in checked.report["runtime"]["smoked"]}
    assert {f["rule"] for f in checked.findings} == {"artifact-smoke"}, "all of it is clean"
    bad = {f["entry"].rpartition("/")[2] for f in checked.findings}
    assert bad == {"crash-1.0.0", "hang-1.0.0", "memory-1.0.0"}
    assert {name: one["answer"] for name, one in found.items()} == {
        **dict.fromkeys(bad, "does not run"),
        GOOD: "passes",
    }
    assert "its process died of SIG" in found["crash-1.0.0"]["message"]
    assert "save it again" in found["crash-1.0.0"]["hint"]
    assert found["hang-1.0.0"]["message"] == "it reached the time limit of 10 s and was killed"
    assert "[smoke] timeout" in found["hang-1.0.0"]["hint"]
    assert "[smoke] memory" in found["memory-1.0.0"]["hint"], found["memory-1.0.0"]


@pytest.mark.slow
def test_a_scanner_that_crashes_or_wants_all_memory_is_told_and_the_rest_goes_on(
    repo: Repo,
) -> None:
    nested = b"\x80\x04}" + b")" + b"\x85" * 3_000_000 + b"Ns."
    memo = b"\x80\x02Nr\xff\xff\xff\x7f."
    put(repo, "crash", "model.pkl", nested)
    put(repo, "memory", "model.pkl", memo)
    put(repo, "right", "model.pkl", pickle.dumps({"a": 1}))
    scanned = run("scan", "--format", "json", "model_registry", cwd=repo.path).report
    told = {
        file["path"].split("/")[1]: file for file in scanned["files"] if "/model." in file["path"]
    }
    assert told["crash-1.0.0"]["verdict"] == told["memory-1.0.0"]["verdict"] == "unread"
    assert told["right-1.0.0"]["verdict"] == told[GOOD]["verdict"] == "clean"
    assert "crashed" in told["crash-1.0.0"]["troubles"][0]["message"]
    assert "a limit was reached" in told["memory-1.0.0"]["troubles"][0]["message"]
    checked = repo.check("--runtime")
    refused = {
        f["entry"].rpartition("/")[2] for f in checked.findings if f["rule"] == "artifact-scan"
    }
    assert refused == {"crash-1.0.0", "memory-1.0.0"}
    assert answers(repo)[1][GOOD]["answer"] == "passes"
