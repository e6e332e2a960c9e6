"""The wheel alone, the locks, and the promises of the project's own files."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from environments import GATE, build_wheel, call, install_wheel, pinned
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from registrar import __version__
from registrar.app.build_pyz import pyz_bytes

EVERY_MODULE = """
import importlib, pkgutil, registrar
names = [m.name for m in pkgutil.walk_packages(registrar.__path__, "registrar.")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(len(names))
"""
COMMANDS = ([], ["check"], ["rules"], ["init"], ["hook"], ["hook", "pre-receive"])


@pytest.fixture(scope="module")
def wheel(top: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(top, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install_wheel(wheel, tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="module")
def project(top: Path) -> dict[str, Any]:
    parsed: dict[str, Any] = tomllib.loads((top / "pyproject.toml").read_text(encoding="utf-8"))
    return parsed


def requirements(lines: list[str]) -> list[Requirement]:
    wanted = (line.split("#")[0].strip() for line in lines)
    return [Requirement(line) for line in wanted if line and not line.startswith("-r")]


def test_the_wheel_carries_the_package_and_nothing_else(wheel: Path, top: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        licence = [name for name in archive.namelist() if name.endswith("licenses/LICENSE")]
    source = top / "src"
    expected = {
        path.relative_to(source).as_posix()
        for path in source.rglob("registrar/**/*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert names == expected
    assert "registrar/py.typed" in names
    assert licence


def test_the_wheel_installed_alone_imports_every_module(
    installed: Path, top: Path, tmp_path: Path
) -> None:
    done = call(installed, "-I", "-W", "error", "-c", EVERY_MODULE, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    package = (top / "src/registrar").rglob("*.py")
    assert int(done.stdout) == sum(1 for _ in package) - 1  # registrar itself is not walked


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: " ".join(words) or "registrar")
def test_the_wheel_installed_alone_helps(
    installed: Path, tmp_path: Path, command: list[str]
) -> None:
    done = call(installed.with_name("registrar"), *command, "--help", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: registrar")


def test_the_wheel_installed_alone_judges_the_real_entries(installed: Path, top: Path) -> None:
    done = call(installed.with_name("registrar"), "check", "--format", "json", cwd=top)
    assert done.stderr == ""
    assert '"verdict": "pass"' in done.stdout
    version = call(installed.with_name("registrar"), "--version", cwd=top)
    assert version.stdout == f"registrar {__version__}\n"


def test_the_installed_wheel_and_the_source_give_the_same_pyz(installed: Path, top: Path) -> None:
    (package,) = installed.parent.parent.glob("lib/python*/site-packages/registrar")
    assert pyz_bytes(package) == pyz_bytes(top / "src/registrar")


def test_the_command_starts_at_the_guard(project: dict[str, Any]) -> None:
    assert project["project"]["scripts"] == {"registrar": "registrar.cli.guard:run"}


def test_the_pythons_are_named_alike(project: dict[str, Any], top: Path) -> None:
    start = "Programming Language :: Python :: 3."
    own = project["project"]
    named = [c.replace(start, "3.") for c in own["classifiers"] if c.startswith(start)]
    assert own["requires-python"] == f">={named[0]}"
    told = f"(the gate's tests were run with {', '.join(named[:-1])} and {named[-1]})"
    assert told in (top / "README.md").read_text(encoding="utf-8")


def test_the_gate_needs_two_libraries_and_the_extras_what_examples_import(
    project: dict[str, Any], top: Path
) -> None:
    needed = {canonicalize_name(Requirement(r).name) for r in project["project"]["dependencies"]}
    gate = (top / "requirements/gate.in").read_text(encoding="utf-8").splitlines()
    assert needed == {r.name for r in requirements(gate)} == {"jsonschema", "pyyaml"}
    extras = project["project"]["optional-dependencies"]
    examples = (top / "requirements/examples.in").read_text(encoding="utf-8").splitlines()
    assert {*extras["examples"], "pyyaml"} == {r.name for r in requirements(examples)}


@pytest.mark.parametrize("name", ["pip", "gate", "examples", "bench", "dev"])
def test_a_lock_has_hashes_and_names_no_index_and_no_folder(top: Path, name: str) -> None:
    text = (top / f"requirements/{name}.txt").read_text(encoding="utf-8")
    assert not re.search(r"^\s*--(?!hash=sha256:[0-9a-f]{64}( \\)?$)", text, re.MULTILINE)
    assert not re.search(r"://|^\s*-[a-z]|@ |(?:^|\s)/", text, re.MULTILINE)
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(pinned(top / f"requirements/{name}.txt")) > 0
    assert all("--hash=sha256:" in block for block in blocks)


@pytest.mark.parametrize("name", ["pip", "gate", "examples", "bench", "dev"])
def test_a_lock_satisfies_what_it_was_compiled_from(top: Path, name: str) -> None:
    source = (top / f"requirements/{name}.in").read_text(encoding="utf-8").splitlines()
    pins = pinned(top / f"requirements/{name}.txt")
    for wanted in requirements(source):
        assert wanted.specifier.contains(pins[canonicalize_name(wanted.name)]), wanted


def test_the_locks_agree_and_the_gate_is_what_tests_link(top: Path) -> None:
    pip, gate, examples, dev = (
        pinned(top / f"requirements/{n}.txt") for n in ("pip", "gate", "examples", "dev")
    )
    assert pip.items() | gate.items() | examples.items() <= dev.items()
    assert {canonicalize_name(name) for name in GATE} == set(gate)


def test_this_environment_is_the_locked_one(top: Path) -> None:
    command = [sys.executable, "-I", "-m", "pip", "list", "--format=freeze", "--exclude", "pip"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    here = dict(line.split("==", 1) for line in done.stdout.split() if "==" in line)
    have = {canonicalize_name(name): version for name, version in here.items()}
    dev = pinned(top / "requirements/dev.txt")
    assert {name: have.get(name) for name in dev if name != "pip"} == {
        name: version for name, version in dev.items() if name != "pip"
    }


def test_the_changelog_speaks_of_this_version(top: Path) -> None:
    first = re.search(r"^## (\S+?),? ", (top / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert first is not None
    assert first[1] == __version__


def test_no_file_of_the_tooling_names_this_machine_or_an_index(top: Path) -> None:
    hosts = re.compile("pypi" + r"\.org|python" + r"hosted|/(?:work|tmp|opt|root)/")
    files = [top / "Makefile", top / "pyproject.toml", top / ".ci/run", top / "CHANGELOG.md"]
    files += [*(top / "requirements").iterdir(), *(top / "scripts").glob("*.*")]
    assert [path.name for path in files if hosts.search(path.read_text("utf-8"))] == []


def test_the_script_has_twenty_lines_at_most(top: Path) -> None:
    text = (top / "scripts/validate_model_metadata.py").read_text(encoding="utf-8")
    assert text.count("\n") <= 20


def test_ci_runs_all_lanes_and_is_good_bash(top: Path) -> None:
    script = top / ".ci/run"
    assert script.stat().st_mode & stat.S_IXUSR
    subprocess.run(["bash", "-n", os.fspath(script)], check=True)
    assert "make test-services test test-slow" in script.read_text(encoding="utf-8")
