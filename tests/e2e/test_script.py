"""The bare script and the pyz against the command: the same findings, verdict and exit code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from builders import Repo, good_repo
from environments import bare_python, build_wheel, call, link_gate
from packaging.requirements import Requirement
from packaging.version import Version

from registrar.app.build_pyz import build_pyz

TOP = Path(__file__).parents[2]
INSTALL = ("jsonschema", "pyyaml")
ARGUMENTS = (
    ["model_registry/wine-1.0.0"],
    ["model_registry/wine-1.0.0", "model_registry/wine-1.1.0"],
    ["model_registry/wine-1.1.0/metadata.yaml"],
    [],
    ["model_registry"],
    ["docs"],
    ["model_registry/no-such-1.0.0"],
    ["--base", "no-such-revision"],
)


def oldest_declared() -> tuple[str, ...]:
    """The lowest version of each dependency that pyproject.toml allows this Python."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lowest: dict[str, str] = {}
    for wanted in map(Requirement, project["dependencies"]):
        if wanted.marker is None or wanted.marker.evaluate():
            (bound,) = wanted.specifier
            assert bound.operator == ">="
            lowest[wanted.name] = max(lowest.get(wanted.name, "0"), bound.version, key=Version)
    return tuple(f"{name}=={version}" for name, version in lowest.items())


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return link_gate(tmp_path_factory.mktemp("gate") / "gate")


@pytest.fixture(scope="module")
def python(gate: Path) -> Path:
    """An interpreter with PyYAML and jsonschema, and no registrar."""
    return bare_python(gate.parent / "venv", gate)


@pytest.fixture(scope="module", params=["source", "vendored"])
def registry(
    request: pytest.FixtureRequest, top: Path, tmp_path_factory: pytest.TempPathFactory
) -> Repo:
    """One good entry and one bad, with the program in src/ or as a pyz beside the script."""
    repo = good_repo(tmp_path_factory.mktemp("registry") / "repo")
    repo.add_entry("wine-1.1.0")
    repo.edit("model_registry/wine-1.1.0/metadata.yaml", "Apache-2.0", "WTFPL")
    repo.write("docs/README.md", "no entry")
    repo.write("scripts/keep", "")
    shutil.copy(top / "scripts/validate_model_metadata.py", repo.path / "scripts")
    if request.param == "source":
        shutil.copytree(top / "src/registrar", repo.path / "src/registrar")
    else:
        build_pyz(top / "src/registrar", repo.path / "scripts/registrar.pyz")
    return repo


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=lambda words: " ".join(words) or "none")
def test_the_script_says_what_the_command_says(
    registry: Repo, python: Path, arguments: list[str]
) -> None:
    script = registry.path / "scripts/validate_model_metadata.py"
    ours = call(python, script, "--format", "json", *arguments, cwd=registry.path)
    theirs = registry.check(*arguments)
    assert (ours.returncode, ours.stderr) == (theirs.code, theirs.err)
    if theirs.out:
        assert json.loads(ours.stdout) == theirs.report
    text = call(python, script, *arguments, cwd=registry.path)
    assert (text.returncode, text.stdout) == (theirs.code, registry.check_text(*arguments).out)


def test_all_is_another_word_for_no_paths(registry: Repo, python: Path) -> None:
    script = registry.path / "scripts/validate_model_metadata.py"
    every = call(python, script, "--all", cwd=registry.path)
    assert every.returncode == 1
    assert every.stdout == call(python, script, cwd=registry.path).stdout
    assert "license-policy" in every.stdout


def test_a_vendored_program_wins_over_an_installed_one(
    top: Path, gate: Path, tmp_path: Path
) -> None:
    """What judges is the copy of the registry, not whatever registrar this machine has."""
    python = bare_python(tmp_path / "venv", gate)
    (site,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    (site / "registrar").mkdir()
    (site / "registrar/__init__.py").write_text("raise SystemExit('another')", encoding="utf-8")
    repo = good_repo(tmp_path / "repo")
    repo.write("scripts/keep", "")
    shutil.copy(top / "scripts/validate_model_metadata.py", repo.path / "scripts")
    build_pyz(top / "src/registrar", repo.path / "scripts/registrar.pyz")
    script = repo.path / "scripts/validate_model_metadata.py"
    done = call(python, script, cwd=repo.path)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_script_alone_says_what_it_lacks(top: Path, tmp_path: Path, gate: Path) -> None:
    shutil.copy(top / "scripts/validate_model_metadata.py", tmp_path)
    python = bare_python(tmp_path / "venv", gate)
    done = call(python, tmp_path / "validate_model_metadata.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "put registrar.pyz beside this script (make pyz)\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "packages",
    [INSTALL, oldest_declared()],
    ids=["newest", "oldest declared"],
)
def test_in_a_fresh_environment_as_the_policy_says(
    top: Path, tmp_path: Path, packages: tuple[str, ...]
) -> None:
    """``python3 -m pip install jsonschema pyyaml``, then the script; and the lowest versions."""
    python = fresh_python(tmp_path)
    pip_install(python, *packages)
    repo = good_repo(tmp_path / "repo")
    repo.add_entry("wine-1.1.0")
    repo.edit("model_registry/wine-1.1.0/metadata.yaml", "Apache-2.0", "WTFPL")
    shutil.copytree(top / "src/registrar", repo.path / "src/registrar")
    repo.write("scripts/keep", "")
    shutil.copy(top / "scripts/validate_model_metadata.py", repo.path / "scripts")
    script = repo.path / "scripts/validate_model_metadata.py"
    done = call(python, script, "--format", "json", cwd=repo.path)
    assert done.stderr == ""
    assert json.loads(done.stdout) == repo.check().report


@pytest.mark.slow
def test_the_wheel_without_the_lock_alone(top: Path, tmp_path: Path) -> None:
    """Newest releases of everything, as a plain ``pip install`` of the wheel gets them."""
    python = fresh_python(tmp_path)
    pip_install(python, str(build_wheel(top, tmp_path)))
    said = call(python.with_name("registrar"), "check", cwd=top)
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.slow
def test_the_locked_gate_installs_with_its_hashes(top: Path, tmp_path: Path) -> None:
    python = fresh_python(tmp_path)
    pip_install(python, "--require-hashes", "-r", str(top / "requirements/gate.txt"))
    done = call(python, top / "scripts/validate_model_metadata.py", cwd=top)
    assert (done.returncode, done.stderr) == (0, "")


def fresh_python(folder: Path) -> Path:
    """A virtual environment with pip and nothing else."""
    venv = [sys.executable, "-I", "-m", "venv", str(folder / "venv")]
    subprocess.run(venv, check=True, stdin=subprocess.DEVNULL)
    return folder / "venv/bin/python"


def pip_install(python: Path, *arguments: str) -> None:
    """Install with the configuration of this machine; needs its network or its mirror."""
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, *arguments], check=True, stdin=subprocess.DEVNULL)
