"""Benign files: models really trained, in every protocol, codec and container; none is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from trained import Benign, files

from registrar.domain.scanning import Safety, Scan
from registrar.integrations.scanning.scanner import ChildScanner
from registrar.ports.scanning import ToScan

pytestmark = pytest.mark.filterwarnings(
    "ignore"
)  # scikit-learn's, of models not trained to the end


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Benign]]:
    folder = tmp_path_factory.mktemp("trained")
    found = list(files(tmp_path_factory.mktemp("made")))
    assert len({file.name for file in found}) == len(found)
    for file in found:
        (folder / file.name).write_bytes(file.content)
    return folder, found


def _scan(folder: Path, found: list[Benign], second: bool) -> Scan:
    wanted = [ToScan(f.name, str(folder / f.name), len(f.content)) for f in found]
    return ChildScanner(second=second).scan(wanted)


def test_none_is_refused(made: tuple[Path, list[Benign]]) -> None:
    folder, found = made
    scan = _scan(folder, found, second=False)
    wrong = [(f.path, f.troubles) for f in scan.files if f.safety is not Safety.CLEAN]
    print(f"benign: {len(wrong)} wrong verdicts of {len(found)}")
    assert not wrong
    assert len(found) >= 60
    assert [(f.path, f.format) for f in scan.files] == [(f.name, f.format) for f in found]


def test_the_second_reader_refuses_none_of_them(made: tuple[Path, list[Benign]]) -> None:
    pytest.importorskip("picklescan")
    folder, found = made
    scan = _scan(folder, found, second=True)
    assert scan.scanner.second is not None
    assert scan.scanner.second.startswith("picklescan ")
    assert [f.path for f in scan.files if f.troubles] == []
