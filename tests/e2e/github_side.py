"""The repository on the forge's side, with the gate in it, and the events that it sends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from builders import POLICY, Repo
from step_harness import Harness, Run

from registrar.app.build_pyz import pyz_bytes
from registrar.app.shipped import github

TOP = Path(__file__).parent.parent.parent
ZEROS = "0" * 40
PYZ = pyz_bytes(TOP / "src/registrar")
LOCK = (TOP / "requirements/gate.txt").read_bytes()


class Forge:
    """A bare repository as the forge keeps it, and a clone where people work."""

    def __init__(self, folder: Path, gate: Path | None, branch: str = "main") -> None:
        self.folder = folder
        self.gate = gate
        self.branch = branch
        self.workflow = github.workflow(branch)
        self.bare = Repo(folder / "origin.git", git=False)
        self.bare.git("init", "--quiet", "--bare", "--initial-branch", branch)
        self.bare.git("config", "uploadpack.allowAnySHA1InWant", "true")  # as GitHub does
        self.repo = Repo(folder / "clone", git=False)
        self.repo.git("init", "--quiet", "--initial-branch", branch)
        self.repo.git("remote", "add", "origin", str(self.bare.path))
        self.origin = str(self.bare.path)
        self.server = "https://github.example"
        self.runs = 0

    def adopt(self) -> str:
        """What `init` writes, and a first entry."""
        self.repo.write("registrar.toml", POLICY)
        self.repo.write("scripts/registrar.pyz", PYZ)
        self.repo.write("scripts/registrar-requirements.txt", LOCK)
        self.repo.write(github.WORKFLOW_PATH, self.workflow)
        self.repo.commit("adopt")
        self.repo.add_entry()
        return self.push(self.repo.commit("first entry"))

    def push(self, commit: str, ref: str | None = None, force: bool = False) -> str:
        """Put a commit under a ref of the forge."""
        target = f"{'+' if force else ''}{commit}:{ref or f'refs/heads/{self.branch}'}"
        self.repo.git("push", "--quiet", "origin", target)
        return commit

    def work(self, start: str | None = None) -> Repo:
        """A topic branch of the clone, from the protected branch."""
        self.repo.git("checkout", "--quiet", "--force", "--detach", start or self.branch)
        return self.repo

    def pull_request(
        self,
        head: str,
        title: str = "A model",
        ref: str = "topic",
        event_name: str = "pull_request_target",
    ) -> Run:
        """The judgement of a pull request whose head is this commit."""
        self.push(head, "refs/pull/7/head", force=True)
        pull = {
            "number": 7,
            "title": title,
            "head": {"sha": head, "ref": ref},
            "base": {"sha": self.bare.git("rev-parse", self.branch), "ref": self.branch},
        }
        return self.run(event_name, {"action": "opened", "pull_request": pull})

    def pushed(self, before: str, after: str) -> Run:
        """The judgement of a push to the protected branch."""
        return self.run("push", {"before": before, "after": after}, sha=after)

    def run(self, event_name: str, event: dict[str, Any], **github_values: str) -> Run:
        """The judgement of an event, in a workspace of its own."""
        self.runs += 1
        harness = Harness(self.folder / f"run{self.runs}", self.origin, self.gate, self.server)
        values = {"ref": f"refs/heads/{self.branch}", "sha": ZEROS} | github_values
        run = harness.job(self.workflow, event_name, event, **values)
        self.last = harness
        return run


def break_entry(repo: Repo, folder: str = "wine-1.1.0") -> None:
    """An entry whose card says nothing."""
    repo.add_entry(folder)
    repo.write(f"model_registry/{folder}/MODEL_CARD.md", "# Nothing\n")
