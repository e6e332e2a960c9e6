"""Entries whose bytes on a DVC remote are none, or others: each once passed, and none does now."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from pathlib import Path

import pushed
import pytest
import yaml
from builders import ONNX, Repo
from tracked import FILE, FOLDER, PARTS, dvc, overwrite, stored

POINTER = f"model_registry/{FILE}/model.onnx.dvc"
METADATA = f"model_registry/{FILE}/metadata.yaml"
EVIL = pickle.dumps({"inert": True}) + b"x" * 100
pushed_registry, repo = pushed.pushed_registry, pushed.fresh


def put(remote: Path, raw: bytes) -> str:
    place = stored(remote, raw)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(raw)
    return hashlib.md5(raw, usedforsecurity=False).hexdigest()


def judged(repo: Repo, *paths: str) -> tuple[int, set[str]]:
    """The exit code, and every rule that found or could not look at something."""
    said = repo.check("--remote", "--verify-bytes", *paths)
    assert said.report["deferred"] == []
    return said.code, {*said.rules, *(item["rule"] for item in said.report["unchecked"])}


@pytest.mark.parametrize("key", ["files", "cloud"])
def test_a_pointer_that_dvc_reads_in_another_way(repo: Repo, tmp_path: Path, key: str) -> None:
    md5 = put(tmp_path / "remote", EVIL)
    listed = (
        f"[{{relpath: model.pkl, md5: {md5}, size: {len(EVIL)}}}]"
        if key == "files"
        else "{x: {etag: y}}"
    )
    text = (repo.path / POINTER).read_text()
    repo.write(POINTER, text.replace("  path:", f"  {key}: {listed}\n  path:"))
    assert judged(repo) == (1, {"artifact-pointer", "artifact-remote"})
    repo.edit(
        "registrar.toml", "[network]", '[rules]\nseverity = {artifact-pointer = "off"}\n[network]'
    )
    assert judged(repo) == (4, {"artifact-remote"})
    if key == "files":
        dvc(repo.path, "pull", "--quiet", POINTER)
        pulled = repo.path / f"model_registry/{FILE}/model.onnx/model.pkl"
        assert pulled.read_bytes() == EVIL, "what DVC hands out"


@pytest.mark.parametrize("how", ["off", "warning"])
def test_a_pointer_without_a_good_md5_is_still_asked_for(repo: Repo, how: str) -> None:
    text = (repo.path / POINTER).read_text()
    repo.write(POINTER, text.replace("md5: ", "md5: A", 1))
    severity = f'[rules]\nseverity = {{artifact-pointer = "{how}"}}\n[network]'
    repo.edit("registrar.toml", "[network]", severity)
    code, rules = judged(repo)
    assert (code, rules - {"artifact-pointer"}) == (4, {"artifact-remote"})


def test_a_folder_of_old_dvc_with_other_files(repo: Repo, tmp_path: Path) -> None:
    remote = tmp_path / "remote"
    files = {f"evil{number}.pkl": EVIL + b"%d" % number for number in range(3)}
    names = {
        path: hashlib.md5(raw, usedforsecurity=False).hexdigest() for path, raw in files.items()
    }
    told = [{"md5": md5, "relpath": path} for path, md5 in sorted(names.items())]
    raw = json.dumps(told, sort_keys=True).encode()
    md5 = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    for name, content in ((md5 + ".dir", raw), *((names[p], c) for p, c in files.items())):
        place = remote / name[:2] / name[2:]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    size = sum(len(part) for part in PARTS.values())
    pointer = f"outs:\n- md5: {md5}.dir\n  size: {size}\n  nfiles: 3\n  path: model\n"
    repo.write(f"model_registry/{FOLDER}/model.dvc", pointer)
    for path, part in PARTS.items():  # the good bytes lie in git
        repo.write(f"model_registry/{FOLDER}/model/{path}", part)
    assert judged(repo, f"model_registry/{FOLDER}") == (1, {"artifact-remote"})
    assert repo.check("--remote", f"model_registry/{FOLDER}").rules == ["artifact-remote"]


def test_a_part_of_the_artifact_behind_a_pointer(repo: Repo, tmp_path: Path) -> None:
    md5 = put(tmp_path / "remote", EVIL)
    lock = "schema: '2.0'\nstages:\n  x:\n    cmd: x\n    outs:\n    - path: model/weights.pkl\n"
    repo.write(
        f"model_registry/{FOLDER}/dvc.lock",
        f"{lock}      hash: md5\n      md5: {md5}\n      size: {len(EVIL)}\n",
    )
    stage = "stages: {x: {cmd: x, outs: [model/weights.pkl]}}\n"
    repo.write(f"model_registry/{FOLDER}/dvc.yaml", stage)
    code, rules = judged(repo, f"model_registry/{FOLDER}")
    assert code == 1
    assert "artifact-pointer" in rules
    assert "a part of the artifact" in repo.check_text().out


@pytest.mark.parametrize(
    "stages",
    [
        "",  # DVC takes no notice of a lock without it
        "stages: {other: {cmd: x, outs: [model]}}",
        'stages: {t: {cmd: x, "w\\x64ir": ../../elsewhere, outs: [model]}}',
        "stages: {t: {cmd: x, outs: [{model: {remote: other}}]}}",
        "stages: {t: {cmd: x, outs: [{model: {push: false}}]}}",
        "stages: {t: {cmd: x, outs: [{model: {cache: false}}]}}",
    ],
)
def test_a_lock_that_does_not_say_where_its_bytes_are(repo: Repo, stages: str) -> None:
    """The pointer of the folder, as an output of a stage; plainly declared it passes."""
    entry = repo.path / f"model_registry/{FOLDER}"
    (out,) = yaml.safe_load((entry / "model.dvc").read_text())["outs"]
    (entry / "model.dvc").unlink()
    lock = {"schema": "2.0", "stages": {"t": {"cmd": "x", "outs": [out]}}}
    repo.write(f"model_registry/{FOLDER}/dvc.lock", yaml.safe_dump(lock))
    path = f"model_registry/{FOLDER}/dvc.yaml"
    repo.write(path, "stages: {t: {cmd: x, outs: [model]}}\n")
    assert judged(repo, f"model_registry/{FOLDER}") == (0, set())
    repo.write(path, f"{stages}\n")
    if not stages:
        (repo.path / path).unlink()
    code, rules = judged(repo, f"model_registry/{FOLDER}")
    assert code != 0, rules
    assert rules & {"artifact-pointer", "artifact-present", "artifact-remote"}


@pytest.mark.parametrize("where", ["s3://bucket/model.onnx", "remote://other/model.onnx"])
def test_an_output_that_lies_elsewhere(repo: Repo, where: str) -> None:
    repo.edit(POINTER, "path: model.onnx", f"path: {where}")
    code, rules = judged(repo, f"model_registry/{FILE}")
    assert code == 1
    assert "artifact-pointer" in rules


def test_an_import(repo: Repo) -> None:
    text = (repo.path / POINTER).read_text()
    deps = "deps:\n- path: model.onnx\n  repo: {url: https://other.example/x}\n"
    repo.write(POINTER, f"{deps}{text}")
    assert judged(repo, f"model_registry/{FILE}") == (1, {"artifact-pointer", "artifact-remote"})


def test_a_list_that_names_no_file(repo: Repo, tmp_path: Path) -> None:
    md5 = hashlib.md5(b"[]", usedforsecurity=False).hexdigest() + ".dir"
    place = tmp_path / "remote/files/md5" / md5[:2] / md5[2:]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"[]")
    text = (repo.path / f"model_registry/{FOLDER}/model.dvc").read_text()
    old = yaml.safe_load(text)["outs"][0]["md5"]
    repo.write(f"model_registry/{FOLDER}/model.dvc", text.replace(old, md5))
    assert judged(repo, f"model_registry/{FOLDER}")[0] == 1


@pytest.mark.parametrize("how", ["warning", "waived"])
def test_a_refusal_that_is_overruled_hides_no_other(repo: Repo, tmp_path: Path, how: str) -> None:
    """Something beside the model was not pushed; the model itself is a pickle."""
    beside = f"outs:\n- md5: {'a' * 32}\n  size: 3\n  hash: md5\n  path: plots.csv\n"
    repo.write(f"model_registry/{FILE}/plots.csv.dvc", beside)
    sha, md5 = hashlib.sha256(EVIL).hexdigest(), put(tmp_path / "remote", EVIL)
    old = hashlib.sha256(ONNX).hexdigest()
    text = (repo.path / METADATA).read_text().replace(old, sha)
    repo.write(METADATA, text.replace(f"size: {len(ONNX)}", f"size: {len(EVIL)}"))
    pointer = (repo.path / POINTER).read_text()
    pointer = pointer.replace(f"size: {len(ONNX)}", f"size: {len(EVIL)}")
    repo.write(
        POINTER, pointer.replace(stored(Path(), ONNX).parent.name + stored(Path(), ONNX).name, md5)
    )
    if how == "warning":
        severity = '[rules]\nseverity = {artifact-remote = "warning"}\n[network]'
        repo.edit("registrar.toml", "[network]", severity)
    else:
        waiver = {"rule": "artifact-remote", "entry": FILE, "reason": "the plots are lost"}
        waiver |= {"owner": "ada@example.org", "granted": "2026-11-01", "expires": "2026-12-31"}
        repo.write("waivers.yaml", "waivers:\n- " + json.dumps(waiver) + "\n")
    said = repo.check("--remote", "--verify-bytes", "--at", "2026-11-26", f"model_registry/{FILE}")
    assert said.code == 1
    assert "artifact-format" in said.rules


def test_a_remote_in_the_tree_that_is_judged(repo: Repo, tmp_path: Path) -> None:
    """By name, by ``~`` as DVC reads it, and by a link."""
    inner = repo.path / "store"
    (tmp_path / "remote").rename(inner)
    config = (repo.path / ".dvc/config").read_text()
    for url in (str(inner), "../store"):
        repo.write(".dvc/config", config.replace("../../remote", url))
        assert judged(repo) == (4, {"artifact-remote"}), url
        assert "lies in the repository itself" in repo.check_text("--remote").out
    outside = inner.rename(tmp_path / "outside")
    inner.symlink_to(outside)
    assert judged(repo) == (4, {"artifact-remote"})


def test_a_tilde_is_the_home_of_the_caller(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    config = (repo.path / ".dvc/config").read_text()
    repo.write(".dvc/config", config.replace("../../remote", "~/remote"))
    assert judged(repo) == (0, set())
    (tmp_path / "remote").rename(tmp_path / "gone")
    os.makedirs(repo.path / ".dvc/~")
    (repo.path / ".dvc/~/remote").symlink_to(tmp_path / "gone")
    assert judged(repo) == (4, {"artifact-remote"})


def test_bytes_that_nothing_records(repo: Repo, tmp_path: Path) -> None:
    """Where the schema is off, a record that is none leaves the MD5 alone."""
    severity = '[rules]\nseverity = {metadata-schema = "off"}\n[network]'
    repo.edit("registrar.toml", "[network]", severity)
    text = (repo.path / METADATA).read_text()
    repo.write(METADATA, text.replace(f"size: {len(ONNX)}", 'size: "many"'))
    code, rules = judged(repo, f"model_registry/{FILE}")
    assert code != 0
    assert "artifact-remote" in rules


@pytest.mark.parametrize(
    "url",
    [
        "ssh://evil.example%2f@github.com/acme/wine",
        "git://127.0.0.1%3a9999%2f@github.com/acme/wine",
        "ssh://github.com#@127.0.0.1:2222/acme/wine",
        "ssh://github.com?@127.0.0.1:2222/acme/wine",
        "git@evil.example%2f:github.com/acme/wine",
    ],
)
def test_an_address_that_git_reads_in_another_way(
    repo: Repo, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No program that git would start to ask for it is started."""
    marker = tmp_path / "asked"
    script = tmp_path / "ssh"
    script.write_text(f"#!/bin/sh\ntouch {marker}\nexit 1\n")
    script.chmod(0o755)
    monkeypatch.setenv("GIT_SSH", str(script))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    repo.edit("registrar.toml", "[network]\n", '[network]\nhosts = ["github.com"]\n')
    text = (repo.path / METADATA).read_text()
    repo.write(METADATA, text.replace("repository: .", f'repository: "{url}"', 1))
    said = repo.check("--remote", f"model_registry/{FILE}")
    assert said.code != 0
    assert "source-reachable" in {item["rule"] for item in said.report["unchecked"]}, said.out
    assert not marker.exists()


def test_good_bytes_still_pass(repo: Repo, tmp_path: Path) -> None:
    assert judged(repo) == (0, set())
    overwrite(stored(tmp_path / "remote", ONNX), ONNX[:-1] + b"!")
    assert judged(repo) == (1, {"artifact-remote"}), "one cause, one message"
