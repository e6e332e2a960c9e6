"""What GitLab gets from us: the pipeline of the gate."""

from __future__ import annotations

import json
from typing import Final

from registrar.app.shipped import shipped_file
from registrar.reading.gitlab_ci import stages

PIPELINE_PATH: Final = ".gitlab/model-registry.gitlab-ci.yml"
JOB_NAME: Final = "model-registry"
STAGE: Final = "test"
"""One of those that there are without ``stages:``. Not ``.pre``, which is always there: a pipeline
that has nothing else does not run."""


def pipeline(branch: str) -> str:
    """The job that judges what would join the branch: to be included, or the whole pipeline."""
    quoted = json.dumps(branch.replace("$", "$$"), ensure_ascii=False)
    values = {"BRANCH": quoted, "JOB": JOB_NAME, "STAGE": STAGE}
    return shipped_file("gitlab-pipeline.yml", values)


def stage_told(raw: bytes) -> str:
    """What a ``.gitlab-ci.yml`` lacks that the job needs; empty where nothing is known."""
    names = stages(raw)
    if names is None or STAGE in names:
        return ""
    return (
        f"its stages have no {STAGE}, which is that of the job {JOB_NAME}: GitLab would refuse "
        f"every pipeline; add to its stages:\n- {STAGE}"
    )
