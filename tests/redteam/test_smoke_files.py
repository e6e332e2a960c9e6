"""Entries whose files are not what they seem: nothing outside is read, written or waited for."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from builders import run
from models import WINE, as_onnx, entry, trained

SECRET = '{"X": [["TOKEN-4711"]]}'


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "secret.json").write_text(SECRET, encoding="utf-8")
    (folder / "input.json").write_text(json.dumps({"X": WINE}), encoding="utf-8")
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    expected = {"label": [0, 0]}
    made = entry(tmp_path / "registry", "model.onnx", as_onnx(trained()), {"X": WINE}, expected)
    assert run("smoke", str(made)).code == 0
    return made


@pytest.mark.parametrize("name", ["smoke/input.json", "smoke/expected.json", "model.onnx"])
@pytest.mark.parametrize("kind", ["pipe", "link", "endless", "folder"])
def test_what_is_no_file_is_neither_read_nor_waited_for(
    kind: str, name: str, place: Path, outside: Path
) -> None:
    path = place / name
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if kind == "endless" else outside / "secret.json")
    said = run("smoke", str(place))
    assert said.code in (1, 4)
    assert "TOKEN-4711" not in said.out + said.err
    assert name != "model.onnx" or "sandbox:" not in said.out, "nothing was started"
    if name != "model.onnx" and kind != "folder":
        assert f"{name} is no regular file" in said.out


def test_a_folder_that_leads_out_is_not_written_through(place: Path, outside: Path) -> None:
    for file in (place / "smoke").iterdir():
        file.unlink()
    (place / "smoke").rmdir()
    (place / "smoke").symlink_to(outside)
    before = sorted(outside.iterdir())
    said = run("smoke", "--record", str(place))
    assert said.code in (1, 4)
    assert sorted(outside.iterdir()) == before


@pytest.mark.parametrize("path", ["../../../home/made.json", "/etc/made.json", "smoke/../../x"])
def test_a_path_that_leads_out_is_none(path: str, place: Path, outside: Path) -> None:
    metadata = place / "metadata.yaml"
    text = metadata.read_text(encoding="utf-8").replace("smoke/expected.json", path)
    metadata.write_text(text, encoding="utf-8")
    said = run("smoke", "--record", str(place))
    assert said.code == 4
    assert sorted(file.name for file in outside.iterdir()) == ["input.json", "secret.json"]


@pytest.mark.parametrize(
    "path",
    ["metadata.yaml", "MODEL_CARD.md", "model.onnx", "smoke/input.json", "dataset-manifest.yaml"],
)
def test_nothing_but_an_expected_output_is_written_over(path: str, place: Path) -> None:
    metadata = place / "metadata.yaml"
    text = metadata.read_text(encoding="utf-8").replace("smoke/expected.json", path)
    metadata.write_text(text, encoding="utf-8")
    before = (place / path).read_bytes()
    said = run("smoke", "--record", "--overwrite", str(place))
    assert (said.code, (place / path).read_bytes()) == (2, before)
    assert f"{path} is no place for what the model gives" in said.err
