"""Refuses a training hash that is neither the artifact's digest nor the source commit.

What it does: wants `sha256:<digest of the artifact>` or `git:<source.commit>`. The digest of a
file is its SHA-256, that of a folder the SHA-256 over the sorted lines `<sha256>  <path>`.

Why this is bad: a hash that belongs to nothing proves nothing; a bare hash does not say what it
is a hash of.

Example:

    training_hash: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae

Use instead:

    training_hash: sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from registrar.domain.digests import is_commit, is_sha256
from registrar.domain.findings import Fix, Outcome, Phase, Problem, Severity
from registrar.domain.metadata import Metadata
from registrar.domain.places import At
from registrar.domain.trees import UnreadableError
from registrar.reading.corrections import rewrite
from registrar.reading.digests import actual_digest, recorded_digest
from registrar.reading.entry import Entry
from registrar.reading.proofs import is_artifacts_digest
from registrar.rules.rule import Judging, Rule


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Judge form first, then what the hash belongs to."""
    metadata = entry.metadata
    if metadata is None or metadata.training_hash is None:
        return
    at = At(entry.metadata_names[0], ("training_hash",))
    kind, _, value = metadata.training_hash.partition(":")
    if kind == "git" and is_commit(value):
        commit = metadata.source.commit
        if commit is not None and is_commit(commit) and value != commit:
            hint = f"write git:{commit}, or the artifact's digest as sha256:…"
            yield Problem("training_hash is not source.commit", hint, at)
    elif kind == "sha256" and is_sha256(value):
        yield from _digest(entry, value, at)
    else:
        yield replace(_form(metadata, at), fix=_prefix(entry, metadata, at))


def _digest(entry: Entry, value: str, at: At) -> Iterator[Outcome]:
    artifact = entry.artifact
    if artifact is not None and any(_stand_in(entry, path) for path in artifact.members):
        return  # artifact-present tells it
    known = [d for d in (recorded_digest(entry), actual_digest(entry)) if d is not None]
    if known and value not in known:
        message = "training_hash is not the artifact's digest"
        yield Problem(message, f"the artifact's digest is sha256:{known[-1]}", at)


def _stand_in(entry: Entry, path: str) -> bool:
    content = entry.content(path)
    return isinstance(content, UnreadableError) or content.lfs_pointer


def _prefix(entry: Entry, metadata: Metadata, at: At) -> Fix | None:
    """The hash with its prefix, where it provably is the source commit or the artifact's digest.

    A commit needs ``files`` beside it, or the gate would refuse what was mended.
    """
    value, document = (metadata.training_hash or "").lower(), entry.metadata_document
    match = re.fullmatch(r"(?:(sha256|git)[:=-])?([0-9a-f]{40}|[0-9a-f]{64})", value)
    if match is None or document is None:
        return None
    said, digits = match[1], match[2]
    if said != "sha256" and digits == metadata.source.commit and metadata.files_declared:
        text = f"git:{digits}"
    elif said != "git" and is_artifacts_digest(entry, digits):
        text = f"sha256:{digits}"
    else:
        return None
    edit = rewrite(at.path, document, at.route, text)
    return Fix(f"write {text}", (edit,)) if edit else None


def _form(metadata: Metadata, at: At) -> Problem:
    value = metadata.training_hash or ""
    shown = value if len(value) <= 80 else value[:77] + "…"
    hint = "write sha256:<digest of the artifact> or git:<source.commit>"
    bare = value.lower()
    if is_commit(bare):
        if bare == metadata.source.commit:
            hint = f"write git:{bare}"
        elif is_sha256(bare):
            hint = f"write sha256:{bare} if it is the artifact's digest"
        else:
            hint = f"write git:{bare} if it is the source commit"
    elif match := re.fullmatch(r"(sha256|git)[:=-](.*)", bare, re.DOTALL):
        kind, digits = match[1], match[2]
        wanted = "64" if kind == "sha256" else "40 or 64"
        hint = f"write {kind}: and {wanted} lower-case hexadecimal digits"
        whole = is_sha256(digits) if kind == "sha256" else is_commit(digits)
        if whole:
            hint = f"write {kind}:{digits}"
        return Problem(f'training_hash "{shown}" is no whole {kind} hash', hint, at)
    return Problem(f'training_hash "{shown}" does not say what it is a hash of', hint, at)


RULE = Rule(
    name="training-hash",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="the training hash is the artifact's digest or the source commit",
    entry=check,
    fixable=True,
)
