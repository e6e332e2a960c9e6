"""What GitHub gets from us: the gate's workflow, its ruleset, and who owns the gate's files."""

from __future__ import annotations

import json
import re
from typing import Final

from registrar.app.shipped import shipped_file
from registrar.app.shipped.program import PROGRAM_PATH

CHECK_NAME: Final = "model-registry"
"""The job, and so the check that the ruleset requires."""
WORKFLOW_PATH: Final = ".github/workflows/model-registry.yml"
RULESET_PATH: Final = ".github/rulesets/model-registry.json"
CODEOWNED: Final[tuple[str, ...]] = (
    "/registrar.toml",
    "/waivers.yaml",
    "/baseline.yaml",
    "MODEL_METADATA_SCHEMA.json",
    "/.github/workflows/",
    "/.github/rulesets/model-registry.json",
    "/CODEOWNERS",
    "/.github/CODEOWNERS",
    "/.gitlab/",
    "/.gitlab-ci.yml",
    "/docs/CODEOWNERS",
    "/scripts/validate_model_metadata.py",
    "/scripts/registrar.pyz",
    "/scripts/*requirements*.txt",
    "/.dvc/config",
)
"""Patterns over the gate files; every workflow, because any may name its job as ours is named."""
ACTIONS_APP: Final = 15368
"""The id of GitHub Actions on github.com: no other app can report the required check."""

_ABOUT = {
    "pull_request_target": """\
# Pull requests are judged on `pull_request_target`: then this file comes from the protected branch.
# On `pull_request` it would come from the change, which could rewrite its own judge.""",
    "pull_request": """\
# Written for `pull_request`, where the other event is forbidden. What that loses: this file comes
# from the pull request, which can rewrite it and pass itself. What is left: the review by code
# owners that .github/CODEOWNERS and the ruleset demand for this file, and the runs on `push` and on
# the schedule, which tell afterwards.""",
}
TRIGGER: Final = {
    "pull_request_target": """\
  # zizmor: ignore[dangerous-triggers] because nothing of the change is checked out or run
  pull_request_target:""",
    "pull_request": "  pull_request:",
}
_STRANGERS = (
    "= pull_request_target",
    "Not where the event hands the program to strangers with the rights of this repository.",
)


def workflow(branch: str, event: str = "pull_request_target") -> str:
    """The workflow that judges what would join the branch; raises KeyError for another event."""
    return shipped_file(
        "github-workflow.yml",
        {
            "ABOUT": _ABOUT[event],
            "PULL_REQUEST": TRIGGER[event],
            "FILTER": branch_filter(branch),
            "CHANGE_STEPS": change_steps(branch, PROGRAM_PATH, "registrar init", _STRANGERS),
            "CHECK": CHECK_NAME,
        },
    )


def change_steps(branch: str, needed: str, made_by: str, refusal: tuple[str, str]) -> str:
    """The steps that check out the branch and fetch the change as git objects.

    ``needed`` is a file that the revision must have which judges, ``made_by`` the command that
    writes it; ``refusal`` says on which events a change never brings its own, and why.
    """
    ref = _quoted(_as_expression(f"refs/heads/{branch}"))
    values = {"REF": ref, "NEEDED": needed, "INIT": made_by}
    return shipped_file(
        "github-change-steps.txt", {**values, "NOT_ON": refusal[0], "WHY_NOT": refusal[1]}
    )


def branch_filter(branch: str) -> str:
    """A branch as a filter of an event, quoted."""
    return _quoted(_as_pattern(branch))


def ruleset(branch: str) -> str:
    """The ruleset as GitHub's REST API takes it: checked, reviewed by owners, never rewritten."""
    review = {
        "required_approving_review_count": 1,
        "dismiss_stale_reviews_on_push": True,
        "require_code_owner_review": True,
        "require_last_push_approval": True,
        "required_review_thread_resolution": False,
    }
    checks = {
        "strict_required_status_checks_policy": True,
        "do_not_enforce_on_create": False,
        "required_status_checks": [{"context": CHECK_NAME, "integration_id": ACTIONS_APP}],
    }
    rules = {
        "name": "model-registry",
        "target": "branch",
        "enforcement": "active",
        "bypass_actors": [],
        "conditions": {"ref_name": {"include": [f"refs/heads/{branch}"], "exclude": []}},
        "rules": [
            {"type": "deletion"},
            {"type": "non_fast_forward"},
            {"type": "pull_request", "parameters": review},
            {"type": "required_status_checks", "parameters": checks},
        ],
    }
    return json.dumps(rules, indent=2, ensure_ascii=False) + "\n"


def install_ruleset_line() -> str:
    """The line that installs the ruleset; gh fills in the owner and the repository."""
    return f"gh api --method POST 'repos/{{owner}}/{{repo}}/rulesets' --input {RULESET_PATH}"


def _quoted(text: str) -> str:
    """A YAML scalar in double quotes: JSON's form, its characters as they are."""
    return json.dumps(text, ensure_ascii=False)


def _as_pattern(branch: str) -> str:
    """A branch as a filter: what is special there and legal in a ref gets a backslash."""
    return re.sub(r"([+!])", r"\\\1", branch)


def _as_expression(text: str) -> str:
    """A text where expressions are evaluated."""
    return text.replace("${{", "${{ '${{' }}")
