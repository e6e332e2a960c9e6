"""The real entries of this repository."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from builders import run

from registrar.reading.yaml import read_yaml

TOP = Path(__file__).parent.parent
ENTRIES = sorted(p for p in (TOP / "model_registry").iterdir() if p.is_dir())
SCRIPTS = {"wine-cultivar": "train_wine.py", "digits-classifier": "train_digits.py"}


def metadata(entry: Path) -> dict[str, dict[str, str]]:
    document = read_yaml((entry / "metadata.yaml").read_bytes())
    assert document.readable
    data: dict[str, dict[str, str]] = document.data
    return data


def test_there_are_two_versions_of_one_model_and_one_of_another() -> None:
    names = [str(metadata(entry)["name"]) for entry in ENTRIES]
    assert len(names) >= 3
    assert sorted(names.count(name) for name in set(names))[-2:] == [1, 2]


def test_the_gate_takes_them() -> None:
    result = run("check", "--format", "json", cwd=TOP)
    assert (result.code, result.findings) == (0, [])
    assert result.report["checked"] == [entry.name for entry in ENTRIES]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_source_commit_is_an_ancestor_of_head(entry: Path) -> None:
    source = metadata(entry)["source"]
    assert source["repository"] == "."
    command = ["git", "merge-base", "--is-ancestor", source["commit"], "HEAD"]
    assert subprocess.run(command, cwd=TOP, check=False).returncode == 0
    script = ["git", "cat-file", "-e", f"{source['commit']}:{source['path']}"]
    assert subprocess.run(script, cwd=TOP, check=False).returncode == 0


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_they_are_small_and_plain(entry: Path) -> None:
    assert (entry / "model.onnx").stat().st_size <= 100 * 1024
    assert {p.name for p in entry.iterdir()} == {
        *("metadata.yaml", "MODEL_CARD.md", "model.onnx", "metrics.json", "dataset-manifest.yaml"),
    }
    card = (entry / "MODEL_CARD.md").read_text(encoding="utf-8")
    for title in ("Model description", "Intended use", "Limitations", "Dataset sources"):
        assert f"\n## {title}\n" in card
    for title in ("Evaluation metrics", "License", "Contact"):
        assert f"\n## {title}\n" in card


@pytest.mark.slow
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_training_again_gives_the_same_bytes(entry: Path) -> None:
    name, version = str(metadata(entry)["name"]), str(metadata(entry)["version"])
    command = [sys.executable, f"examples/{SCRIPTS[name]}", "--version", version, "--check"]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("same\t") == 4
