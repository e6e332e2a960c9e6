"""Classes of the allowlist as weapons: a careless load acts, and the scan says so before."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from gadgets import TEXT, Gadget, gadgets
from skops_maker import array, mapped, node, npy, skops_file, text

from registrar.domain.scanning import Safety, Scan
from registrar.integrations.scanning.scanner import ChildScanner
from registrar.ports.scanning import ToScan

LOADER = Path(__file__).parent / "load_aloud.py"
ISOTONIC = ("sklearn.isotonic", "IsotonicRegression")


@pytest.fixture
def corpus(tmp_path: Path) -> list[Gadget]:
    made = list(gadgets(str(tmp_path / "TARGET")))
    assert len({gadget.name for gadget in made}) == len(made)
    for gadget in made:
        (tmp_path / gadget.name).write_bytes(gadget.content)
    return made


def scanned(places: list[Path]) -> Scan:
    files = [ToScan(place.name, str(place), place.stat().st_size) for place in places]
    return ChildScanner(second=False).scan(files)


def loaded(places: list[Path], target: Path) -> tuple[list[bool], str]:
    done = subprocess.run(
        [sys.executable, "-I", str(LOADER)],
        input=json.dumps([[str(place), str(target)] for place in places]),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout), done.stderr


def test_a_careless_load_opens_what_the_file_names(tmp_path: Path, corpus: list[Gadget]) -> None:
    opening = [gadget for gadget in corpus if gadget.opens]
    opened, said = loaded([tmp_path / gadget.name for gadget in opening], tmp_path / "TARGET")
    silent = [gadget.name for gadget, heard in zip(opening, opened, strict=True) if not heard]
    assert not silent, said
    assert len(opening) >= 7


def test_a_careless_load_writes_what_the_file_holds(tmp_path: Path, corpus: list[Gadget]) -> None:
    (writing,) = (gadget for gadget in corpus if gadget.writes)
    loaded([tmp_path / writing.name], tmp_path / "TARGET")
    assert (tmp_path / "TARGET").read_bytes().startswith(TEXT)


def test_each_is_dangerous(tmp_path: Path, corpus: list[Gadget]) -> None:
    scan = scanned([tmp_path / gadget.name for gadget in corpus])
    passed = [f.path for f in scan.files if f.safety is not Safety.DANGEROUS]
    assert passed == []
    assert all("not on the allowlist" not in t.message for f in scan.files for t in f.troubles)
    assert not (tmp_path / "TARGET").exists()


def isotonic(**state: object) -> bytes:
    content = {"y_thresholds_": array("a.npy"), "_sklearn_version": text("1.9.1"), **state}
    schema = node("ObjectNode", *ISOTONIC, content=mapped(content))
    return skops_file(schema, {"a.npy": npy([0.0, 1.0])})


def test_skops_gives_the_same_states(tmp_path: Path) -> None:
    """skops calls ``__setstate__`` with whatever names the caller trusts."""
    import skops.io

    target = tmp_path / "TARGET"
    target.write_bytes(b"\1" * 16)
    build = node("TypeNode", "numpy", "memmap")
    wrong = isotonic(X_thresholds_=text(str(target)), y_thresholds_=text("u1"), _build_f=build)
    made = skops.io.loads(
        skops_file(*_parts(wrong)), trusted=["numpy.memmap", "sklearn.isotonic.IsotonicRegression"]
    )
    assert made._build_f.__name__ == "memmap"
    cases = {
        "cover.skops": wrong,
        "thresholds.skops": isotonic(X_thresholds_=node("ObjectNode", *ISOTONIC, content=None)),
        "dunder.skops": isotonic(X_thresholds_=array("a.npy"), __array__=build),
        "version.skops": isotonic(_sklearn_version=node("ObjectNode", *ISOTONIC, content=None)),
        "fine.skops": isotonic(X_thresholds_=array("a.npy")),
    }
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
    scan = scanned([tmp_path / name for name in cases])
    dangerous = {f.path for f in scan.files if f.safety is Safety.DANGEROUS}
    assert dangerous == cases.keys() - {"fine.skops"}, scan.files


def _parts(content: bytes) -> tuple[object, dict[str, bytes]]:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        schema = json.loads(archive.read("schema.json"))
        members = {n: archive.read(n) for n in archive.namelist() if n != "schema.json"}
    return schema, members
