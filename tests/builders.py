"""Registries for tests: a good entry in a real git repository, and ways to break it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from registrar.cli.main import main
from registrar.integrations.cache.place import AUTOMATIC, HOOKS

ONNX = (Path(__file__).parent.parent / "model_registry/wine-cultivar-1.0.0/model.onnx").read_bytes()
"""A real model, small enough for every test."""

SHA = hashlib.sha256(ONNX).hexdigest()
ENTRY = "model_registry/wine-1.0.0"
GIT_ENV = {
    "GIT_AUTHOR_NAME": "Test",
    "GIT_AUTHOR_EMAIL": "test@example.org",
    "GIT_AUTHOR_DATE": "2026-11-01T12:00:00+00:00",
    "GIT_COMMITTER_NAME": "Test",
    "GIT_COMMITTER_EMAIL": "test@example.org",
    "GIT_COMMITTER_DATE": "2026-11-01T12:00:00+00:00",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
}

POLICY = """\
schema_version = 1
[license]
allow = ["MIT", "Apache-2.0", "BSD-3-Clause", "CC-BY-4.0"]
[artifact]
formats = ["onnx"]
max_in_git = "10 MiB"
"""

METADATA = """\
# yaml-language-server: $schema=../MODEL_METADATA_SCHEMA.json
schema_version: 1
name: wine
version: "1.0.0"
source: {{repository: https://github.com/acme/wine, commit: {commit}}}
dataset_manifest: dataset-manifest.yaml
training_hash: sha256:{sha}
license: Apache-2.0
artifact: model.onnx
files:
- {{path: model.onnx, sha256: {sha}, size: {size}}}
evaluation:
  metrics: metrics.json
  primary: test.accuracy
  gates: {{test.accuracy: {{direction: max, min: 0.9}}}}
"""

MANIFEST = f"""\
schema_version: 1
name: wine
version: "1"
license: CC-BY-4.0
files:
- {{path: wine.csv, sha256: {"a" * 64}, bytes: 178}}
splits:
  train: {{of: wine.csv, rows: 142, rows_sha256: {"b" * 64}}}
  test: {{of: wine.csv, rows: 36, rows_sha256: {"c" * 64}}}
"""

LICENCE = "The one that `metadata.yaml` names."
"""What the good card says of its licence: right whatever a test makes of the metadata."""

CARD = f"""\
# Wine cultivar

## Model description
A logistic regression that tells three cultivars of wine apart by thirteen measurements.

## Intended use
Teaching, and the tests of this program. It is not meant for labelling real wine.

## Limitations
It knows three cultivars of one region; every other wine is told as one of them.

## Dataset sources
The wine recognition data of the UCI repository, 178 rows, as scikit-learn carries it.

## Evaluation metrics
Accuracy on 36 rows that were held out, stratified by cultivar and never trained on: 0.95.

## License
{LICENCE}

## Contact
wine@example.org
"""

COMMIT = "3f786850e387550fdab836ed7e6dc881de23001b"


def good_entry(**changes: str) -> dict[str, bytes]:
    """The files of a good entry by path relative to it; ``changes`` replace whole texts."""
    files = {
        "metadata.yaml": METADATA.format(commit=COMMIT, sha=SHA, size=len(ONNX)).encode(),
        "dataset-manifest.yaml": MANIFEST.encode(),
        "metrics.json": b'{"test": {"accuracy": 0.95}}\n',
        "MODEL_CARD.md": CARD.encode(),
        "model.onnx": ONNX,
    }
    return files | {name: text.encode() for name, text in changes.items()}


REPORT_SCHEMA: dict[str, Any] = json.loads(
    (files("registrar.formats") / "schemas/report-1.json").read_text(encoding="utf-8")
)


def closed(schema: Any) -> Any:
    """A schema that refuses every key that it does not name."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    return {**made, "additionalProperties": False} if made.get("type") == "object" else made


_VALIDATOR = jsonschema_rs.validator_for(closed(REPORT_SCHEMA))


def valid_report(report: dict[str, Any]) -> None:
    """Assert that a report is what the published schema says, and holds nothing else."""
    wrong = [f"{error.instance_path}: {error.message}" for error in _VALIDATOR.iter_errors(report)]
    assert not wrong, wrong


@dataclass(frozen=True)
class Result:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """The JSON of any command; that of check, each that a test looks at, is as its schema says."""
        parsed: dict[str, Any] = json.loads(self.out)
        if "report_version" in parsed:
            valid_report(parsed)
        return parsed

    @property
    def findings(self) -> list[dict[str, Any]]:
        """The findings of the JSON report."""
        found: list[dict[str, Any]] = self.report["findings"]
        return found

    @property
    def rules(self) -> list[str]:
        """The rules of the errors, sorted, each once."""
        return sorted({f["rule"] for f in self.findings if f["severity"] == "error"})


def run(*argv: str, cwd: Path | None = None) -> Result:
    """Run the command in this process."""
    out, err = io.StringIO(), io.StringIO()
    before = Path.cwd()
    try:
        if cwd is not None:
            os.chdir(cwd)
        with redirect_stdout(out), redirect_stderr(err):
            code = main(argv)
    finally:
        os.chdir(before)
    return Result(code, out.getvalue(), err.getvalue())


class Repo:
    """A repository in a folder, with git where it is asked for."""

    def __init__(self, path: Path, git: bool = True) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        if git:
            self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, check: bool = True, env: Mapping[str, str] | None = None) -> str:
        """Run git with an identity and without any configuration of this machine."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env=kept | GIT_ENV | dict(env or {}),
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"git {arguments}: {done.stderr}")
        return done.stdout.strip() if check else done.stdout + done.stderr

    def write(self, path: str, content: bytes | str) -> Path:
        """Write a file, its folders too."""
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def add_entry(
        self, folder: str = "wine-1.0.0", files: Mapping[str, bytes] | None = None
    ) -> None:
        """Write a good entry, or the given files, into a folder of the registry."""
        name, _, version = folder.partition("-")
        for file, content in (files or good_entry()).items():
            if files is None and file == "metadata.yaml":
                content = content.replace(b"name: wine", f"name: {name}".encode())
                content = content.replace(b'version: "1.0.0"', f'version: "{version}"'.encode())
            self.write(f"model_registry/{folder}/{file}", content)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text that must be there."""
        target = self.path / path
        text = target.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {path}"
        target.write_text(text.replace(old, new), encoding="utf-8", newline="")

    def commit(self, message: str = "change") -> str:
        """Commit everything; the full hash."""
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def check(self, *argv: str) -> Result:
        """Run ``registrar check --format json`` here."""
        return run("check", "--format", "json", *argv, cwd=self.path)

    def check_text(self, *argv: str) -> Result:
        """Run ``registrar check`` here, as a person does."""
        return run("check", *argv, cwd=self.path)


def forget_automation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take CI and hooks from the environment: the cache is used as on a person's machine."""
    for name in (*AUTOMATIC, *HOOKS):
        monkeypatch.delenv(name, raising=False)


def good_repo(path: Path) -> Repo:
    """A repository with a policy and one good entry, committed on main."""
    repo = Repo(path)
    repo.write("registrar.toml", POLICY)
    repo.write("train.py", "print('training')\n")
    repo.commit("policy and code")
    repo.add_entry()
    repo.commit("entry")
    return repo
