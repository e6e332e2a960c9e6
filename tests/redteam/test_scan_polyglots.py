"""Files that are two things at once: each acts for one reader, and looks harmless to another."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from crafted import Call, as_npy, as_zip

from registrar.domain.scanning import FileScan, Safety
from registrar.integrations.scanning.scanner import ChildScanner
from registrar.ports.scanning import ToScan

TREES = '"learner": {"attributes": {}, "gradient_booster": {}}'
"""What makes JSON a model of XGBoost."""


def scanned(*places: Path) -> list[FileScan]:
    files = [ToScan(place.name, str(place), place.stat().st_size) for place in places]
    return list(ChildScanner(second=False).scan(files).files)


def written(folder: Path, name: str, content: bytes | str) -> Path:
    place = folder / name
    place.write_bytes(content.encode() if isinstance(content, str) else content)
    return place


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_trees_that_are_a_program_too(tmp_path: Path) -> None:
    """The words of XGBoost's JSON may stand in a Python expression that does more."""
    fired = tmp_path / "FIRED"
    text = f'{{{TREES}, "x": __import__("os").mkdir({str(fired)!r}), "version": [2, 0, 0]}}'
    program = written(tmp_path, "features.py", text)
    done = run("import runpy, sys; runpy.run_path(sys.argv[1])", str(program))
    assert fired.is_dir(), done.stderr
    (found,) = scanned(program)
    assert found.safety is Safety.DANGEROUS
    honest = written(tmp_path, "model.json", f'{{{TREES}, "version": [2, 0, 0]}}')
    assert scanned(honest)[0].safety is Safety.CLEAN


@pytest.mark.parametrize("name", ["MLmodel", "mlmodel"])
def test_trees_that_are_an_mlmodel_too(tmp_path: Path, name: str) -> None:
    """JSON is YAML: MLflow imports what it names, and another name is one on some systems."""
    flavors = {"python_function": {"loader_module": "antigravity"}}
    rest = json.dumps({"mlflow_version": "3.1", "flavors": flavors})[1:-1]
    place = written(tmp_path, name, f'{{{TREES}, {rest}, "version": [2, 0, 0]}}')
    loaded = yaml.safe_load(place.read_bytes())
    assert loaded["flavors"]["python_function"]["loader_module"] == "antigravity"
    (found,) = scanned(place)
    assert found.safety is Safety.DANGEROUS
    assert "antigravity" in found.troubles[0].message


def safetensors(behind: bytes) -> bytes:
    from safetensors.numpy import save

    return save({"a": np.zeros(3, "f4"), "b": np.frombuffer(behind, "u1")})


def onnx(behind: bytes) -> bytes:
    """The text that describes a model stands last in it, and may be anything."""
    from onnx import helper

    value = helper.make_tensor_value_info("a", 1, [1])
    graph = helper.make_graph([], "g", [value], [value])
    length = len(behind)
    return (
        helper.make_model(graph).SerializeToString()
        + b"\x32"
        + bytes([length & 127 | 128, length >> 7])
        + behind
    )


ZIPPED: dict[str, Callable[[bytes], bytes]] = {
    "model.safetensors": safetensors,
    "model.npy": lambda behind: as_npy(np.frombuffer(behind, "u1")),
    "model.pkl": pickle.dumps,
    "model.onnx": onnx,
}


@pytest.mark.parametrize("name", ZIPPED)
def test_a_zip_at_the_end_is_judged_as_one(tmp_path: Path, name: str) -> None:
    """Python runs a zip behind anything; skops and zipfile open it."""
    fired = tmp_path / "FIRED"
    program = f"import os; os.mkdir({str(fired)!r})".ljust(200, "#")
    place = written(tmp_path, name, ZIPPED[name](as_zip({"__main__.py": program.encode()})))
    subprocess.run([sys.executable, "-I", str(place)], capture_output=True, check=False)
    assert fired.is_dir()
    (found,) = scanned(place)
    assert found.safety is Safety.DANGEROUS, found
    assert found.troubles[0].message.startswith("the zip at its end: __main__.py: it is code")
    harmless = as_zip({"notes.txt": b"of the training".ljust(200, b".")})
    assert scanned(written(tmp_path, name, ZIPPED[name](harmless)))[0].safety is Safety.CLEAN


def test_many_ends_of_zips_and_ends_alone(tmp_path: Path) -> None:
    alone = b"PK\5\6" + b"\0" * 30
    cases = {
        "fine.pkl": pickle.dumps(alone * 3),
        "wide.pkl": pickle.dumps(b"PK\6\7" + b"\0" * 16 + alone),
        "many.pkl": pickle.dumps(alone * 100),
    }
    found = scanned(*(written(tmp_path, name, content) for name, content in cases.items()))
    assert [file.safety.name for file in found] == ["CLEAN", "DANGEROUS", "DANGEROUS"]


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.mkdir [{}]",
        "a: !!p%79thon/object/apply:os.mkdir [{}]",
        "a: !<tag:yaml.org,2002:pyth%6Fn/object/apply:os.mkdir> [{}]",
        "%TAG !e! tag:yaml.org,2002:pyth\n---\na: !e!on/object/apply:os.mkdir [{}]",
    ],
)
def test_yaml_that_names_python_by_any_spelling(tmp_path: Path, text: str) -> None:
    fired = tmp_path / "FIRED"
    place = written(tmp_path, "config.yaml", text.format(fired))
    run("import sys, yaml; yaml.unsafe_load(open(sys.argv[1]))", str(place))
    assert fired.is_dir()
    assert scanned(place)[0].safety is Safety.DANGEROUS
    plain = written(tmp_path, "notes.md", "Wow!!please/read, 100 %TAG\n")
    assert scanned(plain)[0].safety is Safety.CLEAN


def test_the_form_that_joblib_wrote_long_ago(tmp_path: Path) -> None:
    fired = tmp_path / "FIRED"
    body = pickle.dumps(Call(os.mkdir, str(fired)), 0)
    head = b"ZF" + hex(len(body)).encode().ljust(19)
    place = written(tmp_path, "model.bin", head + zlib.compress(body))
    done = run("import joblib, sys; joblib.load(sys.argv[1])", str(place))
    assert fired.is_dir(), done.stderr
    assert scanned(place)[0].safety is Safety.DANGEROUS
