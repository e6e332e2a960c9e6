"""Classes of the allowlist as weapons: a careless load acts, and the scan says so before."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gadgets import NONE, TEXT, Gadget, gadgets
from hidden_gadgets import hidden_gadgets, record
from skops_maker import array, listed, mapped, node, npy, skops_file, text, tupled

from registrar.domain.scanning import Safety, Scan
from registrar.integrations.scanning.scanner import ChildScanner
from registrar.ports.scanning import ToScan

LOADER = Path(__file__).parent / "load_aloud.py"
ISOTONIC = ("sklearn.isotonic", "IsotonicRegression")


@pytest.fixture
def corpus(tmp_path: Path) -> list[Gadget]:
    target = str(tmp_path / "TARGET")
    made = [*gadgets(target), *hidden_gadgets(target)]
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


@pytest.mark.slow
def test_a_careless_load_writes_what_the_file_holds(tmp_path: Path, corpus: list[Gadget]) -> None:
    writing = [gadget for gadget in corpus if gadget.writes]
    assert len(writing) >= 2
    for gadget in writing:
        loaded([tmp_path / gadget.name], tmp_path / "TARGET")
        assert (tmp_path / "TARGET").read_bytes().startswith(TEXT), gadget.name
        (tmp_path / "TARGET").unlink()


def test_each_is_dangerous(tmp_path: Path, corpus: list[Gadget]) -> None:
    scan = scanned([tmp_path / gadget.name for gadget in corpus])
    passed = [f.path for f in scan.files if f.safety is not Safety.DANGEROUS]
    assert passed == []
    assert all("not on the allowlist" not in t.message for f in scan.files for t in f.troubles)
    assert not (tmp_path / "TARGET").exists()


def test_a_type_of_records_is_clean_where_nothing_changes_it(tmp_path: Path) -> None:
    place = tmp_path / "record.pkl"
    place.write_bytes(pickle.PROTO + b"\4" + record(NONE) + pickle.STOP)
    assert [file.safety for file in scanned([place]).files] == [Safety.CLEAN]
    assert pickle.loads(place.read_bytes())[0].fields["x"][0] == np.dtype("f8")


def test_objects_in_the_arrays_of_joblib(tmp_path: Path) -> None:
    """Sorting an array of objects compares them, and a comparison may be covered, too."""
    import joblib
    from sklearn.isotonic import IsotonicRegression
    from sklearn.linear_model import LogisticRegression

    cases = {"objects": [LogisticRegression()] * 2, "numbers": [0.0, 1.0]}
    for name, items in cases.items():
        made = IsotonicRegression().fit([0.0, 1.0], [0.0, 1.0])
        made.X_thresholds_ = np.array(items, dtype=object if name == "objects" else float)
        joblib.dump(made, tmp_path / f"{name}.joblib")
    bad, fine = scanned([tmp_path / f"{name}.joblib" for name in cases]).files
    assert (bad.safety, fine.safety) == (Safety.DANGEROUS, Safety.CLEAN)


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
    shape = tupled(text(1))
    listing = [node("ObjectNode", *ISOTONIC, content=None)]
    objects = node("NdArrayNode", "numpy", "ndarray", type="json", content=listing, shape=shape)
    cases = {
        "cover.skops": wrong,
        "thresholds.skops": isotonic(X_thresholds_=node("ObjectNode", *ISOTONIC, content=None)),
        "objects.skops": isotonic(X_thresholds_=objects),
        "dunder.skops": isotonic(X_thresholds_=array("a.npy"), __array__=build),
        "version.skops": isotonic(_sklearn_version=node("ObjectNode", *ISOTONIC, content=None)),
        "fine.skops": isotonic(X_thresholds_=array("a.npy")),
    }
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
    scan = scanned([tmp_path / name for name in cases])
    dangerous = {f.path for f in scan.files if f.safety is Safety.DANGEROUS}
    assert dangerous == cases.keys() - {"fine.skops"}, scan.files


def test_skops_takes_the_first_state_under_an_id(tmp_path: Path) -> None:
    """The second is an honest one, and the first is no state of an object where it stands."""
    import skops.io

    target = tmp_path / "TARGET"
    target.write_bytes(b"\1" * 16)
    build = node("TypeNode", "numpy", "memmap")
    covered = {"X_thresholds_": text(str(target)), "y_thresholds_": text("u1"), "_build_f": build}
    honest = {"_sklearn_version": text("1.9.1")}
    files = {}
    for name, first in (("covered", covered), ("fine", honest)):
        states = [mapped(state) | {"__id__": 7} for state in (first, honest)]
        made = listed(states[0], node("ObjectNode", *ISOTONIC, content=states[1]))
        files[name] = tmp_path / f"{name}.skops"
        files[name].write_bytes(skops_file(made))
    with pytest.warns(UserWarning, match="unpickle"):
        loaded = skops.io.load(files["covered"], trusted=["numpy.memmap"])
    assert not loaded[0].keys() & honest.keys()
    bad, fine = scanned(list(files.values())).files
    assert (bad.safety, fine.safety) == (Safety.DANGEROUS, Safety.CLEAN)
    assert "two objects under one id" in bad.troubles[0].message


def _parts(content: bytes) -> tuple[object, dict[str, bytes]]:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        schema = json.loads(archive.read("schema.json"))
        members = {n: archive.read(n) for n in archive.namelist() if n != "schema.json"}
    return schema, members
