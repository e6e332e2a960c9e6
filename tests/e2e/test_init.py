"""A registry that init made, used as its people use it: without Registrar installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from adoption import adopt, monorepo, snapshot
from builders import Repo
from environments import bare_python, build_wheel, call, install_wheel, link_gate


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with PyYAML and jsonschema, and no registrar."""
    folder = tmp_path_factory.mktemp("bare")
    return bare_python(folder / "venv", link_gate(folder / "gate"))


def old_models(path: Path) -> Repo:
    repo = Repo(path)
    repo.write("model_registry/legacy-model/weights.bin", b"\0" * 100)
    repo.commit("models")
    return repo


LAYOUTS = {"empty": Repo, "monorepo": monorepo, "old models": old_models}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_vendored_program_judges(python: Path, tmp_path: Path, layout: str) -> None:
    repo = LAYOUTS[layout](tmp_path / "repo")
    adopt(repo, *(("--baseline",) if layout == "old models" else ()))
    repo.commit("gate")
    program = [python, "-I", "scripts/registrar.pyz", "check"]
    script = [python, "scripts/validate_model_metadata.py"]
    repo.add_entry()
    entry = "model_registry/wine-1.0.0"
    for command in ([*program], [*program, entry], [*script, entry], [*script, "--all"]):
        done = call(*command, cwd=repo.path)
        assert (done.returncode, done.stderr) == (0, ""), (command, done.stdout)
        assert "judged by the policy of the work tree" in done.stdout
    against = [*program, "--base", "main", "--format", "json"]
    assert '"source": "base"' in call(*against, cwd=repo.path).stdout
    repo.edit(f"{entry}/metadata.yaml", "license: Apache-2.0", "license: free")
    for command in (program, script, against):
        done = call(*command, cwd=repo.path)
        assert done.returncode == 1, (command, done.stderr)
        assert "license-valid" in done.stdout


def test_the_vendored_program_makes_the_same_registry(python: Path, tmp_path: Path) -> None:
    one, two = Repo(tmp_path / "one"), Repo(tmp_path / "two")
    adopt(one)
    program = one.path / "scripts/registrar.pyz"
    done = call(python, "-I", program, "init", cwd=two.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert snapshot(two.path) == snapshot(one.path)
    again = call(python, "-I", "scripts/registrar.pyz", "init", cwd=two.path)
    assert "nothing to write" in again.stdout


def test_an_installed_wheel_makes_the_same_registry(top: Path, tmp_path: Path) -> None:
    installed = install_wheel(build_wheel(top, tmp_path), tmp_path / "alone")
    one, two = Repo(tmp_path / "one"), Repo(tmp_path / "two")
    adopt(one)
    done = call(installed.with_name("registrar"), "init", cwd=two.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert snapshot(two.path) == snapshot(one.path)


@pytest.mark.slow
def test_pre_commit_judges_the_entries_of_a_commit(tmp_path: Path) -> None:
    """Installs the hook's libraries with the configuration of this machine, once."""
    repo = monorepo(tmp_path / "repo")
    adopt(repo)
    repo.commit("gate")
    hooks = Path(sys.executable).with_name("pre-commit")
    env = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home")}
    install = [str(hooks), "install", "--install-hooks"]
    subprocess.run(install, cwd=repo.path, env=env, check=True, stdin=subprocess.DEVNULL)
    offline = {"PRE_COMMIT_HOME": str(tmp_path / "home"), "PIP_NO_INDEX": "1"}
    repo.add_entry()
    repo.write("model_registry/README.md", "# Ours\n")
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message", "good", env=offline)
    repo.write("model_registry/README.md", "# Ours, once more\n")
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message", "no entry", env=offline)
    repo.edit("model_registry/wine-1.0.0/metadata.yaml", "license: Apache-2.0", "license: free")
    repo.git("add", "--all")
    said = repo.git("commit", "--message", "bad", check=False, env=offline)
    assert "license-valid" in said
    assert repo.git("log", "-1", "--format=%s") == "no entry"
