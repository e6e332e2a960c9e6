"""``registrar add`` of a folder that MLflow saved: it says itself which library made the model."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from added import OPTIONS, add, training_repo
from builders import ONNX, Repo

ONE = "flavors:\n  python_function: {loader_module: mlflow.onnx}\n"
TWO = f"{ONE}  onnx: {{onnx_version: 1.23.2}}\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return training_repo(tmp_path / "repo")


@pytest.mark.parametrize(
    ("said", "framework"),
    [
        (TWO, {"name": "onnx", "version": "1.23.2"}),
        (f"{ONE}  sklearn: {{sklearn_version: '1.10'}}\n", {"name": "sklearn", "version": "1.10"}),
        (f"{ONE}  xgboost: {{xgb_version: 3.2.0}}\n", {"name": "xgboost", "version": "3.2.0"}),
        (f"{ONE}  lightgbm: {{lgb_version: 4.7.0}}\n", {"name": "lightgbm", "version": "4.7.0"}),
        (f"{ONE}  spark: {{pyspark_version: 4.0.1}}\n", {"name": "spark", "version": "4.0.1"}),
        (f"{ONE}  keras: {{other: 1}}\n", {"name": "keras"}),
        (f"{ONE}  keras: 3\n", {"name": "keras"}),
        (f'{ONE}  keras: {{keras_version: "3\\nlicense: MIT"}}\n', {"name": "keras"}),
        (f'{ONE}  "kéras: {{": {{}}\n', {"name": "onnx"}),  # the format of its file
        (f"{TWO}  sklearn: {{sklearn_version: 1.9.1}}\n", {"name": "onnx"}),  # two: neither
        (ONE, {"name": "onnx"}),
        ("flavors: [1]\n", {"name": "onnx"}),
        ("- no mapping\n", {"name": "onnx"}),
        ("flavors: {a: &b 1, c: *b}\n", {"name": "onnx"}),
        ("\x00", {"name": "onnx"}),
    ],
)
def test_what_it_says_is_the_framework(repo: Repo, said: str, framework: dict[str, str]) -> None:
    folder = repo.path.parent / "model"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(ONNX)
    (folder / "MLmodel").write_text(said, encoding="utf-8")
    assert add(repo, *OPTIONS, "--no-dvc", artifact="../model").code == 1
    text = (repo.path / "model_registry/wine-1.0.0/metadata.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text)["framework"] == framework


def test_a_link_in_its_place_is_not_read(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(TWO.replace("onnx", "keras"), encoding="utf-8")
    folder = repo.path.parent / "model"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(ONNX)
    (folder / "MLmodel").symlink_to(tmp_path / "elsewhere")
    assert add(repo, *OPTIONS, "--no-dvc", artifact="../model").code == 2
    assert not (repo.path / "model_registry/wine-1.0.0").exists()
