"""Registries as ``registrar init`` leaves them, and what the doctor says of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from api_server import Api, serving
from builders import Repo, run

WORKFLOW = ".github/workflows/model-registry.yml"
OWNERS = ".github/CODEOWNERS"
PYZ = "scripts/registrar.pyz"
RUN = "/opt/registrar/bin/python -I -m registrar hook pre-receive"
HOOK = "#!/bin/sh\n# stands for what pre-commit writes\nexec pre-commit hook-impl\n"
PROTECTION = ("check-required", "bypass", "owners-review", "stale-approvals")
PROTECTION += ("pull-request-required", "force-push", "deletion", "up-to-date")
"""What is asked about the branch, in the order of the report."""


@dataclass(frozen=True)
class Said:
    """The answer of ``registrar doctor --format json``."""

    code: int
    report: dict[str, Any]
    err: str

    def lines(self, check: str) -> list[dict[str, Any]]:
        """All lines of one check."""
        return [line for line in self.report["lines"] if line["check"] == check]

    def state(self, check: str) -> str:
        """The state of the one line of a check; ``""`` where there is none."""
        states = {line["state"] for line in self.lines(check)}
        assert len(states) < 2, states
        return next(iter(states), "")

    def told(self, check: str) -> str:
        """Everything that a check says."""
        found = self.lines(check)
        return " ".join(" ".join([x["text"], *x["details"], x["fix"]]) for x in found)

    @property
    def bad(self) -> list[str]:
        """The checks that do not hold, and count."""
        return [
            x["check"] for x in self.report["lines"] if x["state"] == "does not" and x["counts"]
        ]

    @property
    def unseen(self) -> list[str]:
        """The checks that could not look, and count."""
        found = self.report["lines"]
        return [x["check"] for x in found if x["state"] == "could not look" and x["counts"]]


def doctor(path: Path, *argv: str) -> Said:
    """Run the command in a folder."""
    done = run("doctor", "--format", "json", *argv, cwd=path)
    return Said(done.code, json.loads(done.out) if done.out else {}, done.err)


def offline(path: Path) -> Said:
    """Run the command without the server."""
    return doctor(path, "--offline")


def asked(repo: Repo, api: Api, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Run the command with a stand-in of GitHub's API."""
    with serving(api):
        monkeypatch.setenv("GITHUB_API_URL", api.base)
        monkeypatch.setenv("GH_TOKEN", "secret-token")
        return doctor(repo.path)


def make_registry(path: Path, branch: str = "main", options: Sequence[str] = ()) -> Repo:
    """A repository with everything that ``init`` writes, committed."""
    repo = Repo(path, git=False)
    repo.git("init", "--quiet", f"--initial-branch={branch}")
    repo.commit("nothing yet")
    done = run("init", "--owner", "@acme/models", *options, cwd=path)
    assert done.code == 0, done.err
    repo.commit("gate")
    return repo


def on_github(repo: Repo, url: str = "https://github.com/acme/wine.git") -> Repo:
    """The same as it is cloned from there."""
    repo.git("remote", "add", "origin", url)
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    return repo


@pytest.fixture(scope="module")
def cloned(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A registry with a password in its remote's address; a module takes it by assignment."""
    made = make_registry(tmp_path_factory.mktemp("made") / "registry")
    return on_github(made, "https://u:hunter2@github.com/acme/wine.git")


def copy_of(repo: Repo, path: Path) -> Repo:
    """Another registry of the same files and history."""
    shutil.copytree(repo.path, path, symlinks=True)
    return Repo(path, git=False)


def with_server(repo: Repo, path: Path, head: str = "main") -> Repo:
    """A bare repository as the registry's remote, with the hook of the page."""
    server = Repo(path, git=False)
    server.git("init", "--quiet", "--bare", f"--initial-branch={head}")
    repo.git("remote", "add", "origin", str(server.path))
    repo.git("push", "--quiet", "origin", "main")
    server.write("hooks/pre-receive", f"#!/bin/sh\nexec {RUN}\n").chmod(0o755)
    return server
