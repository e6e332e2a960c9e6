"""``registrar register`` against a real MLflow registry on SQLite."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from builders import COMMIT, SHA, Repo, good_repo, run

pytestmark = pytest.mark.filterwarnings("ignore")  # MLflow's own, and those of its libraries


@pytest.fixture
def uri(tmp_path: Path) -> str:
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    return f"sqlite:///{tmp_path}/registry.db"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return good_repo(tmp_path / "r")


def register(repo: Repo, uri: str, ref: str, *argv: str) -> Any:
    return run("register", ref, "--registry-uri", uri, *argv, cwd=repo.path)


def versions(uri: str) -> list[Any]:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    return sorted(client.search_model_versions("name = 'wine'"), key=lambda v: int(v.version))


def test_an_entry_with_its_facts(repo: Repo, uri: str) -> None:
    said = register(repo, uri, "wine:1.0.0")
    assert (said.code, said.out) == (0, "wine-1.0.0 registered: wine version 1\n"), said.err
    (version,) = versions(uri)
    assert version.tags == {
        "registrar.entry": "wine-1.0.0",
        "registrar.digest": f"sha256:{SHA}",
        "registrar.version": "1.0.0",
        "registrar.license": "Apache-2.0",
        "registrar.source_commit": COMMIT,
        "registrar.source_repository": "https://github.com/acme/wine",
        "registrar.registry_commit": repo.git("rev-parse", "HEAD"),
    }
    assert version.description.startswith("# Wine cultivar")


def test_a_commit_that_is_not_merged_yet_is_told(repo: Repo, uri: str) -> None:
    merged = repo.git("rev-parse", "HEAD")
    repo.git("update-ref", "refs/remotes/origin/main", merged)
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    repo.add_entry("wine-1.1.0")
    head = repo.commit("one more")
    said = register(repo, uri, "wine:1.1.0", "--format", "json")
    assert (said.code, said.report["ahead"]) == (0, True), said.err
    note = (
        f"note: commit {head[:12]}, which it names, is not in the protected branch as last fetched"
    )
    assert note in said.err
    again = register(repo, uri, "wine:1.1.0")
    assert (again.code, "protected branch" in again.err) == (0, False), "it was told, and stays"
    repo.git("update-ref", "refs/remotes/origin/main", head)
    other = register(repo, uri, "wine:1.0.0", "--format", "json")
    assert (other.code, other.report["ahead"], "protected branch" in other.err) == (0, False, False)


def test_where_history_is_cut_off_nobody_can_tell_what_is_merged(
    repo: Repo, uri: str, tmp_path: Path
) -> None:
    repo.add_entry("wine-1.1.0")
    repo.commit("one more")
    clone = Repo(tmp_path / "clone")
    clone.git("remote", "add", "origin", repo.path.as_uri())
    clone.git("fetch", "--quiet", "--depth", "1", "origin", "main")
    clone.git("reset", "--quiet", "--hard", "FETCH_HEAD")
    repo.commit("later")
    clone.git("fetch", "--quiet", "--depth", "1", "origin", "+main:refs/remotes/origin/main")
    clone.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    said = register(clone, uri, "wine:1.1.0")
    assert "protected branch" not in said.err, said.err


def test_twice_changes_nothing(repo: Repo, uri: str) -> None:
    register(repo, uri, "wine:1.0.0")
    before = [(v.version, v.tags, v.last_updated_timestamp) for v in versions(uri)]
    said = register(repo, uri, f"sha256:{SHA}", "--format", "json")
    assert (said.code, said.report["new"], said.report["number"]) == (0, False, 1)
    assert [(v.version, v.tags, v.last_updated_timestamp) for v in versions(uri)] == before


def test_the_same_version_with_other_bytes(repo: Repo, uri: str) -> None:
    from mlflow import MlflowClient

    register(repo, uri, "wine")
    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    client.set_model_version_tag("wine", "1", "registrar.digest", f"sha256:{'0' * 64}")
    said = register(repo, uri, "wine")
    assert (said.code, said.out) == (2, "")
    assert "is registered as wine 1 with other bytes" in said.err
    assert len(versions(uri)) == 1


def test_only_what_passes(repo: Repo, uri: str) -> None:
    repo.edit("model_registry/wine-1.0.0/metadata.yaml", "Apache-2.0", "prose")
    repo.commit("broken")
    said = register(repo, uri, "wine")
    assert said.code == 1
    assert "error[license-valid]" in said.out
    assert "not registered" in said.err
    assert not Path(uri.removeprefix("sqlite:///")).exists()


def test_only_what_is_committed(repo: Repo, uri: str) -> None:
    repo.edit("model_registry/wine-1.0.0/MODEL_CARD.md", "## Contact", "Thanks.\n\n## Contact")
    said = register(repo, uri, "wine")
    assert (said.code, "is not as it is committed" in said.err) == (2, True)


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("beer", "there is no entry beer"),
        ("wine:9.0.0", "there is no entry wine:9.0.0"),
        ("wine:1.0", "is no reference"),
        ("sha256:" + "0" * 64, "no entry has this digest"),
        ("sha256:1", "is no reference"),
    ],
)
def test_a_reference_to_nothing(repo: Repo, uri: str, ref: str, said: str) -> None:
    result = register(repo, uri, ref)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_the_newest_release_is_meant(repo: Repo, uri: str) -> None:
    for version in ("1.10.0", "1.9.0", "2.0.0-rc.1"):
        repo.add_entry(f"wine-{version}")
    repo.commit("more")
    assert register(repo, uri, "wine").out.startswith("wine-1.10.0 registered")


def test_a_registry_that_is_down(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    said = register(repo, "http://ada:planted-secret@127.0.0.1:9", "wine")
    assert (said.code, said.out) == (4, "")
    assert "nothing was registered" in said.err
    assert "planted-secret" not in said.err
    monkeypatch.delenv("MLFLOW_REGISTRY_URI", raising=False)
    assert "give --registry-uri" in run("register", "wine", cwd=repo.path).err
