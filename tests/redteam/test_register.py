"""Ways to bring into MLflow what did not pass, was not committed, or is another model."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from builders import ONNX, SHA, Repo, good_repo, run
from tracked import FILE, tracked_repo, without_bytes

pytestmark = pytest.mark.filterwarnings("ignore")  # MLflow's own, and those of its libraries
ENTRY = "model_registry/wine-1.0.0"


@pytest.fixture
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    return f"sqlite:///{tmp_path}/registry.db"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return good_repo(tmp_path / "r")


def register(repo: Repo, uri: str) -> Any:
    return run("register", "wine:1.0.0", "--registry-uri", uri, cwd=repo.path)


def client(uri: str) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def logged(uri: str, folder: Path, files: dict[str, bytes]) -> str:
    """A model of somebody in the tracking store; its id."""
    ours = client(uri)
    place = folder / "mlruns"
    experiment = ours.create_experiment("others", artifact_location=place.as_uri())
    model = ours.create_logged_model(experiment, name="evil")
    source = folder / "logged"
    for path, raw in files.items():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_bytes(raw)
    ours.log_model_artifacts(model.model_id, str(source))
    ours.finalize_logged_model(model.model_id, "READY")
    return str(model.model_id)


def named(repo: Repo, model_id: str) -> None:
    text = (repo.path / ENTRY / "metadata.yaml").read_text()
    repo.write(f"{ENTRY}/metadata.yaml", f"{text}mlflow: {{model_id: {model_id}}}\n")
    repo.commit("name a model")


def test_a_logged_model_of_other_bytes_is_not_linked(repo: Repo, uri: str, tmp_path: Path) -> None:
    named(repo, logged(uri, tmp_path, {"model.onnx": ONNX[:-1] + b"!", "MLmodel": b"a: 1\n"}))
    said = register(repo, uri)
    assert said.code == 0, said
    assert "MLflow cannot load this version" in said.err
    (version,) = client(uri).search_model_versions("name = 'wine'")
    assert version.source == "registrar:/wine-1.0.0/model.onnx"


def test_one_with_its_bytes_is(repo: Repo, uri: str, tmp_path: Path) -> None:
    model = logged(uri, tmp_path, {"model.onnx": ONNX, "MLmodel": b"a: 1\n"})
    named(repo, model)
    said = register(repo, uri)
    assert (said.code, "cannot load" in said.err) == (0, False), said
    (version,) = client(uri).search_model_versions("name = 'wine'")
    assert model in version.source
    assert "is there already" in register(repo, uri).out


def test_a_version_of_somebody_else_with_our_tags(repo: Repo, uri: str) -> None:
    ours = client(uri)
    ours.create_registered_model("wine")
    tags = {"registrar.entry": "wine-1.0.0", "registrar.digest": f"sha256:{SHA}"}
    ours.create_model_version("wine", "/srv/evil/model", tags=tags)
    said = register(repo, uri)
    assert (said.code, said.out) == (2, "")
    assert "from another source or run" in said.err


def test_a_policy_that_nobody_merged(repo: Repo, uri: str) -> None:
    repo.edit("registrar.toml", "schema_version = 1", "schema_version = 1\n# weaker")
    said = register(repo, uri)
    assert said.code == 2
    assert "registrar.toml is not as it is committed" in said.err


@pytest.mark.parametrize("flag", ["--skip-worktree", "--assume-unchanged"])
def test_a_file_that_git_does_not_look_at(repo: Repo, uri: str, flag: str) -> None:
    repo.git("update-index", flag, f"{ENTRY}/MODEL_CARD.md")
    text = (repo.path / ENTRY / "MODEL_CARD.md").read_text()
    repo.write(f"{ENTRY}/MODEL_CARD.md", text + "\nNobody has read this.\n")
    assert repo.git("status", "--short") == ""
    said = register(repo, uri)
    assert said.code == 2
    assert "MODEL_CARD.md is not as it is committed" in said.err


def test_a_pointer_that_covers_the_papers(repo: Repo, uri: str) -> None:
    pointer = f"outs:\n- md5: {'a' * 32}\n  size: 3\n  hash: md5\n  path: MODEL_CARD.md\n"
    repo.write(f"{ENTRY}/MODEL_CARD.md.dvc", pointer)
    repo.commit("a pointer")
    assert "artifact-pointer" in repo.check().rules
    text = (repo.path / ENTRY / "MODEL_CARD.md").read_text()
    repo.write(f"{ENTRY}/MODEL_CARD.md", text + "\nNobody has read this.\n")
    said = register(repo, uri)
    assert said.code == 2
    assert "MODEL_CARD.md is not as it is committed" in said.err


def test_a_folder_without_git(repo: Repo, uri: str) -> None:
    shutil.rmtree(repo.path / ".git")
    said = register(repo, uri)
    assert said.code == 2
    assert "nothing tells what is committed" in said.err


def test_bytes_that_nobody_looked_at_are_told(tmp_path: Path, uri: str) -> None:
    repo = tracked_repo(tmp_path / "tracked")
    without_bytes(repo)
    said = register(repo, uri)
    assert said.code == 0
    check = f"registrar check --remote --verify-bytes model_registry/{FILE}"
    assert f"note: the bytes are not here, and nobody looked at them: {check}" in said.err


def test_another_card_is_told(repo: Repo, uri: str) -> None:
    register(repo, uri)
    text = (repo.path / ENTRY / "MODEL_CARD.md").read_text()
    repo.write(f"{ENTRY}/MODEL_CARD.md", text.replace("## Contact", "More.\n\n## Contact"))
    repo.commit("a better card")
    said = register(repo, uri)
    assert (said.code, "is there already" in said.out) == (0, True)
    assert "of another card, and stays" in said.err
