"""registrar doctor and the server: what a stand-in of GitHub's API says, and places of all kinds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from api_server import (
    ACTIONS,
    CLASSIC,
    REPOSITORY,
    RULES,
    Api,
    Reply,
    checks,
    good_api,
    reviews,
    rule,
    serving,
)
from builders import Repo, run
from doctored import Said, copy_of, doctor, make_registry, offline
from environments import unmeasured

RULES_PATH = f"{REPOSITORY}/rules/branches/main"
CLASSIC_PATH = f"{REPOSITORY}/branches/main/protection"
RULESET = f"{REPOSITORY}/rulesets/7"
LINES = ("check-required", "bypass", "owners-review", "stale-approvals", "pull-request-required")
LINES += ("force-push", "deletion", "up-to-date")
DENIED = Reply({"message": "Resource not accessible by personal access token"}, 403)
MISSING = Reply({"message": "Not Found"}, 404)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = make_registry(tmp_path_factory.mktemp("made") / "registry")
    repo.git("remote", "add", "origin", "https://u:hunter2@github.com/acme/wine.git")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    return repo


def asked(made: Repo, api: Api, monkeypatch: pytest.MonkeyPatch) -> Said:
    with serving(api):
        monkeypatch.setenv("GITHUB_API_URL", api.base)
        monkeypatch.setenv("GH_TOKEN", "secret-token")
        return doctor(made.path)


def states(said: Said) -> dict[str, str]:
    return {check: said.state(check) for check in LINES}


def test_the_shipped_ruleset_in_force(made: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    api = good_api()
    said = asked(made, api, monkeypatch)
    assert (said.code, said.bad, said.unseen) == (0, [], [])
    assert set(states(said).values()) == {"holds"}
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


CASES: list[tuple[str, dict[str, Reply], dict[str, str], str]] = [
    (
        "nothing",
        {RULES_PATH: Reply([])},
        {
            "check-required": "does not",
            "bypass": "",
            "owners-review": "does not",
            "force-push": "does not",
            "deletion": "does not",
            "pull-request-required": "does not",
        },
        "gh api --method POST",
    ),
    (
        "other name",
        {RULES_PATH: Reply([checks("registry"), *RULES[1:]])},
        {"check-required": "does not", "owners-review": "holds"},
        "required are: registry",
    ),
    (
        "any source",
        {RULES_PATH: Reply([checks(app=None), *RULES[1:]])},
        {"check-required": "does not"},
        "from any source",
    ),
    (
        "other app",
        {RULES_PATH: Reply([checks(app=99), *RULES[1:]])},
        {"check-required": "does not"},
        "app 99",
    ),
    (
        "bypass",
        {
            RULESET: Reply(
                {
                    "name": "r",
                    "bypass_actors": [
                        {
                            "actor_id": 5,
                            "actor_type": "RepositoryRole",
                            "bypass_mode": "pull_request",
                        }
                    ],
                }
            )
        },
        {"check-required": "holds", "bypass": "does not"},
        "role admin (pull request)",
    ),
    (
        "bypass not shown",
        {RULESET: Reply({"name": "r"})},
        {"check-required": "holds", "bypass": "could not look"},
        "those who may edit",
    ),
    (
        "ruleset denied",
        {RULESET: DENIED},
        {"check-required": "holds", "bypass": "could not look"},
        "not accessible",
    ),
    (
        "no owners",
        {RULES_PATH: Reply([checks(), reviews(False, False), *RULES[2:]])},
        {
            "owners-review": "does not",
            "stale-approvals": "does not",
            "pull-request-required": "holds",
        },
        "code owners",
    ),
    (
        "force and deletion",
        {RULES_PATH: Reply(RULES[:2])},
        {"force-push": "does not", "deletion": "does not"},
        "with force",
    ),
    (
        "not up to date",
        {RULES_PATH: Reply([checks(strict=False), *RULES[1:]])},
        {"up-to-date": "does not"},
        "",
    ),
    (
        "a queue",
        {RULES_PATH: Reply([checks(strict=False), rule("merge_queue"), *RULES[1:]])},
        {"up-to-date": "holds"},
        "",
    ),
    (
        "classic only",
        {RULES_PATH: Reply([]), CLASSIC_PATH: Reply(CLASSIC)},
        dict.fromkeys(LINES, "holds"),
        "branch protection",
    ),
    ("both", {CLASSIC_PATH: Reply(CLASSIC)}, dict.fromkeys(LINES, "holds"), "model-registry"),
    (
        "classic, not on administrators",
        {
            RULES_PATH: Reply([]),
            CLASSIC_PATH: Reply(CLASSIC | {"enforce_admins": {"enabled": False}}),
        },
        {"bypass": "does not"},
        "administrators",
    ),
    (
        "classic, some need no review",
        {
            RULES_PATH: Reply([]),
            CLASSIC_PATH: Reply(
                CLASSIC
                | {
                    "required_pull_request_reviews": {
                        "require_code_owner_reviews": True,
                        "bypass_pull_request_allowances": {
                            "users": [{"login": "bob"}],
                            "teams": [{"slug": "ops"}],
                        },
                    }
                }
            ),
        },
        {"bypass": "does not", "stale-approvals": "does not"},
        "user bob",
    ),
    (
        "classic, old form",
        {
            RULES_PATH: Reply([]),
            CLASSIC_PATH: Reply({"required_status_checks": {"contexts": ["model-registry"]}}),
        },
        {"check-required": "does not"},
        "from any source",
    ),
    (
        "classic, app -1",
        {
            RULES_PATH: Reply([]),
            CLASSIC_PATH: Reply(
                {
                    "required_status_checks": {
                        "checks": [{"context": "model-registry", "app_id": -1}]
                    }
                }
            ),
        },
        {"check-required": "does not"},
        "from any source",
    ),
    (
        "a ruleset with bypass, and a classic one without",
        {
            CLASSIC_PATH: Reply(CLASSIC),
            RULESET: Reply({"name": "r", "bypass_actors": [{"actor_type": "DeployKey"}]}),
        },
        {"bypass": "holds"},
        "nobody",
    ),
    (
        "classic 404 for lack of rights, rulesets do it all",
        {CLASSIC_PATH: MISSING},
        dict.fromkeys(LINES, "holds"),
        "holds",
    ),
    (
        "classic 404 for lack of rights, and no ruleset",
        {RULES_PATH: Reply([]), CLASSIC_PATH: MISSING},
        {"check-required": "could not look", "force-push": "could not look", "bypass": ""},
        "Administration: read",
    ),
    (
        "classic 403, but the branch says that it is not protected",
        {
            RULES_PATH: Reply([]),
            CLASSIC_PATH: DENIED,
            f"{REPOSITORY}/branches/main": Reply({"protected": False}),
        },
        {"check-required": "does not"},
        "not required",
    ),
    (
        "classic 403, but the branch names the check",
        {
            RULES_PATH: Reply([]),
            CLASSIC_PATH: DENIED,
            f"{REPOSITORY}/branches/main": Reply(
                {
                    "protected": True,
                    "protection": {
                        "required_status_checks": {
                            "enforcement_level": "non_admins",
                            "checks": [{"context": "model-registry", "app_id": ACTIONS}],
                        }
                    },
                }
            ),
        },
        {"check-required": "holds", "bypass": "does not", "owners-review": "could not look"},
        "administrators",
    ),
    ("rulesets 500", {RULES_PATH: Reply({}, 500)}, {"check-required": "could not look"}, "500"),
    (
        "rulesets no JSON",
        {RULES_PATH: Reply(raw=b"<html>")},
        {"check-required": "could not look"},
        "no JSON",
    ),
    (
        "rulesets of nonsense",
        {
            RULES_PATH: Reply(
                [
                    3,
                    {"type": 4},
                    {"type": "required_status_checks", "parameters": [], "ruleset_id": "x"},
                ]
            )
        },
        {"check-required": "does not"},
        "not required",
    ),
    (
        "actions not known",
        {"/apps/github-actions": MISSING},
        {"check-required": "does not"},
        "not known",
    ),
]


@pytest.mark.parametrize(("what", "replies", "wanted", "words"), CASES, ids=[c[0] for c in CASES])
def test_what_the_server_says(
    made: Repo,
    what: str,
    replies: dict[str, Reply],
    wanted: dict[str, str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = good_api()
    api.replies |= replies
    said = asked(made, api, monkeypatch)
    assert {check: said.state(check) for check in wanted} == wanted
    assert words in str(said.report)
    expected = 1 if said.bad else 4 if said.unseen else 0
    assert said.code == expected


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
    assert set(states(said).values()) == {""}


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


def test_places_of_all_kinds(made: Repo, tmp_path: Path) -> None:
    repo = copy_of(made, tmp_path / "mit Ümläut und Platz")
    repo.git("checkout", "--quiet", "--detach")
    assert offline(repo.path).code == 0
    assert offline(repo.path / "model_registry").code == 0  # a folder in it
    assert doctor(tmp_path, "--offline", str(repo.path)).code == 0
    repo.git("worktree", "add", "--quiet", str(tmp_path / "other"), "main")
    repo.write(".git/hooks/pre-commit", "#!/bin/sh\npre-commit\n").chmod(0o755)
    said = offline(tmp_path / "other")
    assert (said.code, said.state("pre-commit-installed")) == (0, "holds")
    outer = Repo(tmp_path / "outer")
    outer.git(
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        str(made.path),
        "registry",
    )
    assert offline(outer.path / "registry").state("workflow-as-shipped") == "holds"


def test_shallow_partial_and_sparse_clones(made: Repo, tmp_path: Path) -> None:
    made.git("config", "uploadpack.allowFilter", "true")
    for name, option in (("shallow", "--depth=1"), ("partial", "--filter=blob:none")):
        clone = tmp_path / name
        Repo(tmp_path, git=False).git("clone", "--quiet", option, f"file://{made.path}", str(clone))
        assert name in offline(clone).told("whole-history")
    repo = copy_of(made, tmp_path / "sparse")
    repo.git("sparse-checkout", "set", "--no-cone", "/*", "!/docs")
    assert "sparse" in offline(repo.path).told("whole-tree")


def test_a_branch_of_another_name_and_a_root_of_another_folder(tmp_path: Path) -> None:
    repo = make_registry(tmp_path / "r", "hauptzweig")
    assert offline(repo.path).code == 0
    repo.git("branch", "--move", "trunk")
    assert {"workflow-as-shipped", "workflow-triggers"} <= set(offline(repo.path).bad)
    (tmp_path / "s").mkdir()
    sub = Repo(tmp_path / "s")
    sub.write("registrar.toml", 'schema_version = 1\n[registry]\nroot = "ml/models"\n')
    sub.commit("policy")
    shown = run("init", "--owner", "@a/b", cwd=sub.path).out.splitlines()
    at = next(i for i, line in enumerate(shown) if line.strip() == "[program]")
    table = "\n".join(line.strip() for line in shown[at : at + 3])
    sub.commit("gate")
    assert offline(sub.path).bad == ["program"]
    sub.edit("registrar.toml", "[registry]", f"{table}\n[registry]")
    sub.commit("program")
    said = offline(sub.path)
    assert (said.code, said.bad) == (0, [])
    assert said.report["root"] == "ml/models"


AS_NOBODY = """
import contextlib, functools, io, os, pkgutil, sys
import registrar.app.doctor as doctor
from registrar.cli.main import main
# nobody may not be able to read the program: what it reads of itself is kept from the first run
pkgutil.get_data = functools.cache(pkgutil.get_data)
doctor.program_bytes = functools.cache(doctor.program_bytes)
with contextlib.redirect_stdout(io.StringIO()):
    main(["doctor", "--offline"])
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.exit(main(["doctor", "--offline", "--format", "json"]))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_tree_that_may_not_be_written_and_a_policy_that_may_not_be_read(
    made: Repo, tmp_path: Path
) -> None:
    repo = copy_of(made, tmp_path / "r")
    repo.git("config", "core.fileMode", "false")
    for folder in (repo.path, *repo.path.parents):
        if folder.owner() == "root" and str(folder).count("/") > 1:
            folder.chmod(0o755)
    for path in repo.path.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    (repo.path / "registrar.toml").chmod(0)
    command = [sys.executable, "-c", AS_NOBODY]
    env = unmeasured() | {"GIT_CONFIG_GLOBAL": "/dev/null"}
    done = subprocess.run(
        command, cwd=repo.path, capture_output=True, text=True, env=env, check=False
    )
    report = json.loads(done.stdout)
    said = Said(done.returncode, report, done.stderr)
    assert said.code == 1, done.stderr
    assert "registrar.toml cannot be read: Permission denied" in said.told("policy")
    assert said.state("workflow-pins") == "holds"
