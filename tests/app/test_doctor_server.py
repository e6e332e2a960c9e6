"""registrar doctor and the server: what a stand-in of GitHub's API says, and servers of all kinds."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import doctored
import pytest
from api_server import (
    MISSING,
    REPOSITORY,
    RULES,
    RULES_PATH,
    RULESET,
    Api,
    Reply,
    checks,
    good_api,
    rule,
    serving,
)
from builders import Repo, run
from doctored import PROTECTION, asked, copy_of, doctor, offline

made = doctored.cloned


def test_the_shipped_ruleset_in_force(made: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    api = good_api()
    said = asked(made, api, monkeypatch)
    assert (said.code, said.bad, said.unseen) == (0, [], [])
    assert {said.state(check) for check in PROTECTION} == {"holds"}
    assert said.report["talked_to"] == api.base
    assert said.err == f"registrar: asking {api.base} about acme/wine\n"  # before it talks
    assert {headers["Authorization"] for _, headers in api.asked} == {"Bearer secret-token"}
    assert "secret-token" not in str(said)
    assert "hunter2" not in str(said)


def test_the_ruleset_that_is_shipped_is_what_these_rules_say(made: Repo) -> None:
    shipped = json.loads((made.path / ".github/rulesets/model-registry.json").read_text())
    assert {item["type"] for item in shipped["rules"]} == {item["type"] for item in RULES}
    for ours in RULES:
        (theirs,) = (item for item in shipped["rules"] if item["type"] == ours["type"])
        assert ours.get("parameters", {}).items() <= theirs.get("parameters", {}).items()


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply({"message": "Bad credentials"}, 401), "gh auth login"),
        (Reply({"message": "rate limit"}, 403), "rate limit"),
        (MISSING, "acme/wine"),
        (Reply({}, 500), "500"),
        (Reply({}, 301, {"Location": "https://evil.example/repos/acme/wine"}), "another address"),
        (Reply(raw=b"{"), "no JSON"),
        (Reply(raw=b" " * 5_000_000), "larger than"),
        (Reply([]), "no default branch"),
        (Reply({"default_branch": 3}), "no default branch"),
    ],
)
def test_a_server_that_says_nothing_never_holds(
    made: Repo, reply: Reply, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = asked(made, Api({REPOSITORY: reply}), monkeypatch)
    assert (said.code, said.bad, said.unseen) == (4, [], ["server"])
    assert words in said.told("server")
    assert {said.state(check) for check in PROTECTION} == {""}


def test_many_rules_come_in_pages(made: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    api = good_api()
    filler: list[Any] = [rule("creation", 8)] * 250
    api.replies[RULES_PATH] = Reply([*filler, *RULES])
    said = asked(made, api, monkeypatch)
    assert said.state("check-required") == "holds"
    assert sum(path.startswith(RULES_PATH) for path in api.paths) == 3


def test_another_default_branch_and_one_with_a_slash(
    made: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = good_api("release/1")
    said = asked(made, api, monkeypatch)
    assert said.state("default-branch") == "does not"
    assert "git remote set-head origin --auto" in said.told("default-branch")
    assert said.state("check-required") == "holds"


def test_without_a_token_and_offline(
    made: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "gh").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "gh").chmod(0o755)
    said = doctor(made.path)
    assert (said.code, said.unseen) == (4, ["server"])
    assert "GH_TOKEN" in said.told("server")
    monkeypatch.setenv("GH_TOKEN", "x")
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")  # would be refused
    said = offline(made.path)
    assert (said.code, said.unseen, said.err) == (0, [], "")


def test_hostile_text_from_the_server_and_the_tree_is_escaped(
    made: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = copy_of(made, tmp_path / "r")
    evil = "\x1b[2J\u202e\r\n::error::"
    repo.write(
        ".github/workflows/model-registry.yml",
        f'on: push\njobs: {{"a": {{"name": "{evil!r}\u2028"}}}}\n',
    )
    repo.write(".github/CODEOWNERS", f"* {evil}\n")
    repo.git("config", "core.hooksPath", "x\x1b[2J\ny")
    api = good_api()
    api.replies[RULES_PATH] = Reply([checks(evil)])
    api.replies[RULESET] = Reply({"name": evil, "bypass_actors": [{"actor_type": evil}]})
    with serving(api):
        monkeypatch.setenv("GITHUB_API_URL", api.base)
        monkeypatch.setenv("GH_TOKEN", "t")
        for argv in (["doctor"], ["doctor", "--format", "json"]):
            out = run(*argv, cwd=repo.path).out
            assert out.replace("\n", "").isprintable()
            assert "\n::error" not in out


def test_no_remote_many_remotes_and_another_server(made: Repo, tmp_path: Path) -> None:
    repo = copy_of(made, tmp_path / "r")
    repo.git("remote", "remove", "origin")
    assert "no remote" in doctor(repo.path).told("server")
    repo.git("remote", "add", "a", "https://git.acme.example/a/b")
    said = doctor(repo.path)
    assert said.code == 4
    assert "git.acme.example is not known as a GitHub" in said.told("server")
    assert "pre-receive" in said.told("server")
    repo.git("remote", "add", "b", "https://github.com/a/b")
    assert "a, b: none is upstream" in doctor(repo.path).told("server")


def test_a_plain_server_and_its_hook(made: Repo, tmp_path: Path) -> None:
    repo = copy_of(made, tmp_path / "r")
    server = Repo(tmp_path / "a server.git", git=False)
    server.git("init", "--quiet", "--bare", "--initial-branch=main")
    for url in ("../a server.git", f"file://{server.path}".replace(" ", "%20"), str(server.path)):
        repo.git("remote", "set-url", "origin", url)
        assert "no hook pre-receive" in offline(repo.path).told("pre-receive")
    repo.git("push", "--quiet", "origin", "main")
    hook = server.write("hooks/pre-receive", "#!/bin/sh\n# registrar hook pre-receive\nexit 0\n")
    assert "not executable" in offline(repo.path).told("pre-receive")
    hook.chmod(0o755)
    assert "does not run" in offline(repo.path).told("pre-receive")
    hook.write_text("#!/bin/sh\nexec /opt/registrar/bin/python -I -m registrar hook pre-receive\n")
    assert offline(repo.path).state("pre-receive") == "holds"
    on_the_server = offline(server.path)  # the administrator asks
    assert (on_the_server.state("pre-receive"), on_the_server.state("policy")) == ("holds", "holds")
    repo.git("remote", "set-url", "origin", str(tmp_path / "gone"))
    assert offline(repo.path).unseen
