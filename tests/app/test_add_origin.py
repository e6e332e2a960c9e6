"""Addresses of training code in a new entry: nothing secret comes into it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from builders import ONNX, POLICY, Repo, run

from registrar.domain.addresses import without_secrets


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://ada:secret@h.example:8443/a/b?token=secret#secret", "https://h.example:8443/a/b"),
        ("HTTPS://secret@h.example/a/", "HTTPS://h.example/a"),
        ("https://h.example?token=secret", "https://h.example"),
        ("https://ada:se@cret@h.example/a", "https://h.example/a"),
        ("https://[::1]:8443/a", "https://[::1]:8443/a"),
        ("https://h.example:port/a", "https://h.example:port/a"),
        ("https://[/a", "https://[/a"),
        ("ssh://git:secret@h.example/a.git", "ssh://git@h.example/a.git"),
        ("ssh://git@h.example:22/a.git", "ssh://git@h.example:22/a.git"),
        ("git@h.example:a/b.git", "git@h.example:a/b.git"),
        (".", "."),
    ],
)
def test_what_may_be_secret_is_taken_off(url: str, clean: str) -> None:
    assert without_secrets(url) == clean
    assert without_secrets(clean) == clean


def test_a_repository_by_option(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r")
    repo.write("registrar.toml", POLICY)
    repo.write("wine.csv", "a,b\nx,2\n")
    repo.commit("code")
    (tmp_path / "model.onnx").write_bytes(ONNX)
    words = ("--name", "wine", "--version", "1.0.0", "--license", "MIT", "--dataset", "wine.csv")
    words += ("--dataset-version", "1", "--dataset-license", "MIT")
    url = "https://ada:planted-secret@github.com/acme/wine.git?token=planted-secret"
    words += ("--source-repository", url, "--source-commit", "f" * 40)
    said = run("add", "../model.onnx", *words, cwd=repo.path)
    text = (repo.path / "model_registry/wine-1.0.0/metadata.yaml").read_text()
    source = {"repository": "https://github.com/acme/wine.git", "commit": "f" * 40}
    assert yaml.safe_load(text)["source"] == source
    assert "planted-secret" not in text + said.out + said.err


def test_the_line_to_complete_holds_no_secret(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r")
    repo.write("registrar.toml", POLICY)
    url = "https://ada:planted-secret@mlflow.example/?token=planted-secret"
    said = run("add", "--from-mlflow", "f", "--tracking-uri", url, cwd=repo.path)
    assert said.code == 2
    assert "--tracking-uri https://mlflow.example " in said.err
    assert "planted-secret" not in said.err
