"""Files that break a reader are a line of the doctor, never the end of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders import POLICY, Repo, run

from registrar.domain.clones import Remote, remote_from
from registrar.integrations.github_access import access_to

BOMB = "a0: &a0 {k0: v, k1: v}\n" + "".join(
    f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 40)
)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".pre-commit-config.yaml", "repos: [{hooks: [{id: [a]}]}]\n"),
        (".pre-commit-config.yaml", "x: 1" + ":10" * 150_000 + ".5\n"),
        (".pre-commit-config.yaml", BOMB),
        (".dvc/config", "[core]\nremote = a\n['remote \"a\"']\nurl = http://[evil\n"),
    ],
)
def test_a_hostile_file_is_a_line(tmp_path: Path, path: str, text: str) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("registrar.toml", POLICY)
    repo.write(path, text)
    repo.commit()
    answer = run("doctor", "--offline", "--format", "json", cwd=repo.path)
    assert answer.code in (1, 4), answer.err
    assert len(json.loads(answer.out)["lines"]) > 10
    assert run("init", cwd=repo.path).code == 0


def test_a_remote_that_is_no_url_is_nobodys() -> None:
    assert remote_from("origin", "https://[::1/a/b").host == "?"


@pytest.mark.parametrize("host", ["evil.com%2f.ghe.com", "evil.com\\.ghe.com", "-x.ghe.com"])
def test_no_token_for_a_host_that_may_be_another(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GH_TOKEN", "secret")
    access = access_to(Remote("origin", "", host, "a/b"), str(tmp_path))
    assert (access.base, access.token) == (None, None)


def test_an_enterprise_token_is_not_for_github_com(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_API_URL", "https://api.github.com")
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", "secret")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert access_to(Remote("origin", "", "github.com", "a/b"), str(tmp_path)).token is None
