"""``registrar add --push`` to remotes that take nothing: read-only, full, not there."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

import pytest
from added import OPTIONS, add, behind_dvc, commands, training_repo, with_card
from adoption import snapshot
from builders import ONNX, Repo
from powerless import run_powerless
from s3_refusal import Refusal, refusing
from tracked import dvc

pytestmark = pytest.mark.filterwarnings("ignore")  # those of DVC's libraries
WANTED = ("add", "../model.onnx", "--name", "wine", "--version", "1.0.0", "--push")
POINTER = "model_registry/wine-1.0.0/model.onnx.dvc"
FAILED = "registrar: dvc push failed: the entry is here, its bytes did not go\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[str, ...]]:
    place = tmp_path_factory.mktemp("made")
    repo = behind_dvc(training_repo(place / "r"))
    return place, with_card(repo)


@pytest.fixture
def options(made: tuple[Path, tuple[str, ...]], tmp_path: Path) -> tuple[str, ...]:
    shutil.copytree(made[0], tmp_path, dirs_exist_ok=True, symlinks=True)
    return made[1]


@pytest.fixture
def repo(options: tuple[str, ...], tmp_path: Path) -> Repo:
    return Repo(tmp_path / "r", git=False)


def whole(repo: Repo) -> None:
    """The entry is there as if nothing had been pushed, and nothing lies about."""
    assert repo.check().code == 0
    assert os.listdir(repo.path / "model_registry") == ["wine-1.0.0"]
    assert os.listdir(repo.path / ".dvc/cache/files") == ["md5"]


def test_a_remote_that_is_read_only(repo: Repo, options: tuple[str, ...], tmp_path: Path) -> None:
    remote = tmp_path / "remote"
    remote.mkdir(mode=0o555)
    said = run_powerless(repo, *WANTED, *options)
    assert (said.code, FAILED in said.err) == (4, True), said
    assert "ermission denied" in said.err, "DVC itself says why"
    hint = said.err.partition("= hint: mend what DVC says above, then ")[2].splitlines()[0]
    assert hint == f"dvc push {POINTER}"
    assert commands(said.out)[-2:] == [
        f"dvc push --remote storage {POINTER}",
        f"registrar check --remote {Path(POINTER).parent}",
    ]
    assert list(remote.iterdir()) == []
    whole(repo)
    assert repo.check("--remote").rules == ["artifact-remote"]
    remote.chmod(0o755)
    dvc(repo.path, *shlex.split(hint)[1:])
    assert repo.check("--remote").code == 0


@pytest.mark.parametrize("code", ["AccessDenied", "InsufficientStorage"])
def test_a_bucket_that_is_read_only_or_full(
    repo: Repo, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """A server that answers reading as an empty bucket, and refuses to write as S3 does."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "planted-5ecret")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with refusing(Refusal(code, empty=True)) as server:
        where = f"s3://models/registry\n    endpointurl = {server.url}\n    region = us-east-1"
        repo.edit(".dvc/config", "../../remote", where)
        repo.commit("a bucket")
        result = run_powerless(repo, *WANTED, *options)
        assert any(question.startswith("PUT") for question in server.asked)
    assert (result.code, FAILED in result.err) == (4, True), result
    assert code in result.err, "DVC itself says why"
    assert "planted-5ecret" not in result.out + result.err
    whole(repo)


def test_no_remote(repo: Repo, options: tuple[str, ...]) -> None:
    before = snapshot(repo.path)
    said = add(repo, *options, "--dvc-remote", "nowhere")
    assert (said.code, said.out) == (2, "")
    assert "dvc remote add nowhere <url>" in said.err
    assert snapshot(repo.path) == before
    repo.edit(".dvc/config", "remote = storage", "analytics = false")
    repo.commit("no default")
    said = run_powerless(repo, *WANTED, *options)
    assert (said.code, FAILED in said.err) == (4, True), said
    whole(repo)


def test_a_remote_that_nobody_may_read(
    repo: Repo, options: tuple[str, ...], tmp_path: Path
) -> None:
    said = run_powerless(repo, *WANTED, *options)
    assert said.code == 0, said
    (tmp_path / "remote/files/md5").chmod(0)
    said = run_powerless(repo, "check", "--remote")
    assert (said.code, said.err) == (4, "")
    assert "unchecked[artifact-remote]" in said.out
    assert "Permission denied" in said.out
    (tmp_path / "remote").chmod(0)
    said = run_powerless(repo, "check", "--remote", "--verify-bytes")
    assert said.code == 4
    assert "the remote is no folder that can be entered" in said.out


def test_an_artifact_that_may_not_be_read(
    repo: Repo, options: tuple[str, ...], tmp_path: Path
) -> None:
    """A folder that may not be listed would be missing from the artifact without a word."""
    folder = tmp_path / "model"
    (folder / "closed").mkdir(parents=True)
    (folder / "a.onnx").write_bytes(ONNX)
    (folder / "closed").chmod(0)
    before = snapshot(repo.path)
    for artifact, closed in (
        ("../model", folder / "closed"),
        ("../model.onnx", tmp_path / "model.onnx"),
    ):
        closed.chmod(0)
        said = run_powerless(
            repo, "add", artifact, "--name", "wine", "--version", "1.0.0", *options
        )
        assert (said.code, said.out) == (2, ""), said
        assert f"{closed} cannot be read: Permission denied" in said.err
    closed.chmod(0o644)
    assert snapshot(repo.path) == before


def test_a_registry_that_may_not_be_written(repo: Repo, tmp_path: Path) -> None:
    (repo.path / "model_registry").mkdir(mode=0o555, exist_ok=True)
    (repo.path / "model_registry").chmod(0o555)
    said = run_powerless(repo, *WANTED, *OPTIONS)
    assert (said.code, said.out) == (70, "")
    assert "model_registry cannot be written: Permission denied" in said.err
    assert os.listdir(repo.path / "model_registry") == []
