"""What GitHub gets for the remote rules: a workflow with credentials, and what it needs."""

from __future__ import annotations

from typing import Final

from registrar.app.shipped import shipped_file
from registrar.app.shipped.github import TRIGGER, branch_filter, change_steps
from registrar.app.shipped.program import REMOTE_REQUIREMENTS_PATH

REMOTE_CHECK_NAME: Final = "model-registry-remote"
"""The job that always tells; no rule requires it."""
REMOTE_WORKFLOW_PATH: Final = ".github/workflows/model-registry-remote.yml"
ENVIRONMENT: Final = "model-registry-remote"
"""Its secrets are for changes that are not merged: a person lets each run have them."""
MERGED_ENVIRONMENT: Final = "model-registry-remote-merged"
"""Its secrets are for what is on the protected branch, which alone may use it."""
SECRET_PREFIX: Final = "MODEL_REGISTRY_"
"""So that no secret of the repository or the organisation is taken by chance."""

_REFUSAL = (
    "!= push",
    "Only once it is on the branch: what is not merged never runs beside the credentials.",
)
_TARGET = "pull_request_target"
_FORBIDDEN = """\
#
# Written without pull requests, because `pull_request_target` is forbidden here. On `pull_request`
# this file would come from the change, which could print the credentials: there the bytes are not
# proved before the merge, but for a merge queue.
"""


def remote_workflow(branch: str, event: str = _TARGET) -> str:
    """The workflow that asks for the bytes of what would join the branch.

    ``event`` is the one that judges pull requests; only on ``pull_request_target`` this does, too.
    """
    pattern = branch_filter(branch)
    request = (
        f"{TRIGGER[_TARGET]}\n"
        "    # Not `edited`, as a reviewer would be asked anew for each corrected word.\n"
        "    types: [opened, synchronize, reopened]\n"
        f"    branches: [{pattern}]\n"
    )
    steps = change_steps(branch, REMOTE_REQUIREMENTS_PATH, "registrar init --remote", _REFUSAL)
    return shipped_file(
        "github-remote-workflow.yml",
        {
            "ABOUT": "" if event == _TARGET else _FORBIDDEN,
            "PULL_REQUEST": request if event == _TARGET else "",
            "FILTER": pattern,
            "CHANGE_STEPS": steps,
            "NEEDED": REMOTE_REQUIREMENTS_PATH,
            "CHECK": REMOTE_CHECK_NAME,
            "ENVIRONMENT": ENVIRONMENT,
            "MERGED": MERGED_ENVIRONMENT,
        },
    )
