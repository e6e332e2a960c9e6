"""Every attack works without a sandbox, and none does in one: as root, and as somebody else.

``attacks.py`` and ``kernel_attacks.py`` hold the attacks, ``sandbox_driver.py`` runs them by the real launcher. Nothing is
mocked: the sockets listen, the secret is there to be read, the other process is alive.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from attacks import ATTACKS
from environments import as_somebody_else, unmeasured
from sandbox_table import LAUNCHER, LAYERS, NEEDS_ROOT, STOPS, as_markdown

from registrar.domain.sandboxing import Level
from registrar.integrations.sandbox.bubblewrap import probe
from registrar.integrations.sandbox.landlock import abi

DRIVER = Path(__file__).with_name("sandbox_driver.py")
SECRET = "planted-secret-4711"
PEOPLE = ("root", "somebody else")

NEWEST = 6
"""The ABI of Landlock from which it refuses what the table says."""


def mostly(person: str) -> list[Any]:
    """All people; where both can be tried, only this one in every run."""
    now = PEOPLE if os.getuid() else (person,)
    return [pytest.param(p, marks=() if p in now else pytest.mark.slow) for p in PEOPLE]


@cache
def landlock() -> int:
    """The ABI that is in force here; 0 for none."""
    try:
        return abi()
    except OSError:
        return 0


def drive(person: str, wanted: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What came of attacks, by name; skips by name where there is no such person."""
    command: list[str] = [sys.executable, str(DRIVER)]
    if os.getuid() == 0:
        command = command if person == "root" else as_somebody_else(*command)
    elif person == "root":
        pytest.skip("this is not root")
    done = subprocess.run(
        command,
        input=json.dumps(wanted),
        env=unmeasured() | {"REGISTRAR_PLANTED": SECRET},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {one["attack"]: one for one in json.loads(done.stdout)}


def told(answers: Mapping[str, Mapping[str, Any]], worked: bool) -> dict[str, str]:
    """The attacks that did, or did not work, with how."""
    return {n: str(a["how"]) for n, a in answers.items() if a["worked"] is worked}


def at(level: Level) -> list[dict[str, Any]]:
    return [{"attack": name, "most": level.value} for name in ATTACKS]


def test_the_table_names_every_attack() -> None:
    assert list(STOPS) == list(ATTACKS)


@pytest.mark.slow
@pytest.mark.parametrize("person", PEOPLE)
def test_without_a_sandbox_each_attack_works(person: str) -> None:
    failed = told(drive(person, at(Level.NONE)), worked=False)
    lame = set(NEEDS_ROOT) if person != "root" else set()
    # the launcher kills all children at every level: its own test starts them without it
    assert failed.keys() == lame | {"fork_twice_and_stay"}, failed


@pytest.mark.parametrize("person", mostly("somebody else"))
def test_landlock_and_seccomp_stop_every_attack(person: str) -> None:
    if not landlock():
        pytest.skip("this kernel has no Landlock")
    answers = drive(person, at(Level.LANDLOCK))
    assert {one["level"] for one in answers.values()} == {Level.LANDLOCK.value}
    assert told(answers, worked=True) == {}


@pytest.mark.parametrize("person", mostly("root"))
def test_namespaces_stop_every_attack(person: str) -> None:
    answers = drive(person, at(Level.NAMESPACES))
    if {one["level"] for one in answers.values()} != {Level.NAMESPACES.value}:
        pytest.skip(f"no namespaces here: {probe()[1] or 'not for somebody else'}")
    assert told(answers, worked=True) == {}


@pytest.mark.slow
@pytest.mark.parametrize("person", PEOPLE)
def test_namespaces_stop_every_attack_on_a_kernel_without_landlock(person: str) -> None:
    without = [{**one, "without": ["landlock"]} for one in at(Level.NAMESPACES)]
    answers = drive(person, without)
    if {one["level"] for one in answers.values()} != {Level.NAMESPACES.value}:
        pytest.skip(f"no namespaces here: {probe()[1] or 'not for somebody else'}")
    assert not any("landlock" in name for one in answers.values() for name in one["layers"])
    assert told(answers, worked=True) == {}


@pytest.mark.slow
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("person", PEOPLE)
def test_each_layer_stops_what_the_table_says(person: str, layer: str) -> None:
    if layer == "bubblewrap" and probe()[0] is None:
        pytest.skip(f"no namespaces here: {probe()[1]}")
    if layer == "landlock" and landlock() < NEWEST:
        pytest.skip(f"this kernel has version {landlock()} of Landlock, the table {NEWEST}")
    without = [other for other in (*LAYERS, "capabilities") if other != layer]
    one = {"most": Level.NAMESPACES.value, "without": without}
    answers = drive(person, [{"attack": name, **one} for name in ATTACKS])
    if not any(layer in name for one in answers.values() for name in one["layers"]):
        pytest.skip(f"no {layer} for {person} here")
    expected = {name for name, stops in STOPS.items() if layer in stops or LAUNCHER in stops}
    if person != "root":
        expected |= set(NEEDS_ROOT)
    assert told(answers, worked=False).keys() == expected


def test_the_table_of_the_documentation_is_this_one(top: Path) -> None:
    text = (top / "docs/smoke.md").read_text(encoding="utf-8")
    assert as_markdown() in text
