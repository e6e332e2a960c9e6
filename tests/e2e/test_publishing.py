"""The example, really trained and logged; the line that it prints; what our plugin adds to a run."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from builders import GIT_ENV, POLICY, Repo
from tracked import dvc

EXAMPLES = Path(__file__).parents[2] / "examples"
SENTENCE = "It tells three cultivars of wine apart by thirteen chemical measurements of each."


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "r")
    shutil.copytree(EXAMPLES, repo.path / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    repo.write("registrar.toml", POLICY)
    repo.write(".gitignore", "mlflow.db*\nmlruns/\n__pycache__/\n")
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message", "training code")
    return repo


def call(repo: Repo, *command: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW_", "DVC_"))}
    env |= GIT_ENV | {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONWARNINGS": "ignore",
    }
    return subprocess.run(
        command, cwd=repo.path, env=env, capture_output=True, text=True, check=False
    )


def trained(repo: Repo) -> tuple[dict[str, str], str]:
    """What the example prints: the ids, and the line to type."""
    done = call(repo, sys.executable, "examples/log_model_mlflow.py")
    assert done.returncode == 0, done.stderr
    *_, ids, line = done.stdout.splitlines()
    return json.loads(ids), line


def test_the_example_and_the_line_that_it_prints(repo: Repo) -> None:
    ids, line = trained(repo)
    added = call(repo, *shlex.split(line), "--owner", "ada@example.org")
    assert added.returncode == 1, added.stderr
    assert added.stdout.startswith("added model_registry/wine-cultivar-1.2.0\n")
    assert added.stdout.count("error[") == added.stdout.count("error[card-sections]") == 3
    assert "Downloading" not in added.stderr
    entry = repo.path / "model_registry/wine-cultivar-1.2.0"
    metadata = yaml.safe_load((entry / "metadata.yaml").read_text())
    assert metadata["mlflow"]["run_id"] == ids["run"]
    assert metadata["source"]["dirty"] is False, "our plugin recorded it when it was trained"
    card = entry / "MODEL_CARD.md"
    card.write_text(card.read_text().replace("[to be written]", SENTENCE))
    checked = call(repo, "registrar", "check")
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout


def tags_of(repo: Repo, run_id: str) -> dict[str, str]:
    code = "import sys, mlflow; c = mlflow.MlflowClient('sqlite:///mlflow.db'); import json;"
    code += "print(json.dumps(dict(c.get_run(sys.argv[1]).data.tags)))"
    said = call(repo, sys.executable, "-c", code, run_id)
    return dict(json.loads(said.stdout.splitlines()[-1]))


@pytest.mark.slow
def test_what_the_plugin_records(repo: Repo) -> None:
    dvc(repo.path, "init", "--quiet")
    dvc(repo.path, "remote", "add", "--quiet", "--default", "storage", "../remote")
    repo.write("data/rows.csv", "a,b\n1,2\n")
    dvc(repo.path, "add", "--quiet", "data/rows.csv")
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message", "data")
    repo.write("registrar.toml", POLICY + "# modified\n")
    before, _ = trained(repo)
    assert tags_of(repo, before["run"])["registrar.dirty"] == "false", "a policy trains nothing"
    script = "examples/log_model_mlflow.py"
    repo.write(script, (repo.path / script).read_text() + "# modified\n")
    ids, _ = trained(repo)
    tags = tags_of(repo, ids["run"])
    assert tags["registrar.dirty"] == "true"
    assert tags["registrar.dvc_remote"] == "storage"
    assert list(json.loads(tags["registrar.dvc_inputs"])) == ["data/rows.csv"]
