"""Whom a token may go to: a remote is a line in a file, and a token is the caller's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from registrar.domain.clones import remote_from
from registrar.domain.forges import Access
from registrar.integrations.github_access import access_to

GH = """#!/bin/sh
# stands for gh, which is not installed here: it knows one host, and its variables win
test -n "$GH_TOKEN$GITHUB_TOKEN$GH_ENTERPRISE_TOKEN" && echo leaked && exit 0
test "$*" = "auth token --hostname ghe.acme.example" && echo stored && exit 0
exit 1
"""


@pytest.fixture
def gh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "bin/gh"
    program.parent.mkdir()
    program.write_text(GH)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}/bin{os.pathsep}/usr/bin")
    return program


@pytest.fixture
def no_gh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def access(url: str, top: str = "/nowhere") -> Access:
    return access_to(remote_from("origin", url), top)


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://github.com/acme/wine.git", "https://api.github.com"),
        ("git@github.com:acme/wine.git", "https://api.github.com"),
        ("ssh://git@ssh.github.com:443/acme/wine.git", "https://api.github.com"),
        ("https://u:p@GitHub.com/acme/wine", "https://api.github.com"),
        ("git@acme.ghe.com:acme/wine", "https://api.acme.ghe.com"),
    ],
)
@pytest.mark.usefixtures("no_gh")
def test_the_token_of_the_environment_is_for_githubs_own_hosts(
    url: str, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert access(url).base == base
    assert access(url).token is None
    assert "gh auth login" in access(url).hint
    monkeypatch.setenv("GITHUB_TOKEN", "two")
    assert (access(url).base, access(url).token) == (base, "two")
    monkeypatch.setenv("GH_TOKEN", " one\n")
    assert access(url).token == "one"
    assert "one" not in repr(access(url))


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://evil.example/acme/wine",
            "git@evil.example:a/b",
            "https://github.com.evil.example/a/b",
        ),
        *("https://github.com@evil.example/a/b", "https://evilghe.com/a/b", "ext::sh -c true"),
        "https://gitlab.com/a/b",
        # what only ends like a host of GitHub
        *("https://evil.com%2f.ghe.com/a/b", "https://evil.com%23.ghe.com/a/b"),
        *("https://evil.com\\.ghe.com/a/b", "https://[::1]/a/b", "https://[::1/a/b"),
        *("git@[::1]:a/b", "https://evil.com%252f.ghe.com:443/a/b", "https://evil_.ghe.com/a/b"),
    ],
)
@pytest.mark.usefixtures("no_gh")
def test_no_token_goes_to_any_other_host(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("GITHUB_API_URL", "https://api.github.com")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    assert (access(url).base, access(url).token) == (None, None)


@pytest.mark.usefixtures("gh")
def test_gh_is_asked_for_the_very_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", "for-github.com")
    own = access("git@ghe.acme.example:a/b")
    assert (own.base, own.token) == ("https://ghe.acme.example/api/v3", "stored")
    assert access("git@other.example:a/b").token is None


@pytest.mark.usefixtures("no_gh")
def test_an_enterprise_server_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", "secret")
    assert access("git@ghe.acme.example:a/b").base is None
    monkeypatch.setenv("GH_HOST", "ghe.acme.example")
    own = access("git@ghe.acme.example:a/b")
    assert (own.base, own.token) == ("https://ghe.acme.example/api/v3", "secret")
    monkeypatch.delenv("GH_HOST")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://ghe.acme.example")
    monkeypatch.setenv("GITHUB_API_URL", "https://ghe.acme.example/api/v3")
    monkeypatch.setenv("GITHUB_TOKEN", "runner")
    own = access("https://ghe.acme.example/a/b")
    assert (own.base, own.token) == ("https://ghe.acme.example/api/v3", "runner")
    # on a runner of that server, github.com is another place, with another token
    assert access("https://github.com/a/b").base == "https://api.github.com"


@pytest.mark.parametrize("host", ["github.com", "api.github.com", "acme.ghe.com"])
@pytest.mark.usefixtures("no_gh")
def test_an_enterprise_token_goes_to_no_public_host(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", "secret")
    monkeypatch.setenv("GITHUB_ENTERPRISE_TOKEN", "secret")
    monkeypatch.setenv("GITHUB_API_URL", "https://api.github.com")
    assert access(f"https://{host}/a/b").token is None
    monkeypatch.setenv("GITHUB_SERVER_URL", f"https://{host}")
    monkeypatch.setenv("GH_HOST", host)
    assert access(f"https://{host}/a/b").token is None
    monkeypatch.delenv("GITHUB_API_URL")
    assert access(f"https://{host}/a/b").token is None


@pytest.mark.parametrize(
    "given",
    [
        "http://api.github.com",
        "https://u:p@api.github.com",
        "https://api.github.com?x",
        "http://[",
        "file:///x",
    ],
)
@pytest.mark.usefixtures("no_gh")
def test_an_address_that_would_leak_the_token(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_API_URL", given)
    monkeypatch.setenv("GH_TOKEN", "secret")
    found = access("https://github.com/a/b")
    assert found.token is None
    assert "GITHUB_API_URL" in found.reason


def test_a_gh_that_lies_in_the_tree_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = tmp_path / "tree/bin/gh"
    planted.parent.mkdir(parents=True)
    planted.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\necho stolen\n")
    planted.chmod(0o755)
    monkeypatch.setenv("PATH", f"{planted.parent}:bin:/usr/bin:/bin")
    monkeypatch.chdir(tmp_path / "tree")
    assert access("https://github.com/a/b", str(tmp_path / "tree")).token is None
    assert not (tmp_path / "ran").exists()
