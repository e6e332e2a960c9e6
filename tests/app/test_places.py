"""``add``, ``check --remote`` and ``register`` in repositories that are not as most are."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from added import OPTIONS, add, behind_dvc, training_repo, with_card
from adoption import snapshot
from builders import COMMIT, POLICY, Repo, run

pytestmark = pytest.mark.filterwarnings("ignore")  # those of DVC's and MLflow's libraries


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[str, ...]]:
    place = tmp_path_factory.mktemp("places")
    repo = behind_dvc(training_repo(place / "r"), str(place / "remote"))
    return place, with_card(repo)


def detached(repo: Repo, place: Path) -> Repo:
    repo.git("checkout", "--quiet", "--detach")
    return repo


def shallow(repo: Repo, place: Path) -> Repo:
    repo.git("clone", "--quiet", "--depth=1", f"file://{repo.path}", str(place / "shallow"))
    return Repo(place / "shallow", git=False)


def linked(repo: Repo, place: Path) -> Repo:
    repo.git("worktree", "add", "--quiet", "-b", "side", str(place / "linked"))
    return Repo(place / "linked", git=False)


def submodule(repo: Repo, place: Path) -> Repo:
    outer = Repo(place / "outer")
    allow = ("-c", "protocol.file.allow=always")
    outer.git(*allow, "submodule", "--quiet", "add", str(repo.path), "inner")
    outer.commit("a submodule")
    return Repo(outer.path / "inner", git=False)


@pytest.mark.parametrize("state", [detached, shallow, linked, submodule])
def test_published_from(
    made: tuple[Path, tuple[str, ...]], tmp_path: Path, state: Callable[[Repo, Path], Repo]
) -> None:
    origin, options = made
    shutil.copytree(origin, tmp_path / "p", symlinks=True)
    repo = state(Repo(tmp_path / "p/r", git=False), tmp_path)
    artifact = str(tmp_path / "p/model.onnx")
    options = tuple(o.replace("../card.md", str(tmp_path / "p/card.md")) for o in options)
    wanted = ("--name", "wine", "--version", "1.0.0", "--push")
    said = run("add", artifact, *wanted, *options, cwd=repo.path)
    assert (said.code, said.err) == (0, ""), said
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message", "entry")
    (repo.path / "model_registry/wine-1.0.0/model.onnx").unlink()
    checked = repo.check("--remote", "--verify-bytes")
    assert (checked.code, checked.findings, checked.report["unchecked"]) == (0, [], [])
    uri = f"sqlite:///{tmp_path}/registry.db"
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    told = run("register", "wine", "--registry-uri", uri, cwd=repo.path)
    assert told.out == "wine-1.0.0 registered: wine version 1\n", told
    assert repo.git("status", "--short") == ""


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r")
    repo.write("registrar.toml", POLICY)
    for name in ("wine.csv", "measured.json"):
        repo.write(name, "{}")
    before = snapshot(repo.path)
    (tmp_path / "model.onnx").write_bytes(b"\x08\x07")
    said = add(repo, *OPTIONS)
    assert (said.code, said.out) == (2, "")
    assert "there is no commit to name" in said.err
    assert snapshot(repo.path) == before
    elsewhere = ("--source-repository", "https://github.com/acme/wine", "--source-commit", COMMIT)
    assert add(repo, *OPTIONS, *elsewhere).out.startswith("added model_registry/wine-1.0.0\n")
    said = repo.check_text("--remote")
    assert (said.code, said.err) == (1, "")
    said = run("register", "wine", "--registry-uri", "sqlite:///x.db", cwd=repo.path)
    assert (said.code, "is not as it is committed" in said.err) == (2, True)
    assert not (repo.path / "x.db").exists()


def test_no_repository_at_all(tmp_path: Path) -> None:
    publish = ("add", "x.onnx", "--name", "wine", "--version", "1.0.0")
    for command in (publish, ("register", "wine", "--registry-uri", "sqlite:///x.db")):
        said = run(*command, cwd=tmp_path)
        assert (said.code, said.out, "registrar init" in said.err) == (2, "", True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("md5: ", "md5: 0", "md5"),
        ("md5: ", "md5: ../../../etc/passwd#", "md5"),
        ("size: ", "size: 9", "91,043 bytes"),
        ("path: model.onnx", "path: ../../train.py", "does not lie in the entry"),
    ],
)
def test_a_pointer_that_somebody_edited(
    made: tuple[Path, tuple[str, ...]], tmp_path: Path, old: str, new: str, said: str
) -> None:
    origin, options = made
    shutil.copytree(origin, tmp_path / "p", symlinks=True)
    repo = Repo(tmp_path / "p/r", git=False)
    assert add(repo, *options, "--push").code == 0
    (repo.path / "model_registry/wine-1.0.0/model.onnx").unlink()
    pointer = "model_registry/wine-1.0.0/model.onnx.dvc"
    repo.edit(pointer, old, new)
    told = repo.check("--remote", "--verify-bytes")
    assert told.code == 1
    assert set(told.rules) <= {"artifact-pointer", "artifact-present", "artifact-remote"}
    assert said in " ".join(found["message"] for found in told.findings)


def test_a_pointer_to_other_bytes_of_the_remote(
    made: tuple[Path, tuple[str, ...]], tmp_path: Path
) -> None:
    """A well-formed md5 of another object: the SHA-256 in the metadata tells."""
    origin, options = made
    shutil.copytree(origin, tmp_path / "p", symlinks=True)
    repo = Repo(tmp_path / "p/r", git=False)
    assert add(repo, *options, "--push").code == 0
    pointer = repo.path / "model_registry/wine-1.0.0/model.onnx.dvc"
    (repo.path / "model_registry/wine-1.0.0/model.onnx").unlink()
    (stored,) = (path for path in (origin / "remote").rglob("*") if path.is_file())
    md5 = stored.parent.name + stored.name
    other = bytes(stored.stat().st_size)
    wanted = stored.parent.parent / "aa" / ("b" * 30)
    wanted.parent.mkdir(exist_ok=True)
    wanted.write_bytes(other)
    try:
        pointer.write_text(pointer.read_text().replace(md5, "aa" + "b" * 30))
        assert repo.check("--remote").code == 0, "there, and of the right size"
        assert repo.check("--remote", "--verify-bytes").rules == ["artifact-remote"]
    finally:
        shutil.rmtree(wanted.parent)
