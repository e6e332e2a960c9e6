"""Refuses an entry whose source commit nobody can fetch from the repository that it names.

What it does: with `--remote`, fetches the commits of the heads and tags of `source.repository`,
without files, and looks whether `source.commit` is one of them. Only hosts that `[network] hosts`
of the judging policy names are asked. With `repository: .` the commit is asked of this repository,
by source-in-history. A host that does not answer is told as unchecked, never as a missing commit.

Why this is bad: a commit that is on no branch and no tag is deleted sooner or later, and with it
the only record of how the model was made. A forge also serves the commits of every fork under the
address of the original, by their hash: that somebody can be shown a commit there proves nothing.

Example: the training code is on a branch that was never pushed, or was squashed when it was merged.

Use instead: push the commit to a branch or a tag of that repository; train from its main branch.
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.findings import Blocked, Outcome, Phase, Problem, Severity
from registrar.domain.places import At
from registrar.reading.entry import Entry
from registrar.rules.rule import Evidence, Rule


def check(entry: Entry, evidence: Evidence) -> Iterator[Outcome]:
    """Judge what the source repository answered."""
    answer = evidence.source
    metadata = entry.metadata if answer is not None else None  # read only where it was asked for
    if answer is None or metadata is None:
        return
    if answer.blocked:
        yield Blocked(answer.blocked)
    elif not answer.reachable:
        short = (metadata.source.commit or "")[:12]
        message = f"commit {short} is on no branch and no tag of {metadata.source.repository}"
        hint = "push it there, or name the commit of a branch that stays"
        yield Problem(message, hint, At(entry.metadata_names[0], ("source", "commit")))


RULE = Rule(
    name="source-reachable",
    phase=Phase.REMOTE,
    severity=Severity.ERROR,
    summary="the commit is on a branch or tag of the repository",
    remote=check,
)
