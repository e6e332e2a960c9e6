"""A ``.dvc/config.local`` that came with a change: none of it is taken for the caller's own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from builders import Repo
from http_remote import Remote, serving

from registrar.domain.remotes import DvcConfig, ObjectName
from registrar.integrations.dvc.stores import DvcStores

NAME = ObjectName("a" * 32)


def planted(repo: Repo, folder: str) -> None:
    local = "['remote \"storage\"']\nauth = basic\nuser = ada\npassword = planted-secret\n"
    repo.write(f"{folder}/config.local", local)
    repo.write(f"{folder}/config", "[core]\n")


def sent(repo: Repo) -> list[str]:
    """What a remote gets of the credentials that the file names."""
    with serving(Remote()) as remote:
        remote.statuses = {f"/{NAME.path}": 403}
        config = DvcConfig(None, {"storage": {"url": remote.url}})
        DvcStores(str(repo.path)).open("storage", config).look([NAME])
        assert remote.asked
        return list(remote.secrets)


def test_a_file_of_the_caller_counts(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r")
    repo.commit("nothing")
    planted(repo, ".dvc")
    assert sent(repo)


def test_a_link_to_a_tracked_folder(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r")
    planted(repo, "dot")
    os.symlink("dot", repo.path / ".dvc")
    repo.commit("a link")
    assert sent(repo) == []


def test_a_folder_that_is_a_link_further_down(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r")
    planted(repo, "dot")
    (repo.path / ".dvc").mkdir()
    os.symlink("../dot/config.local", repo.path / ".dvc/config.local")
    repo.commit("a link")
    assert sent(repo) == []


def test_a_submodule(tmp_path: Path) -> None:
    repo, inner = Repo(tmp_path / "r"), Repo(tmp_path / "inner")
    planted(inner, ".")
    inner.commit("configuration")
    repo.commit("nothing")
    repo.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), ".dvc"
    )
    repo.commit("a submodule")
    assert sent(repo) == []


@pytest.mark.parametrize("how", ["tracked", "only in the last commit", "only in the index"])
def test_a_file_that_git_knows(tmp_path: Path, how: str) -> None:
    repo = Repo(tmp_path / "r")
    repo.commit("nothing")
    planted(repo, ".dvc")
    repo.git("add", "--force", ".dvc/config.local")
    if how != "only in the index":
        repo.git("commit", "--quiet", "--message", "with the change")
    if how == "only in the last commit":
        repo.git("rm", "--quiet", "--cached", ".dvc/config.local")
    assert sent(repo) == []
