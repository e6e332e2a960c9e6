"""Modules planted in the judged tree: each runs under a naive launcher, and none under ours.

The tree has the program in ``src/``, as this repository has, so that a plant in ``src/`` lies
beside it. Every plant writes a marker when it is imported and then stops the process.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from builders import good_repo
from environments import bare_python, call, link_gate

from registrar.app.build_pyz import build_pyz

MARK = "planted code ran"
PAYLOAD = (
    "import os, sys\n"
    "os.write(os.open(os.environ['MARKER'], os.O_WRONLY | os.O_CREAT, 0o600), b'ran')\n"
    f"sys.exit({MARK!r})\n"
)
STANDARD = ("json.py", "argparse.py", "__future__.py")


@dataclass(frozen=True)
class Plant:
    """Something to import, and the line with which a naive program would import it."""

    name: str
    files: tuple[str, ...]
    victim: str


PLANTS = (
    Plant("yaml.py", ("yaml.py",), "import yaml"),
    Plant("json.py", ("json.py",), "import json"),
    Plant("argparse.py", ("argparse.py",), "import argparse"),
    Plant("__future__.py", ("__future__.py",), "from __future__ import annotations"),
    Plant("jsonschema", ("jsonschema/__init__.py",), "import jsonschema"),
    Plant(
        "dist-info",
        ("evil.py", "evil-1.0.dist-info/METADATA", "evil-1.0.dist-info/entry_points.txt"),
        "from importlib.metadata import entry_points\n"
        "[rule.load() for rule in entry_points(group='registrar.rules')]",
    ),
)
DIST_INFO = {
    "METADATA": "Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n",
    "entry_points.txt": "[registrar.rules]\nevil = evil:rule\n",
}
PLACES = ("top", "scripts", "src")


@dataclass(frozen=True)
class Stage:
    """A registry with the program in it, an interpreter of its own, and a pyz outside."""

    tree: Path
    python: Path
    pyz: Path
    marker: Path

    def plant(self, plant: Plant, folder: Path) -> None:
        for file in plant.files:
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(DIST_INFO.get(target.name, PAYLOAD), encoding="utf-8")

    def run(self, *command: object, **env: str) -> subprocess.CompletedProcess[str]:
        return call(*command, cwd=self.tree, MARKER=str(self.marker), **env)


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory, top: Path) -> Path:
    made = tmp_path_factory.mktemp("pyz") / "registrar.pyz"
    build_pyz(top / "src/registrar", made)
    return made


@pytest.fixture
def stage(tmp_path: Path, top: Path, pyz: Path) -> Stage:
    repo = good_repo(tmp_path / "tree")
    shutil.copytree(top / "src/registrar", repo.path / "src/registrar")
    (repo.path / "scripts").mkdir()
    shutil.copy(top / "scripts/validate_model_metadata.py", repo.path / "scripts")
    python = bare_python(repo.path / ".venv", link_gate(tmp_path / "gate"))
    return Stage(repo.path, python, pyz, tmp_path / "marker")


def install_editable(stage: Stage) -> Path:
    """What ``pip install --editable .`` leaves in the environment: a path file and a script."""
    (site,) = (stage.tree / ".venv").glob("lib/python*/site-packages")
    (site / "__editable__.pth").write_text(f"{stage.tree / 'src'}\n", encoding="utf-8")
    script = stage.python.parent / "registrar"
    script.write_text(
        f"#!{stage.python}\nimport sys\nfrom registrar.cli.guard import run\nsys.exit(run())\n",
        encoding="utf-8",
    )
    script.chmod(0o755)
    return script


def place(stage: Stage, where: str) -> Path:
    return stage.tree if where == "top" else stage.tree / where


def python_path(stage: Stage, where: str) -> dict[str, str]:
    """The environment in which the folder is on the path; that of a script always is."""
    return {} if where == "scripts" else {"PYTHONPATH": f":{place(stage, where)}"}


def assert_judged(stage: Stage, done: subprocess.CompletedProcess[str]) -> None:
    assert not stage.marker.exists(), done.stderr
    assert (done.returncode, done.stderr) == (0, "")
    assert "PASS: 1 entry checked" in done.stdout


EVERY = pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
EVERYWHERE = pytest.mark.parametrize("where", PLACES)
MOSTLY_TOP = pytest.mark.parametrize(
    "where", ["top", *(pytest.param(place, marks=pytest.mark.slow) for place in PLACES[1:])]
)
"""Where the first test shows in every run that a plant in each place is one."""


@EVERY
@EVERYWHERE
def test_a_plant_runs_under_a_naive_launcher_and_not_under_the_script(
    stage: Stage, plant: Plant, where: str
) -> None:
    stage.plant(plant, place(stage, where))
    naive = stage.tree / "scripts/naive.py"
    naive.write_text(f"{plant.victim}\n", encoding="utf-8")
    env = python_path(stage, where)

    fooled = stage.run(stage.python, naive, **env)
    assert stage.marker.exists()
    assert MARK in fooled.stderr
    stage.marker.unlink()

    script = stage.tree / "scripts/validate_model_metadata.py"
    assert_judged(stage, stage.run(stage.python, script, "model_registry/wine-1.0.0", **env))


@EVERY
@MOSTLY_TOP
def test_a_plant_does_not_run_under_the_script_with_a_vendored_program(
    stage: Stage, plant: Plant, where: str
) -> None:
    shutil.copy(stage.pyz, stage.tree / "scripts/registrar.pyz")
    shutil.rmtree(stage.tree / "src")
    stage.plant(plant, place(stage, where))
    script = stage.tree / "scripts/validate_model_metadata.py"
    assert_judged(stage, stage.run(stage.python, script, "--all", **python_path(stage, where)))


@EVERY
@MOSTLY_TOP
def test_a_plant_does_not_run_under_the_console_script(
    stage: Stage, plant: Plant, where: str
) -> None:
    stage.plant(plant, place(stage, where))
    script = install_editable(stage)
    path = {"PYTHONPATH": f":{place(stage, where)}"}

    fooled = stage.run(stage.python, "-c", plant.victim, **path)
    assert stage.marker.exists()
    assert MARK in fooled.stderr
    stage.marker.unlink()

    assert_judged(stage, stage.run(script, "check", **path))


@EVERY
@MOSTLY_TOP
def test_a_plant_does_not_run_under_the_pyz(stage: Stage, plant: Plant, where: str) -> None:
    stage.plant(plant, place(stage, where))
    path = {"PYTHONPATH": f":{place(stage, where)}"}
    assert_judged(stage, stage.run(stage.python, stage.pyz, "check", **path))
    inside = shutil.copy(stage.pyz, stage.tree / "registrar.pyz")
    assert_judged(stage, stage.run(stage.python, inside, "check", **path))


@EVERY
def test_a_plant_does_not_run_where_the_module_is_run_without_isolation(
    stage: Stage, plant: Plant
) -> None:
    """``python -m`` puts the current folder in front; the gates say ``-I``, people forget it."""
    install_editable(stage)
    stage.plant(plant, stage.tree)
    (stage.tree / "naive.py").write_text(f"{plant.victim}\n", encoding="utf-8")
    stage.run(stage.python, "-m", "naive")
    assert stage.marker.exists()
    stage.marker.unlink()
    assert_judged(stage, stage.run(stage.python, "-m", "registrar", "check"))


@EVERY
def test_a_plant_beside_an_editable_install_does_not_run(stage: Stage, plant: Plant) -> None:
    """The path file puts ``src`` behind the standard library and before later path files."""
    script = install_editable(stage)
    stage.plant(plant, stage.tree / "src")

    fooled = stage.run(stage.python, "-I", "-c", plant.victim)
    assert stage.marker.exists() == (plant.name not in STANDARD), fooled.stderr
    stage.marker.unlink(missing_ok=True)

    assert_judged(stage, stage.run(script, "check"))
    assert_judged(stage, stage.run(stage.python, "-I", "-m", "registrar", "check"))


def test_a_package_planted_as_the_program_does_not_run(stage: Stage) -> None:
    """A ``registrar/`` at the top would shadow an installed program under ``python -m``."""
    script = install_editable(stage)
    stage.plant(Plant("registrar", ("registrar/__init__.py",), ""), stage.tree)
    stage.run(stage.python, "-m", "registrar", "check")
    assert stage.marker.exists()
    stage.marker.unlink()

    assert_judged(stage, stage.run(script, "check"))
    assert_judged(stage, stage.run(stage.python, "-I", "-m", "registrar", "check"))
    assert_judged(stage, stage.run(stage.python, stage.tree / "scripts/validate_model_metadata.py"))


def test_the_folder_of_an_entry_is_no_place_to_import_from(stage: Stage) -> None:
    """The tree is what ``.git`` encloses, wherever in it the command is typed."""
    stage.plant(PLANTS[0], stage.tree / "model_registry")
    script = install_editable(stage)
    entry = stage.tree / "model_registry/wine-1.0.0"
    path = f"{stage.tree / 'model_registry'}:{entry}"
    deep = replace(stage, tree=entry)
    assert_judged(stage, deep.run(script, "check", ".", PYTHONPATH=path))


def test_children_get_the_clean_path(stage: Stage) -> None:
    """A worker process that starts afresh reads PYTHONPATH, and puts its folder in front."""
    stage.plant(PLANTS[0], stage.tree)
    probe = "from registrar.cli.guard import harden; harden(); import subprocess, sys; " + (
        "sys.exit(subprocess.call([sys.executable, '-c', 'import yaml']))"
    )
    install_editable(stage)
    done = stage.run(stage.python, "-c", probe, PYTHONPATH=f":{stage.tree}")
    assert (done.returncode, stage.marker.exists()) == (0, False), done.stderr


def test_only_the_interpreters_own_folders_of_the_tree_stay(stage: Stage) -> None:
    """The libraries of an environment in the tree are its own, its other folders are not."""
    stage.plant(PLANTS[0], stage.tree / ".venv/share")
    script = install_editable(stage)
    assert_judged(stage, stage.run(script, "check", PYTHONPATH=str(stage.tree / ".venv/share")))
