"""Refuses large files that lie in git.

What it does: refuses every file of an entry above `[artifact] max_in_git` that no pointer
covers.

Why this is bad: git keeps every version of every large file in every clone, for ever.

Example: a 900 MB `model.safetensors` that was committed.

Use instead:

    dvc add model_registry/llm-1.0.0/model.safetensors
    git add model_registry/llm-1.0.0/model.safetensors.dvc
    dvc push
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.findings import Outcome, Phase, Problem, Severity
from registrar.domain.places import At
from registrar.domain.trees import Kind
from registrar.reading.entry import CARD_NAME, METADATA_NAMES, Entry
from registrar.rules.rule import Judging, Rule


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Compare sizes with the policy's limit."""
    limit = judging.policy.max_in_git
    for path, node in entry.nodes.items():
        if node.kind is Kind.FILE and node.size > limit and not entry.covered(path):
            message = f"{path} has {node.size:,} bytes; the policy allows {limit:,} in git"
            hint = f"dvc add {entry.typed(path)}, commit the pointer, dvc push"
            if path in (*METADATA_NAMES, CARD_NAME) or path.endswith((".json", ".yaml", ".yml")):
                hint = "make it smaller; a document is read whole"
            yield Problem(message, hint, At(path))


RULE = Rule(
    name="artifact-size",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="large files lie behind a pointer",
    entry=check,
    configurable="severity, [artifact] max_in_git",
)
