"""Malicious files: each really fires for a careless loader, and none is clean."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from crafted import Poison
from poisoned import poisons

from registrar.domain.scanning import Scan
from registrar.integrations.scanning.scanner import ChildScanner
from registrar.ports.scanning import ToScan

LOADER = Path(__file__).parent / "naive_loader.py"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Poison]]:
    folder = tmp_path_factory.mktemp("poisoned")
    made = list(poisons(str(folder / "FIRED"), tmp_path_factory.mktemp("made")))
    assert len({poison.name for poison in made}) == len(made)
    for poison in made:
        (folder / poison.name).write_bytes(poison.content)
    return folder, made


@pytest.fixture(scope="module")
def scan(corpus: tuple[Path, list[Poison]]) -> Scan:
    folder, made = corpus
    files = [ToScan(p.name, str(folder / p.name), len(p.content)) for p in made]
    return ChildScanner(second=False).scan(files)


def test_each_one_fires_for_a_careless_loader(corpus: tuple[Path, list[Poison]]) -> None:
    folder, made = corpus
    loaded = [poison for poison in made if poison.loader is not None]
    asked = [[str(folder / p.name), p.loader, str(folder / "FIRED")] for p in loaded]
    done = subprocess.run(
        [sys.executable, "-I", str(LOADER)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    fired = json.loads(done.stdout)
    silent = [poison.name for poison, hit in zip(loaded, fired, strict=True) if not hit]
    assert not silent, done.stderr
    print(f"{len(loaded)} of {len(made)} malicious files fired for a careless loader")


def test_none_is_passed_as_clean_and_none_is_taken_for_less(
    corpus: tuple[Path, list[Poison]], scan: Scan
) -> None:
    _, made = corpus
    wrong = [
        (file.path, file.safety.name, file.troubles)
        for poison, file in zip(made, scan.files, strict=True)
        if file.safety.name.lower() != poison.verdict
    ]
    print(f"malicious: {len(wrong)} wrong verdicts of {len(made)}")
    assert not wrong
    assert len(made) >= 80


def test_scanning_fired_nothing(corpus: tuple[Path, list[Poison]], scan: Scan) -> None:
    folder, _ = corpus
    assert scan.files
    assert not (folder / "FIRED").exists()
