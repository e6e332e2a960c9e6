"""registrar doctor and the pipeline of GitLab."""

from __future__ import annotations

from pathlib import Path

import pytest
from doctored import doctor, make_registry, offline


def test_gitlab(tmp_path: Path) -> None:
    repo = make_registry(tmp_path / "r", options=["--no-github", "--gitlab"])
    repo.git("remote", "add", "origin", "git@gitlab.com:acme/wine.git")
    said = offline(repo.path)
    assert said.lines("workflow") == []
    assert said.state("gitlab-as-shipped") == "holds"
    repo.write(".gitlab-ci.yml", "include:\n- local: /.gitlab/model-registry.gitlab-ci.yml\n")
    assert offline(repo.path).state("gitlab-included") == "holds"
    repo.write(
        ".gitlab-ci.yml",
        "include:\n- local: .gitlab/model-registry.gitlab-ci.yml\n  rules: [{if: $X}]\n",
    )
    assert offline(repo.path).state("gitlab-included") == "does not"
    repo.write(".gitlab-ci.yml", "a: !reference [b, c]\n")
    assert offline(repo.path).state("gitlab-included") == "could not look"
    asked = doctor(repo.path)
    assert asked.state("server") == "could not look"
    assert "pipelines must succeed" in asked.told("server")


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ("", "holds"),
        ("docs: {script: [make]}", "holds"),
        ("model-registry: {allow_failure: true}", "does not"),
        ("model-registry: {script: [true]}", "does not"),
        ('"model-registry": {rules: [{when: never}]}', "does not"),
        ("workflow: {rules: [{when: never}]}", "could not look"),
        ("default: {before_script: [exit 0]}", "could not look"),
        ("stages: [build, test]", "holds"),
        ("stages: [build]", "does not"),
        ("before_script: [exit 0]", "could not look"),
        ("variables: {GIT_CONFIG_COUNT: '1'}", "could not look"),
        ("- template: Jobs/Build.gitlab-ci.yml", "could not look"),
    ],
)
def test_what_stands_beside_the_job_of_gitlab(tmp_path: Path, more: str, state: str) -> None:
    repo = make_registry(tmp_path / "r", options=["--no-github", "--gitlab"])
    text = f"include:\n- local: /.gitlab/model-registry.gitlab-ci.yml\n{more}\n"
    repo.write(".gitlab-ci.yml", text)
    said = offline(repo.path)
    assert said.state("gitlab-included") == "holds"
    assert said.state("gitlab-alone") == state
    assert said.code == {"holds": 0, "does not": 1, "could not look": 4}[state], said.bad
