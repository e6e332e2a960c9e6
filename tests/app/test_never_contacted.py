"""Addresses that an entry brings and the policy does not name: a server listens, and hears nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pushed
import pytest
from builders import Repo
from http_remote import Remote, serving
from tracked import FILE, FOLDER

POINTER = f"model_registry/{FILE}/model.onnx.dvc"
METADATA = f"model_registry/{FILE}/metadata.yaml"
repo = pushed.fresh


@pytest.fixture
def evil() -> Iterator[Remote]:
    with serving(Remote()) as server:
        yield server
        assert server.asked == []


def with_remote(repo: Repo, name: str, url: str) -> None:
    config = (repo.path / ".dvc/config").read_text()
    repo.write(".dvc/config", f"{config}['remote \"{name}\"']\n    url = {url}\n")


def unchecked(repo: Repo, *argv: str) -> str:
    """Why the entry of the file was not asked about; with every byte asked for."""
    said = repo.check("--remote", "--verify-bytes", *argv)
    assert said.findings == []
    assert said.code == 4
    return " ".join(u["reason"] for u in said.report["unchecked"] if u["entry"] == FILE)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (POINTER, "- md5", "- remote: evil\n  md5"),
        (POINTER, "- md5", "- remote: EVIL\n  md5"),
        (METADATA, "remote: storage", "remote: evil"),
    ],
)
def test_a_remote_that_the_entry_chooses(
    repo: Repo, evil: Remote, path: str, old: str, new: str
) -> None:
    with_remote(repo, "evil", evil.url)
    repo.edit(path, old, new)
    assert 'dvc_remotes = ["evil"]' in unchecked(repo)


def test_an_address_in_the_place_of_a_name(repo: Repo, evil: Remote) -> None:
    repo.edit(POINTER, "- md5", f"- remote: '{evil.url}'\n  md5")
    assert "does not let" in unchecked(repo)


def test_a_remote_below_one_that_is_not_named(repo: Repo, evil: Remote) -> None:
    """The name is allowed, and its URL leads to a remote that is not."""
    with_remote(repo, "other", evil.url)
    repo.edit(".dvc/config", "url = ../../remote", "url = remote://other/data")
    assert "the DVC remote other, on which storage lies, be asked" in unchecked(repo)
    repo.edit(".dvc/config", "remote://other/data", "remote://Other/data")
    assert 'dvc_remotes = ["other"]' in unchecked(repo)
    repo.edit(".dvc/config", "remote://Other/data", "remote://storage/data")
    assert "no remote storage" in unchecked(repo), "a circle leads nowhere"


def test_what_the_callers_own_configuration_says_is_no_address(repo: Repo, evil: Remote) -> None:
    """``.dvc/config.local`` has credentials, and no say in where they go."""
    repo.write(".dvc/config.local", f"['remote \"storage\"']\nurl = {evil.url}\n")
    assert repo.check("--remote", "--verify-bytes").code == 0


def test_a_redirection(repo: Repo, evil: Remote) -> None:
    with serving(Remote()) as server:
        repo.edit(".dvc/config", "url = ../../remote", f"url = {server.url}")
        for path in (repo.path.parent / "remote").rglob("*"):
            inner = f"/{path.relative_to(repo.path.parent / 'remote')}"
            server.elsewhere[inner] = evil.url + inner
        assert "redirects to somewhere else" in unchecked(repo)
        assert server.asked


def test_one_remote_of_two(repo: Repo, evil: Remote) -> None:
    """What may be asked is asked: the other entry is judged as ever."""
    with_remote(repo, "evil", evil.url)
    repo.edit(POINTER, "- md5", "- remote: evil\n  md5")
    (listing,) = (repo.path.parent / "remote").rglob("*.dir")
    listing.unlink()
    said = repo.check("--remote")
    assert said.code == 1
    assert [found["entry"] for found in said.findings] == [FOLDER]
    assert [item["entry"] for item in said.report["unchecked"]] == [FILE]
