"""registrar doctor and the pipeline of GitLab."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import Repo
from doctored import Said, copy_of, doctor, make_registry, offline


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
        ("stages: []", "does not"),
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


def _with_pipeline(path: Path, text: str) -> Said:
    repo = make_registry(path, options=["--no-github", "--gitlab"])
    repo.write(".gitlab-ci.yml", f"include:\n- local: .gitlab/model-registry.gitlab-ci.yml\n{text}")
    return offline(repo.path)


def test_stages_without_that_of_the_job_are_told_with_the_fix(tmp_path: Path) -> None:
    said = _with_pipeline(tmp_path / "a", "stages: [build, deploy]\n")
    assert "lack test, the stage of the job model-registry" in said.told("gitlab-alone")
    assert said.lines("gitlab-alone")[0]["fix"].endswith("- test")


@pytest.mark.parametrize("rest", ["x: &x [a]\ny: *x\n", "docs: {script: !reference [a, b]}\n"])
def test_stages_are_read_beside_what_hides_the_includes(tmp_path: Path, rest: str) -> None:
    said = _with_pipeline(tmp_path / "a", f"stages: [build]\n{rest}")
    assert (said.state("gitlab-included"), said.state("gitlab-alone")) == (
        "could not look",
        "does not",
    )
    assert said.code == 1
    assert _with_pipeline(tmp_path / "b", f"stages: [build, test]\n{rest}").code == 4


@pytest.mark.parametrize(
    ("stage", "state"), [("build", "holds"), (".pre", "holds"), ("x", "does not")]
)
def test_the_stage_that_the_job_has_here_counts(tmp_path: Path, stage: str, state: str) -> None:
    repo = make_registry(tmp_path / "r", options=["--no-github", "--gitlab"])
    repo.edit(".gitlab/model-registry.gitlab-ci.yml", "  stage: test\n", f"  stage: {stage}\n")
    text = "include:\n- local: .gitlab/model-registry.gitlab-ci.yml\nstages: [build]\n"
    repo.write(".gitlab-ci.yml", text)
    assert offline(repo.path).state("gitlab-alone") == state


@pytest.mark.parametrize("key", [":model-registry", ":workflow", ":include", ":stages"])
def test_keys_of_a_pipeline_that_ruby_may_read_as_others(
    made: Repo, tmp_path: Path, key: str
) -> None:
    repo = copy_of(made, tmp_path / "registry")
    included = "include:\n- local: /.gitlab/model-registry.gitlab-ci.yml\n"
    repo.write(".gitlab-ci.yml", f"{included}'{key}': {{}}\n")
    assert offline(repo.path).state("gitlab-alone") == "could not look"
