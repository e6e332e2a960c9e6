"""A harness for the steps of a workflow: not GitHub, and no runner.

It reads the rendered file as YAML, works out the ``env:`` of each step from an event, does for
``actions/checkout`` and ``actions/setup-python`` what they document (and holds their inputs), and
runs each ``run:`` step in bash, in a clean environment with the variables that GitHub gives.
In the quick lane ``python3 -m venv`` makes an environment in which the locked libraries are linked
and pip installs nothing, but refuses to be called without hashes (stand_in_venv.py).
What a hosted runner does besides (tokens, masking, the display of annotations) is not tried here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from builders import GIT_ENV
from expressions import evaluate, value

PINNED = re.compile(r"actions/[a-z-]+@[0-9a-f]{40}")
_TOKEN = "ghs_readonly"


@dataclass
class Run:
    """What became of a job."""

    code: int = 0
    out: str = ""
    summary: str = ""
    ran: list[str] = field(default_factory=list)
    result: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    environment: str = ""
    """Whose secrets it had."""

    @property
    def annotations(self) -> list[str]:
        return [
            line for line in self.out.splitlines() if re.match(r"::(error|warning|notice)", line)
        ]


@dataclass
class Harness:
    """One job in a fresh workspace; ``gate`` stands for what pip would install, None lets pip do it."""

    folder: Path
    origin: str
    gate: Path | None
    server: str = "https://github.example"
    env: Mapping[str, str] = field(default_factory=dict)

    def job(self, workflow: str, event_name: str, event: Mapping[str, Any], **github: str) -> Run:
        """Run the only job of a workflow."""
        document = yaml.safe_load(workflow)
        (job,) = document["jobs"].values()
        assert "if" not in job
        assert document["defaults"]["run"]["shell"] == "bash"
        context = {
            "github": {"event_name": event_name, "event": event, "token": _TOKEN, **github},
            "steps": {},
        }
        return self.steps(job["steps"], context)

    def jobs(
        self,
        workflow: str,
        event_name: str,
        event: Mapping[str, Any],
        secrets: Mapping[str, Mapping[str, str]],
        **github: str,
    ) -> dict[str, Run]:
        """Run the jobs of a workflow in their order; a job has the secrets of its environment.

        What a step sees of them stands in its own ``env:``, and only the last step of a job has any.
        """
        document = yaml.safe_load(workflow)
        assert document["defaults"]["run"]["shell"] == "bash"
        assert "env" not in document
        facts = {"event_name": event_name, "event": event, "token": _TOKEN, **github}
        runs: dict[str, Run] = {}
        for key, job in document["jobs"].items():
            assert not {"env", "continue-on-error", "strategy"} & set(job)
            needs = job.get("needs", [])
            needs = [needs] if isinstance(needs, str) else needs
            results = {n: {"result": runs[n].result, "outputs": runs[n].outputs} for n in needs}
            context: dict[str, Any] = {"github": facts, "needs": results, "steps": {}}
            condition = str(job.get("if", "'true'"))
            hindered = any(runs[name].result != "success" for name in needs)
            if (hindered and "always()" not in condition) or not value(condition, context):
                runs[key] = Run(result="skipped")
                continue
            environment = evaluate(job.get("environment", ""), context)
            assert "secrets." not in yaml.safe_dump(job["steps"][:-1])
            context["secrets"] = secrets.get(environment, {})
            inside = Harness(self.folder / key, self.origin, self.gate, self.server)
            runs[key] = inside.steps(job["steps"], context)
            runs[key].environment = environment
            given = job.get("outputs", {}).items()
            runs[key].outputs = {name: evaluate(text, context) for name, text in given}
            runs[key].result = "failure" if runs[key].code else "success"
        return runs

    def steps(self, steps: list[dict[str, Any]], context: dict[str, Any], **env: str) -> Run:
        """Run steps one after the other, until one fails."""
        self.env = env
        (self.folder / "temp").mkdir(parents=True)
        (self.folder / "home").mkdir()
        self.workspace.mkdir(exist_ok=True)
        run = Run()
        for step in steps:
            assert "continue-on-error" not in step
            if "uses" in step:
                self._uses(step, context)
            else:
                self._run(step, context, run)
            run.ran.append(step["name"])
            if run.code:
                break
        return run

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    def git(self, *arguments: str) -> str:
        header = f"http.{self.server}/.extraheader=AUTHORIZATION: basic {basic()}"
        done = subprocess.run(
            ["git", "-c", header, *arguments],
            cwd=self.workspace,
            env=os.environ | GIT_ENV,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def _uses(self, step: dict[str, Any], context: dict[str, Any]) -> None:
        assert PINNED.fullmatch(step["uses"]), step["uses"]
        given = {name: evaluate(value, context) for name, value in step["with"].items()}
        if step["uses"].startswith("actions/setup-python@"):
            assert set(given) == {"python-version"}, "no cache, nothing of the tree"
            return
        assert step["uses"].startswith("actions/checkout@")
        assert given.pop("persist-credentials") == "false"
        assert given.pop("fetch-depth") == "0"
        ref = given.pop("ref")
        assert not given
        branch = ref.removeprefix("refs/heads/")
        assert branch != ref
        self.git("init", "--quiet", "--initial-branch=none")
        self.git("remote", "add", "origin", self.origin)
        heads = ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
        self.git("fetch", "--quiet", "--no-tags", "origin", *heads)
        self.git("checkout", "--quiet", "--force", "-B", branch, f"refs/remotes/origin/{branch}")

    def _run(self, step: dict[str, Any], context: dict[str, Any], run: Run) -> None:
        assert "${{" not in step["run"], "nothing of the event stands in a script"
        script = step["run"]
        folder = evaluate(step.get("working-directory", "."), context)
        self._bash(script, self._environment(step, context), folder, run)
        outputs = (self.folder / "output").read_text(encoding="utf-8").splitlines()
        if "id" in step:
            context["steps"][step["id"]] = {"outputs": dict(o.split("=", 1) for o in outputs)}
        run.summary += (self.folder / "summary").read_text(encoding="utf-8")

    def _bash(self, script: str, env: dict[str, str], folder: str, run: Run) -> None:
        file = self.folder / "step.sh"
        file.write_text(script, encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)],
            cwd=self.workspace / folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        run.code = done.returncode
        run.out += done.stdout.decode("utf-8")
        assert _TOKEN not in run.out

    def _programs(self) -> Path:
        """The folder of ``python3``: the real one, or one whose environments need no index."""
        if self.gate is None:
            return Path(sys.executable).parent
        (self.folder / "bin").mkdir(exist_ok=True)
        stand_in = self.folder / "bin/python3"
        maker = Path(__file__).with_name("stand_in_venv.py")
        stand_in.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I "{maker}" "{self.gate}" "$@"\n')
        stand_in.chmod(0o755)
        return stand_in.parent

    def _environment(self, step: dict[str, Any], context: dict[str, Any]) -> dict[str, str]:
        for name in ("output", "summary", "env"):
            (self.folder / name).write_bytes(b"")
        pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        fixed = {
            "PATH": f"{self._programs()}:{os.environ['PATH']}",
            "HOME": str(self.folder / "home"),
            "LANG": "C.UTF-8",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_SERVER_URL": self.server,
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_ENV": str(self.folder / "env"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "RUNNER_TEMP": str(self.folder / "temp"),
        }
        own = {name: evaluate(value, context) for name, value in step.get("env", {}).items()}
        return pip | fixed | dict(self.env) | own


def basic() -> str:
    """The credentials as HTTP takes them."""
    return b64encode(f"x-access-token:{_TOKEN}".encode()).decode()
