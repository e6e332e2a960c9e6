"""The workflow that asks for the bytes, as it is shipped, and the libraries that it installs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from environments import pinned

from registrar.app.shipped import github, github_remote, shipped_file

TOP = Path(__file__).parent.parent.parent


def triggers(workflow: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(workflow)[True]  # `on`, in YAML 1.1
    return found


def test_the_credentials_are_for_one_step_and_never_for_a_fork() -> None:
    workflow = yaml.safe_load(github_remote.remote_workflow("main"))
    on = triggers(github_remote.remote_workflow("main"))
    assert set(on) == {
        "pull_request_target",
        *("merge_group", "push", "schedule", "workflow_dispatch"),
    }
    for filters in on.values():
        assert isinstance(filters, list) or set(filters or ()) <= {"branches", "types"}
    assert workflow["permissions"] == {}
    look, prove, tells = workflow["jobs"].values()
    assert "environment" not in look
    assert look["permissions"] == {"contents": "read"}
    assert "head.repo.full_name == github.repository" in prove["if"]
    assert prove["permissions"] == {"contents": "read"}
    for name in (github_remote.ENVIRONMENT, github_remote.MERGED_ENVIRONMENT):
        assert f"'{name}'" in prove["environment"]
    *before, judge = prove["steps"]
    assert "secrets" not in yaml.safe_dump([look, before, tells])
    taken = re.findall(r"secrets\.([A-Z_]+)", yaml.safe_dump(judge["env"]))
    assert len(taken) == 8
    assert all(name.startswith(github_remote.SECRET_PREFIX) for name in taken)
    assert tells["name"] == github_remote.REMOTE_CHECK_NAME
    assert (tells["if"], tells["needs"], tells["permissions"]) == (
        *("always()", ["look", "prove"], {}),
    )
    assert "environment" not in tells
    for job in (look, prove, tells):
        assert job["name"] != github.CHECK_NAME
        assert "continue-on-error" not in job
        for step in job["steps"]:
            assert not {"if", "continue-on-error"} & set(step)
            assert "${{" not in step.get("run", "")
    assert "cache:" not in github_remote.remote_workflow("main")


def test_where_the_safe_event_is_forbidden_pull_requests_meet_no_credentials() -> None:
    on = triggers(github_remote.remote_workflow("main", "pull_request"))
    assert set(on) == {"merge_group", "push", "schedule", "workflow_dispatch"}


def test_the_locked_libraries_are_wheels_with_hashes_and_no_index() -> None:
    lock = (TOP / "requirements/remote.txt").read_text(encoding="utf-8")
    assert shipped_file("registrar-remote-requirements.txt") == lock
    blocks = re.split(r"\n(?=[a-z])", lock.strip())
    names = {block.partition("==")[0] for block in blocks}
    assert {"dvc", "dvc-s3", "mlflow-skinny", "pyyaml", "jsonschema"} <= names
    # the one archive of source code, which would run as it is installed, and who alone needs it
    assert not {"antlr4-python3-runtime", "hydra-core", "omegaconf"} & names
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in lock
    gate, ours, tested = (
        pinned(TOP / f"requirements/{name}.txt").items() for name in ("gate", "remote", "dev")
    )
    assert gate <= ours <= tested
