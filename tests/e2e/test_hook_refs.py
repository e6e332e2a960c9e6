"""Which refs the hook judges, by whom, and the names under which a push may come."""

from __future__ import annotations

import pytest
from builders import POLICY, Repo
from servers import Server, push

BAD = {"metadata.yaml": b"license: nope\n", "model.pkl": b"\x80\x04N."}
LOOSE = POLICY.replace(
    "schema_version = 1", 'schema_version = 1\n[rules.severity]\nentry-files = "off"'
)


@pytest.fixture
def server(tmp_path: object) -> Server:
    return Server(tmp_path / "server.git")  # type: ignore[operator]


def bad(repo: Repo, start: str = "main") -> None:
    repo.git("checkout", "--quiet", "-B", "bad", start)
    repo.add_entry("evil-1.0.0", BAD)
    repo.commit("bad")


def test_a_head_that_is_not_there_is_told(repo: Repo, server: Server) -> None:
    server.repo.git("symbolic-ref", "HEAD", "refs/heads/master")
    _, said = push(repo, server)
    assert "refs/heads/main is not judged; judged here: refs/heads/master" in said
    assert "it is not there yet" in said


def test_a_detached_head_judges_nobody_and_takes_nothing(repo: Repo, server: Server) -> None:
    assert push(repo, server)[0]
    (server.repo.path / "HEAD").write_text(server.tip() + "\n")
    repo.commit("more")
    taken, said = push(repo, server)
    assert not taken
    assert "git symbolic-ref HEAD refs/heads/main" in said


def test_a_symbolic_ref_is_judged_as_what_it_stands_for(repo: Repo, server: Server) -> None:
    assert push(repo, server)[0]
    server.repo.git("symbolic-ref", "refs/heads/master", "refs/heads/main")
    bad(repo)
    taken, said = push(repo, server, "bad:master")
    assert not taken
    assert "evil-1.0.0" in said


@pytest.mark.parametrize("pattern", ["refs/heads/release/*", "release/*"])
def test_a_branch_without_a_policy_is_judged_by_the_default_branch(
    repo: Repo, server: Server, pattern: str
) -> None:
    old = repo.git("rev-list", "--max-parents=0", "main")
    repo.git("checkout", "--quiet", "--orphan", "empty")
    repo.git("rm", "-rf", "--quiet", ".")
    old = repo.commit("before the policy")
    repo.git("checkout", "--quiet", "main")
    repo.git("merge", "--quiet", "--allow-unrelated-histories", "-m", "join", old)
    assert push(repo, server)[0]
    server.repo.git("config", "registrar.refs", pattern)
    repo.git("checkout", "--quiet", "-b", "loose", old)
    repo.write("registrar.toml", LOOSE)
    repo.commit("a policy of my own")
    taken, said = push(repo, server, "loose:release/1")
    assert not taken
    assert "this server takes no push that changes gate files" in said
    taken, said = push(repo, server, f"{old}:refs/heads/release/1")
    assert taken, said
    taken, said = push(repo, server, "loose:release/1")
    assert not taken
    assert "this server takes no push that changes gate files" in said
    bad(repo, old)
    taken, said = push(repo, server, "bad:release/1")
    assert not taken
    assert "judged by the policy of" in said


def test_another_branch_is_no_first_push(repo: Repo, server: Server) -> None:
    server.repo.git("config", "registrar.refs", "refs/heads/*")
    assert push(repo, server, "main:trunk")[0]
    server.repo.git("symbolic-ref", "HEAD", "refs/heads/gone")
    taken, said = push(repo, server, "main:other")
    assert not taken
    assert "git symbolic-ref HEAD" in said


def test_a_push_is_taken_whole_or_not(repo: Repo, server: Server) -> None:
    assert push(repo, server)[0]
    bad(repo)
    taken, said = push(repo, server, "bad:main", "main:draft")
    assert not taken
    assert "nothing of this push was taken" in said
    assert server.tip("draft") == ""


def test_waivers_are_no_first_policy(server: Server, repo: Repo) -> None:
    repo.git("checkout", "--quiet", "--orphan", "start")
    repo.git("rm", "-rf", "--quiet", ".")
    repo.write("README", "x")
    repo.commit("no policy")
    assert push(repo, server, "start:main")[0]
    repo.write("waivers.yaml", "waivers: []\n")
    repo.commit("waivers")
    taken, said = push(repo, server, "start:main")
    assert not taken
    assert "changes gate files (waivers.yaml)" in said
    repo.write("registrar.toml", POLICY)
    repo.commit("the first policy")
    assert push(repo, server, "start:main")[0]


def test_a_refused_first_push_says_what_to_push_first(server: Server, repo: Repo) -> None:
    repo.add_entry("evil-1.0.0", BAD)
    repo.commit("bad")
    taken, said = push(repo, server)
    assert not taken
    assert "push registrar.toml alone first" in said


def test_what_a_judged_symbolic_ref_stands_for_is_judged(repo: Repo, server: Server) -> None:
    assert push(repo, server)[0]
    assert push(repo, server, "main:stable")[0]
    server.repo.git("symbolic-ref", "refs/heads/prod", "refs/heads/stable")
    server.repo.git("config", "registrar.refs", "refs/heads/prod")
    bad(repo)
    taken, said = push(repo, server, "bad:stable")
    assert not taken
    assert "evil-1.0.0" in said


def test_a_symbolic_ref_to_a_branch_that_is_not_there(repo: Repo, server: Server) -> None:
    server.repo.git("symbolic-ref", "refs/heads/prod", "refs/heads/main")
    bad(repo)
    assert not push(repo, server, "bad:prod")[0]
    assert server.tip() == ""


def test_the_default_branch_may_come_last(repo: Repo, server: Server) -> None:
    server.repo.git("config", "registrar.refs", "refs/heads/*")
    assert push(repo, server, "main:feature")[0]
    taken, said = push(repo, server)
    assert taken, said


def test_a_tag_that_is_called_as_a_branch_in_full_hinders_nobody(
    repo: Repo, server: Server
) -> None:
    assert push(repo, server)[0]
    assert push(repo, server, "main:refs/tags/refs/heads/main")[0]
    server.repo.git("config", "registrar.refs", "refs/heads/*")
    taken, said = push(repo, server, "main:other")
    assert taken, said


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
def test_names_are_utf_8_whatever_the_pushers_locale(
    repo: Repo, server: Server, locale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Latin-1 locale, which showed the fault, is not on every machine; PYTHONUTF8=0 is near."""
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.setenv("PYTHONUTF8", "0")
    monkeypatch.setenv("PYTHONCOERCECLOCALE", "0")
    server.repo.git("symbolic-ref", "HEAD", "refs/heads/größe")
    repo.write("registrar.toml", POLICY + '[registry]\nroot = "modèles"\n')
    repo.git("rm", "-rfq", "model_registry")
    repo.commit("root")
    assert push(repo, server, "main:größe")[0]
    for name, content in BAD.items():
        repo.write(f"modèles/evil-1.0.0/{name}", content)
    repo.commit("bad")
    taken, said = push(repo, server, "main:größe")
    assert not taken, said
