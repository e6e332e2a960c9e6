"""What GitLab gets from us: the pipeline of the gate."""

from __future__ import annotations

import json
from typing import Final

from registrar.app.shipped import shipped_file

PIPELINE_PATH: Final = ".gitlab/model-registry.gitlab-ci.yml"
JOB_NAME: Final = "model-registry"


def pipeline(branch: str) -> str:
    """The job that judges what would join the branch: to be included, or the whole pipeline."""
    quoted = json.dumps(branch.replace("$", "$$"), ensure_ascii=False)
    return shipped_file("gitlab-pipeline.yml", {"BRANCH": quoted, "JOB": JOB_NAME})
