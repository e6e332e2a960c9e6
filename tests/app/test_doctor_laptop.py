"""registrar doctor and what lies on the laptop: the hook of pre-commit, the remotes of DVC."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import Repo, run
from doctored import HOOK, copy_of, offline


@pytest.fixture
def repo(made: Repo, tmp_path: Path) -> Repo:
    return copy_of(made, tmp_path / "registry")


def test_the_pre_commit_hook(repo: Repo) -> None:
    said = offline(repo.path)
    assert (said.state("pre-commit"), said.state("pre-commit-installed")) == ("holds", "does not")
    repo.write(".git/hooks/pre-commit", HOOK).chmod(0o755)
    assert offline(repo.path).state("pre-commit-installed") == "holds"
    (repo.path / ".git/hooks/pre-commit").chmod(0o644)
    assert "chmod +x" in offline(repo.path).told("pre-commit-installed")
    repo.write(".git/hooks/pre-commit", "#!/bin/sh\necho mine\n").chmod(0o755)
    assert "another hook" in offline(repo.path).told("pre-commit-installed")
    repo.git("config", "core.hooksPath", ".husky")
    assert "core.hooksPath is .husky" in offline(repo.path).told("pre-commit-installed")
    repo.write(".husky/pre-commit", HOOK).chmod(0o755)
    assert offline(repo.path).state("pre-commit-installed") == "holds"
    repo.write(".pre-commit-config.yaml", "repos: []\n")
    said = offline(repo.path)
    assert (said.state("pre-commit"), said.code) == ("does not", 0)  # a convenience


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ("x: &x [a]\ny: *x\n", "could not look"),
        ("- repo: local\n  hooks: [{id: [a]}]\n", "holds"),
        ("x: 1" + ":10" * 40_000 + ".5\n", "holds"),
    ],
    ids=["an alias", "a list for an id", "base sixty"],
)
def test_a_configuration_of_hooks_that_was_made_to_hurt(repo: Repo, more: str, state: str) -> None:
    path = ".pre-commit-config.yaml"
    repo.write(path, (repo.path / path).read_text() + more)
    said = offline(repo.path)
    assert (said.code, said.state("pre-commit")) == (0, state)
    assert run("init", cwd=repo.path).code != 70


@pytest.mark.parametrize(
    ("config", "check", "state"),
    [
        (None, "dvc-config", "does not"),
        (
            "[core]\n    remote = storage\n['remote \"storage\"']\n    url = s3://bucket/x\n",
            "dvc-remote",
            "holds",
        ),
        ("[core]\n    remote = storage\n", "dvc-remote", "does not"),
        ("['remote \"storage\"']\n    url = s3://bucket/x\n", "dvc-remote", "does not"),
        (
            "[core]\n    remote = s\n['remote \"s\"']\n    url = /mnt/x\n",
            "dvc-remote-shared",
            "does not",
        ),
        (
            "[core]\n    remote = s\n['remote \"s\"']\n    url = s3://b\n    secret_access_key = x\n",
            "dvc-credentials",
            "does not",
        ),
        (
            "[core]\n    remote = s\n['remote \"s\"']\n    url = https://a:b@c/\n",
            "dvc-credentials",
            "does not",
        ),
        ("remote = x", "dvc-config", "does not"),
        (
            "[core]\n    remote = s\n['remote \"s\"']\n    url = http://[evil\n",
            "dvc-remote",
            "does not",
        ),
        (
            "[core]\n    remote = s\n['remote \"s\"']\n    url = http://a:b@[evil\n",
            "dvc-credentials",
            "does not",
        ),
    ],
)
def test_dvc(repo: Repo, config: str | None, check: str, state: str) -> None:
    repo.write(
        "model_registry/a-1.0.0/m.onnx.dvc",
        "outs:\n- md5: " + "0" * 32 + "\n  size: 1\n  path: m.onnx\n",
    )
    if config is not None:
        repo.write(".dvc/config", config)
    said = offline(repo.path)
    assert said.state(check) == state
    assert "secret" not in said.told(check).replace("secret_access_key", "")


def test_a_remote_that_the_policy_lets_nobody_ask(repo: Repo) -> None:
    repo.write(
        ".dvc/config", "[core]\n    remote = Store\n['remote \"Store\"']\n    url = s3://b/x\n"
    )
    assert offline(repo.path).lines("dvc-remote-asked") == [], "nothing is behind a pointer"
    repo.write("model_registry/a-1.0.0/m.onnx.dvc", "outs: []\n")
    said = offline(repo.path)
    assert (said.state("dvc-remote-asked"), "dvc-remote-asked" in said.bad) == ("does not", False)
    assert 'write dvc_remotes = ["store"] under [network]' in said.told("dvc-remote-asked")
    repo.write("registrar.toml", 'schema_version = 1\n[network]\ndvc_remotes = ["store"]\n')
    assert offline(repo.path).state("dvc-remote-asked") == "holds"
    repo.write(
        ".dvc/config",
        "[core]\n    remote = store\n['remote \"store\"']\n    url = remote://base/x\n"
        "['remote \"base\"']\n    url = s3://b\n",
    )
    said = offline(repo.path)
    assert said.state("dvc-remote-asked") == "does not"
    assert 'dvc_remotes = ["store", "base"]' in said.told("dvc-remote-asked")
    assert "store be asked, which lies on others: it wants base named" in said.told(
        "dvc-remote-asked"
    )
    repo.write("registrar.toml", "schema_version = 1\n[netwrok]\n")
    assert offline(repo.path).lines("dvc-remote-asked") == [], "nobody knows what it allows"
