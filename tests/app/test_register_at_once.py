"""Two ``registrar register`` at once, and one that is killed in the middle: real processes.

MLflow on SQLite. Two machines are two cache folders: then neither waits for the other.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from builders import GIT_ENV, ONNX, SHA, Repo, good_repo, run

pytestmark = pytest.mark.filterwarnings("ignore")  # MLflow's own, and those of its libraries
MEET = """
import os, sys, time
from mlflow import MlflowClient
plain, here, beside = MlflowClient.create_model_version, sys.argv.pop(1), sys.argv.pop(1)

def create(*arguments, **options):
    open(here, "w").close()
    while not os.path.exists(beside):
        time.sleep(0.02)
    return plain(*arguments, **options)

MlflowClient.create_model_version = create
from registrar.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
"""Both have looked and found nothing before either writes."""
KILLED = """
import os, signal, sys
from mlflow import MlflowClient
plain, left = MlflowClient.create_model_version, sys.argv.pop(1).split(",")

def create(self, *arguments, **options):
    options["tags"] = {k: v for k, v in options["tags"].items() if left == ["all"] or k in left}
    plain(self, *arguments, **options)
    os.kill(os.getpid(), signal.SIGKILL)

MlflowClient.create_model_version = create
from registrar.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
"""Killed when the version is there. MLflow's SQLite writes it and its tags in one transaction; that
only some tags are there stands for a server that does not."""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MLflow's tables, made once: it takes seconds."""
    path = tmp_path_factory.mktemp("mlflow") / "registry.db"
    versions(f"sqlite:///{path}")
    return path


@pytest.fixture
def uri(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    shutil.copy(database, tmp_path / "registry.db")
    return f"sqlite:///{tmp_path}/registry.db"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return good_repo(tmp_path / "r")


def started(repo: Repo, uri: str, *program: object, **more: str) -> subprocess.Popen[str]:
    """``registrar register wine``, on its way; or a program that does it."""
    command = [sys.executable, *(map(str, program) if program else ("-m", "registrar"))]
    command += ["register", "wine", "--registry-uri", uri]
    env = dict(os.environ) | GIT_ENV | {"PYTHONWARNINGS": "ignore"} | more
    return subprocess.Popen(
        command, cwd=repo.path, env=env, stdout=-1, stderr=-1, text=True, start_new_session=True
    )


def ended(*processes: subprocess.Popen[str]) -> list[tuple[int, str, str]]:
    """Exit code, output and talk of each."""
    told = [process.communicate(timeout=300) for process in processes]
    codes = [process.returncode for process in processes]
    return [(code, out, err) for code, (out, err) in zip(codes, told, strict=True)]


def again(repo: Repo, uri: str) -> tuple[int, str, str]:
    """The same in this process, which has MLflow loaded."""
    said = run("register", "wine", "--registry-uri", uri, cwd=repo.path)
    return said.code, said.out, said.err


def versions(uri: str) -> list[Any]:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    return list(client.search_model_versions("name = 'wine'"))


def whole(uri: str) -> Any:
    """The one version, which has everything."""
    (version,) = versions(uri)
    assert set(version.tags) == {
        *("registrar.entry", "registrar.digest", "registrar.version", "registrar.license"),
        *("registrar.source_commit", "registrar.source_repository", "registrar.registry_commit"),
    }
    assert version.tags["registrar.digest"] == f"sha256:{SHA}"
    assert version.description.startswith("# Wine cultivar")
    return version


def meeting(tmp_path: Path, first: Repo, second: Repo, uri: str) -> list[tuple[int, str, str]]:
    """Both registering, as from two machines, each writing after both have looked."""
    marks = [tmp_path / "a", tmp_path / "b"]
    return ended(
        started(first, uri, "-c", MEET, *marks, XDG_CACHE_HOME=str(tmp_path / "cache-a")),
        started(second, uri, "-c", MEET, *marks[::-1], XDG_CACHE_HOME=str(tmp_path / "cache-b")),
    )


def test_two_at_once_make_one_version(repo: Repo, uri: str) -> None:
    """In a registry that has no tables yet."""
    Path(uri.removeprefix("sqlite:///")).unlink()
    said = ended(started(repo, uri), started(repo, uri))
    assert sorted((code, out) for code, out, _ in said) == [
        (0, "wine-1.0.0 is there already: wine version 1\n"),
        (0, "wine-1.0.0 registered: wine version 1\n"),
    ], said
    whole(uri)


def test_two_machines_at_once_keep_one_version(repo: Repo, uri: str, tmp_path: Path) -> None:
    said = meeting(tmp_path, repo, repo, uri)
    assert sorted((code, out) for code, out, _ in said) == [
        (0, "wine-1.0.0 is there already: wine version 1\n"),
        (0, "wine-1.0.0 registered: wine version 1\n"),
    ], said
    assert int(whole(uri).version) == 1


@pytest.mark.slow
def test_two_machines_with_other_bytes(repo: Repo, uri: str, tmp_path: Path) -> None:
    other = good_repo(tmp_path / "other")
    raw = (Path(__file__).parents[2] / "model_registry/wine-cultivar-1.1.0/model.onnx").read_bytes()
    sha, size = other_facts(raw)
    other.write("model_registry/wine-1.0.0/model.onnx", raw)
    other.edit("model_registry/wine-1.0.0/metadata.yaml", SHA, sha)
    other.edit("model_registry/wine-1.0.0/metadata.yaml", f"size: {len(ONNX)}", f"size: {size}")
    other.commit("other bytes")
    said = sorted(meeting(tmp_path, repo, other, uri))
    assert [(code, out) for code, out, _ in said] == [
        (0, "wine-1.0.0 registered: wine version 1\n"),
        (2, ""),
    ], said
    assert "wine-1.0.0 is registered as wine 1 with other bytes" in said[1][2]
    assert f"sha256:{SHA}" in said[1][2]
    assert f"sha256:{sha}" in said[1][2]
    assert len(versions(uri)) == 1


def other_facts(raw: bytes) -> tuple[str, int]:
    import hashlib

    return hashlib.sha256(raw).hexdigest(), len(raw)


SLOW = pytest.mark.slow
LEFT = [
    "registrar.version",
    *(pytest.param(left, marks=SLOW) for left in ("", "registrar.entry")),
    pytest.param("registrar.entry,registrar.digest", marks=SLOW),
]


@pytest.mark.parametrize("left", LEFT)
def test_one_that_was_killed_before_its_tags_is_completed(repo: Repo, uri: str, left: str) -> None:
    ((code, _, err),) = ended(started(repo, uri, "-c", KILLED, left))
    assert code == -signal.SIGKILL, err
    (begun,) = versions(uri)
    assert set(begun.tags) == set(filter(None, left.split(",")))
    said = again(repo, uri)
    told = "is there already: wine version 1, and has the tags now that it lacked\n"
    assert (said[0], said[1]) == (0, f"wine-1.0.0 {told}"), said
    before = whole(uri)
    code, out, _ = again(repo, uri)
    assert (code, out) == (0, "wine-1.0.0 is there already: wine version 1\n")
    assert whole(uri).last_updated_timestamp == before.last_updated_timestamp


@pytest.mark.slow
def test_one_that_was_killed_after_them_is_there(repo: Repo, uri: str) -> None:
    ((code, _, err),) = ended(started(repo, uri, "-c", KILLED, "all"))
    assert code == -signal.SIGKILL, err
    code, out, _ = again(repo, uri)
    assert (code, out) == (0, "wine-1.0.0 is there already: wine version 1\n")
    whole(uri)


def test_a_version_of_somebody_else_is_not_taken_for_ours(repo: Repo, uri: str) -> None:
    """Only what has our source, description, and no tag of another entry was begun by us."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    client.create_registered_model("wine")
    ours = "registrar:/wine-1.0.0/model.onnx"
    client.create_model_version("wine", "s3://theirs/model", description="theirs")
    client.create_model_version("wine", ours, description="another card")
    client.create_model_version("wine", ours, tags={"registrar.entry": "wine-0.9.0"})
    code, out, _ = again(repo, uri)
    assert (code, out) == (0, "wine-1.0.0 registered: wine version 4\n")


def test_two_that_are_there_are_told(repo: Repo, uri: str) -> None:
    """As where one of two machines was killed before it could delete its own."""
    from mlflow import MlflowClient

    assert again(repo, uri)[0] == 0
    first = whole(uri)
    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    client.create_model_version(
        "wine", first.source, tags=dict(first.tags), description=first.description
    )
    code, out, err = again(repo, uri)
    assert (code, out) == (2, "")
    assert "wine-1.0.0 is registered twice, as wine 1 and 2" in err
    assert "delete the one in MLflow that nobody uses" in err
    client.delete_model_version("wine", "2")
    assert again(repo, uri)[0] == 0
