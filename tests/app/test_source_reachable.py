"""``source-reachable`` against a real git server: heads and tags count, a fork's commit does not."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from builders import COMMIT, POLICY, Repo, good_repo


@dataclass
class Served:
    """A source repository behind git's own daemon."""

    work: Repo
    bare: Repo
    host: str

    @property
    def url(self) -> str:
        return f"git://{self.host}/source.git"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    work = Repo(tmp_path / "work")
    work.write("train.py", "print('training')\n")
    work.commit("code")
    root = tmp_path / "served"
    bare = Repo(root / "source.git", git=False)
    bare.git("init", "--quiet", "--bare", "--initial-branch=main")
    bare.git("config", "uploadpack.allowFilter", "true")
    bare.git("config", "uploadpack.allowAnySHA1InWant", "true")  # as forges have it
    work.git("remote", "add", "origin", str(bare.path))
    work.git("push", "--quiet", "origin", "main")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    daemon = subprocess.Popen(
        [
            *("git", "daemon", "--export-all", f"--base-path={root}", "--reuseaddr"),
            *("--listen=127.0.0.1", f"--port={port}", str(root)),
        ],
        stderr=subprocess.DEVNULL,
    )
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield Served(work, bare, f"127.0.0.1:{port}")
    daemon.terminate()
    daemon.wait()


def registry(path: Path, served: Served, commit: str, hosts: str | None = None) -> Repo:
    repo = good_repo(path)
    named = f'["{served.host}"]' if hosts is None else hosts
    repo.write("registrar.toml", f"{POLICY}[network]\nhosts = {named}\n")
    metadata = "model_registry/wine-1.0.0/metadata.yaml"
    repo.edit(metadata, COMMIT, commit)
    repo.edit(metadata, "https://github.com/acme/wine", served.url)
    return repo


def test_a_commit_of_a_branch_and_of_a_tag(tmp_path: Path, served: Served) -> None:
    old = served.work.git("rev-parse", "HEAD")
    served.work.commit("more")
    served.work.git("push", "--quiet", "origin", "main")
    assert registry(tmp_path / "a", served, old).check("--remote").code == 0
    served.work.git("checkout", "--quiet", "-b", "side")
    tagged = served.work.commit("side")
    served.work.git("tag", "v1")
    repo = registry(tmp_path / "b", served, tagged)
    assert repo.check("--remote").rules == ["source-reachable"]
    served.work.git("push", "--quiet", "origin", "v1")
    assert repo.check("--remote").code == 0


def test_only_commits_are_fetched(tmp_path: Path, served: Served) -> None:
    commit = served.work.git("rev-parse", "HEAD")
    registry(tmp_path / "a", served, commit).check("--remote")
    import os

    (cache,) = Path(os.environ["XDG_CACHE_HOME"]).glob("registrar/commits/*.git")
    told = Repo(cache, git=False).git("cat-file", "--batch-check", "--batch-all-objects")
    assert [line.split()[1] for line in told.splitlines()] == ["commit"]


def test_a_commit_that_is_served_by_its_hash_alone(tmp_path: Path, served: Served) -> None:
    """As a forge serves the commits of forks, and of pull requests."""
    served.work.git("checkout", "--quiet", "-b", "fork")
    fork = served.work.commit("fork")
    served.work.git("push", "--quiet", "origin", "fork:refs/pull/7/head")
    repo = registry(tmp_path / "a", served, fork)
    said = repo.check("--remote")
    assert said.rules == ["source-reachable"]
    (found,) = said.findings
    assert found["message"] == f"commit {fork[:12]} is on no branch and no tag of {served.url}"
    assert found["line"] == 5


def test_a_branch_that_is_gone_again(tmp_path: Path, served: Served) -> None:
    served.work.git("checkout", "--quiet", "-b", "side")
    commit = served.work.commit("side")
    served.work.git("push", "--quiet", "origin", "side")
    repo = registry(tmp_path / "a", served, commit)
    assert repo.check("--remote").code == 0
    served.work.git("push", "--quiet", "origin", ":side")
    assert repo.check("--remote").rules == ["source-reachable"]


@pytest.mark.parametrize("hosts", ["[]", '["github.com"]', '["127.0.0.1"]'])
def test_a_host_that_the_policy_does_not_name(tmp_path: Path, served: Served, hosts: str) -> None:
    served.bare.path.rename(served.bare.path.parent / "away.git")  # an answer would be another
    said = registry(tmp_path / "a", served, COMMIT, hosts).check("--remote")
    assert (said.code, said.findings) == (4, [])
    (item,) = said.report["unchecked"]
    assert f'hosts = ["{served.host}"]' in item["reason"]


def test_a_repository_that_is_not_there_is_no_missing_commit(
    tmp_path: Path, served: Served
) -> None:
    repo = registry(tmp_path / "a", served, COMMIT)
    served.bare.path.rename(served.bare.path.parent / "away.git")
    said = repo.check("--remote")
    assert (said.code, said.findings) == (4, [])
    assert "there is none at this address" in said.report["unchecked"][0]["reason"]


def test_a_host_that_is_down(tmp_path: Path, served: Served) -> None:
    repo = registry(tmp_path / "a", served, COMMIT)
    repo.edit("model_registry/wine-1.0.0/metadata.yaml", served.host, "127.0.0.1:9")
    repo.edit("registrar.toml", served.host, "127.0.0.1:9")
    said = repo.check("--remote")
    assert said.code == 4
    assert "refuses the connection" in said.report["unchecked"][0]["reason"]


def test_a_commit_of_this_repository_is_not_asked_elsewhere(tmp_path: Path, served: Served) -> None:
    repo = good_repo(tmp_path / "a")
    commit = repo.git("rev-parse", "HEAD~1")
    metadata = "model_registry/wine-1.0.0/metadata.yaml"
    repo.edit(metadata, COMMIT, commit)
    repo.edit(metadata, "https://github.com/acme/wine", ".")
    assert repo.check("--remote").report["unchecked"] == []
