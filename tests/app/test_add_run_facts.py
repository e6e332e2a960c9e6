"""What a run says besides its model: in the card, or told where it differs from what was asked."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from builders import POLICY, Repo, Result, run

pytestmark = pytest.mark.filterwarnings("ignore")  # MLflow's own, and those of its libraries
MODEL = Path(__file__).parents[2] / "model_registry/wine-cultivar-1.0.0/model.onnx"
CSV = b"name,size\na,1\n"
SENTENCE = "It tells three cultivars of wine apart by thirteen chemical measurements of each."
HOSTILE = "a|b\n## License\n\nMIT <b>\x1b[31m`x` \u202e"


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    from mlflow import MlflowClient

    folder = tmp_path_factory.mktemp("mlflow")
    found = f"sqlite:///{folder}/mlflow.db"
    MlflowClient(found).create_experiment("wine", f"file://{folder}/artifacts")
    return found


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "r")
    repo.write("registrar.toml", POLICY)
    repo.write("data/wine.csv", CSV)
    repo.commit("code")
    return repo


def trained(
    uri: str, repo: Repo, tags: Mapping[str, str] | None = None, parameters: int = 2
) -> str:
    import mlflow
    import numpy as np
    import onnx
    from mlflow.models import infer_signature

    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment("wine")
    tags = {"mlflow.source.git.commit": repo.git("rev-parse", "HEAD")} if tags is None else tags
    x = np.zeros((2, 13), dtype=np.float32)
    with contextlib.chdir(repo.path), mlflow.start_run(tags=dict(tags)) as active:
        mlflow.log_params({f"p{number:03}": number for number in range(parameters - 1)})
        mlflow.log_param("note", HOSTILE)
        mlflow.log_input(mlflow.data.from_numpy(x, name="wine-rows"), context="training")
        mlflow.log_input(mlflow.data.from_numpy(x, name="held-out"), context="test")
        info = mlflow.onnx.log_model(
            onnx.load(MODEL), name="model", signature=infer_signature(x, x[:, 0])
        )
        mlflow.log_metric("test.accuracy", 0.95, model_id=info.model_id)
    return str(active.info.run_id)


def add(repo: Repo, uri: str, run_id: str, *argv: str, version: str = "1.0.0") -> Result:
    options = ("--name", "wine", "--version", version, "--license", "Apache-2.0", "--yes")
    data = ("--dataset", "data/wine.csv", "--dataset-version", "1", "--dataset-license", "MIT")
    tracked = ("--from-mlflow", run_id, "--tracking-uri", uri)
    return run("add", *tracked, *options, *data, "--owner", "a@b.org", *argv, cwd=repo.path)


def card_of(repo: Repo) -> str:
    return (repo.path / "model_registry/wine-1.0.0/MODEL_CARD.md").read_text()


def test_the_card_holds_what_the_run_says(repo: Repo, uri: str) -> None:
    said = add(repo, uri, trained(uri, repo, parameters=60))
    assert said.out.count("error[") == said.out.count("error[card-sections]") == 3, said
    card = card_of(repo)
    assert "| p000 | 0 |" in card or "| p001 | 1 |" in card
    assert "and 10 more: see the run" in card
    assert "| input |  | float32 | any x 13 |" in card
    assert "| output |  | float32 | any |" in card
    assert "- onnx==" in card
    assert "| model/model.onnx | onnx |" in card
    assert "- wine-rows (training), digest " in card
    assert "- held-out (test), digest " in card
    assert said.err == "", "nothing differs"


def test_with_the_sections_of_a_person_the_gate_takes_it(repo: Repo, uri: str) -> None:
    run_id = trained(uri, repo)
    assert add(repo, uri, run_id).code == 1
    card = card_of(repo).replace("[to be written]", SENTENCE)
    repo.write("card.md", card.replace("# wine 1.0.0", "# wine 1.1.0"))
    said = add(repo, uri, run_id, "--card", "card.md", version="1.1.0")
    assert (said.code, "no findings" in said.out) == (0, True), said.out


def test_a_hostile_parameter_stays_in_its_cell(repo: Repo, uri: str) -> None:
    add(repo, uri, trained(uri, repo))
    (line,) = [line for line in card_of(repo).splitlines() if line.startswith("| note |")]
    assert line == (
        "| note | a\\|b\\\\x0a## License\\\\x0a\\\\x0aMIT \\<b\\>\\\\x1b\\[31m\\`x\\` \\\\u202e |"
    )
    assert card_of(repo).count("\n## License\n") == 1


def test_another_name_of_the_dataset_is_told(repo: Repo, uri: str) -> None:
    said = add(repo, uri, trained(uri, repo), "--dataset-name", "churn")
    note = "note: the run logged the dataset wine-rows, held-out, and --dataset-name says churn\n"
    assert said.err == note
    manifest = repo.path / "model_registry/wine-1.0.0/dataset-manifest.yaml"
    assert yaml.safe_load(manifest.read_text())["name"] == "churn"


def test_other_bytes_than_the_run_read_are_told(repo: Repo, uri: str) -> None:
    md5 = hashlib.md5(CSV, usedforsecurity=False).hexdigest()
    head = {"mlflow.source.git.commit": repo.git("rev-parse", "HEAD")}
    same = head | {"registrar.dvc_inputs": json.dumps({"data/wine.csv": md5})}
    said = add(repo, uri, trained(uri, repo, same))
    assert said.err == ""
    manifest = repo.path / "model_registry/wine-1.0.0/dataset-manifest.yaml"
    assert yaml.safe_load(manifest.read_text())["files"][0]["md5"] == md5
    other = head | {"registrar.dvc_inputs": json.dumps({"data/wine.csv": "f" * 32, "x": "y"})}
    said = add(repo, uri, trained(uri, repo, other), version="1.1.0")
    assert said.err == (
        f"note: data/wine.csv has the MD5 {md5}; when the run began DVC tracked {'f' * 32} there\n"
    )


def test_a_run_that_does_not_say_its_commit(repo: Repo, uri: str) -> None:
    """HEAD is a guess: the run may be of any day."""
    run_id = trained(uri, repo, {"mlflow.source.git.commit": ""})
    said = add(repo, uri, run_id)
    assert (said.code, said.out) == (2, "")
    assert "the run does not say which commit it was trained from" in said.err
    head = repo.git("rev-parse", "HEAD")
    assert add(repo, uri, run_id, "--source-commit", head).code == 1
    metadata = (repo.path / "model_registry/wine-1.0.0/metadata.yaml").read_text()
    assert yaml.safe_load(metadata)["source"] == {"repository": ".", "commit": head}


def test_what_is_missing_is_told_before_anything_is_fetched(repo: Repo) -> None:
    words = ("add", "--from-mlflow", "f" * 32, "--tracking-uri", "http://127.0.0.1:9")
    said = run(*words, cwd=repo.path)
    assert (said.code, "--name, --version, --license" in said.err) == (2, True)


def test_an_entry_that_is_there_is_told_before_anything_is_fetched(repo: Repo) -> None:
    (repo.path / "model_registry/wine-1.0.0").mkdir(parents=True)
    said = add(repo, "http://127.0.0.1:9", "f" * 32)
    assert (said.code, "is there already" in said.err) == (2, True)


def test_the_model_folder(tmp_path: Path) -> None:
    from registrar.domain.runs import Column, Signature
    from registrar.integrations.mlflow import model_folder

    def signature(**parts: Any) -> Signature | None:
        told = {key: json.dumps(value) for key, value in parts.items()}
        return model_folder.signature_of({"signature": told})

    assert signature() is signature(inputs={}) is model_folder.signature_of({}) is None
    assert model_folder.signature_of({"signature": {"inputs": "["}}) is None
    array: dict[str, Any] = {"type": "array", "items": {"type": "double"}}
    found = signature(
        inputs=[{"name": "x", "type": "long", "required": False}, array | {"name": "y"}, 5],
        outputs=[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1, 2]}}],
        params=[{"name": "t", "type": "float", "default": 0.5, "shape": None}],
    )
    assert found == Signature(
        (Column("x", "long", optional=True), Column("y", "array of double")),
        (Column("", "int64", (-1, 2)),),
        (Column("t", "float", optional=True),),
    )
    deep: dict[str, Any] = array
    for _ in range(100):
        deep = {"type": "array", "items": deep}
    assert signature(inputs=[deep]) is not None
    (tmp_path / "requirements.txt").write_text(
        "onnx==1.17.0\n# a comment\n--index-url https://ada:planted-secret@pypi.example\n\n"
        "torch[cuda] >=2,<3 ; python_version > '3'\nown @ git+https://t:planted-secret@h/x\n-r x\n"
        "plain  # why\n./local\n"
    )
    assert model_folder.requirements_of(str(tmp_path)) == (
        *("onnx==1.17.0", "torch[cuda]>=2,<3", "own", "plain"),
    )
    assert model_folder.requirements_of(str(tmp_path / "nothing")) == ()
