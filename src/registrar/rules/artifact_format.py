"""Refuses an artifact whose format the policy does not list.

What it does: finds the format of each file of the artifact by its content, never by its
extension, and wants it on `[artifact] formats`. Refuses an extension that disagrees with the
content, and content that it does not know. Behind a pointer it judges by name only, says so, and
defers the rest.

Why this is bad: a pickle runs code when it is loaded, whatever it is called.

Example: a pickle that was renamed to `model.onnx`.

Use instead: export to ONNX, safetensors or GGUF; or a waiver with a reason and an owner.
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.findings import Deferral, Outcome, Phase, Problem, Severity
from registrar.domain.formats import Format, agrees, by_name, is_data
from registrar.domain.paths import external_path
from registrar.domain.places import At
from registrar.domain.policy import Policy
from registrar.domain.trees import UnreadableError
from registrar.reading.artifact import Artifact, Content
from registrar.reading.entry import Entry
from registrar.rules.rule import Judging, Rule

_EXTERNAL = (".bin", ".data", ".weights")
"""How exporters call the external data of an ONNX model."""
_NEVER_EXTERNAL = frozenset({Format.UNKNOWN})
"""What the names of programs claim: a ``.py`` stays unknown, whoever names it."""


def check(entry: Entry, judging: Judging) -> Iterator[Outcome]:
    """Judge every file of the artifact."""
    artifact = entry.artifact
    if artifact is None:
        return
    if artifact.deferred:
        yield from _by_name(entry, artifact, judging.policy)
        if not judging.policy.bytes_required:
            yield Deferral(f"registrar check --remote --verify-bytes {entry.typed()}")
        return
    contents = {path: entry.content(path) for path in artifact.members}
    external = _external(contents)
    models = 0
    for path, content in contents.items():
        if isinstance(content, UnreadableError) or content.lfs_pointer:
            models += 1
            continue  # artifact-present tells it
        if content.size == 0:
            continue
        if artifact.below and content.sniffed.format is Format.UNKNOWN:
            if (is_data(path) and content.is_text) or path in external:
                continue
        models += 1
        yield from _judge(path, content, judging.policy)
    if artifact.below and not models:
        hint = _allows(judging.policy)
        message = f"no file of {artifact.path}/ is a model"
        yield Problem(message, hint, At(entry.metadata_names[0], ("artifact",)))


def _allows(policy: Policy) -> str:
    return f"export it as one of {', '.join(policy.formats)}, which the policy allows; or a waiver"


def _external(contents: dict[str, Content | UnreadableError]) -> frozenset[str]:
    """Files that an ONNX model of the artifact names as its external data."""
    found: set[str | None] = set()
    for path, content in contents.items():
        if not isinstance(content, UnreadableError):
            found |= {external_path(path, name) for name in content.sniffed.external}
    return frozenset(path for path in found if path and not by_name(path) & _NEVER_EXTERNAL)


def _judge(path: str, content: Content, policy: Policy) -> Iterator[Outcome]:
    found, at = content.sniffed.format, At(path)
    if found is Format.UNKNOWN:
        if "unknown" not in policy.formats:
            listed = ", ".join(policy.formats)
            message = f"the content of {path} is of no format that is known"
            if content.sniffed.detail:
                message += f" ({content.sniffed.detail})"
            hint = f"the policy allows {listed}; data beside a model is .json, .yaml, .txt or .md"
            yield Problem(message, hint, at)
        return
    how = ""
    if not agrees(path, found):
        how = f" by its content ({content.sniffed.detail or 'whatever its name says'})"
        if found.value in (*policy.formats, *policy.formats_warned):
            message = f"{path} is {found.value}{how}, not what its name says"
            yield Problem(message, "name it as what it is, or export it again", at)
            how = ""
    yield from _allowed(path, (found,), policy, at, how)


def _by_name(entry: Entry, artifact: Artifact, policy: Policy) -> Iterator[Outcome]:
    metadata = entry.metadata
    paths = [record.path for record in (metadata.files if metadata else None) or ()]
    if artifact.is_folder and paths and not any(map(by_name, paths)):
        hint = _allows(policy)
        message = f"no file of {artifact.path}/ is a model, by name only"
        if "unknown" not in policy.formats:
            yield Problem(message, hint, At(entry.metadata_names[0], ("artifact",)))
        return
    onnx = any(Format.ONNX in by_name(path) for path in paths)
    for path in paths or [artifact.path]:
        claimed = tuple(sorted(by_name(path)))
        if onnx and path.endswith(_EXTERNAL):
            continue  # weights that the ONNX model beside them may name; the bytes tell
        if claimed:
            at = At(entry.metadata_names[0], ("artifact",))
            yield from _allowed(path, claimed, policy, at, " by name only")
        elif not is_data(path) and "." in path.rpartition("/")[2] and not artifact.is_folder:
            message = f"{path} is of no format that is known, by name only"
            hint = _allows(policy)
            if "unknown" not in policy.formats:
                yield Problem(message, hint, At(entry.metadata_names[0], ("artifact",)))


def _allowed(
    path: str, claimed: tuple[Format, ...], policy: Policy, at: At, how: str
) -> Iterator[Outcome]:
    if any(format_.value in policy.formats for format_ in claimed):
        return
    names = " or ".join(format_.value for format_ in claimed)
    warned = any(format_.value in policy.formats_warned for format_ in claimed)
    message = f"{path} is {names}{how}, which the policy does not allow"
    hint = _allows(policy)
    yield Problem(message, hint, at, Severity.WARNING if warned else None)


RULE = Rule(
    name="artifact-format",
    phase=Phase.STATIC,
    severity=Severity.ERROR,
    summary="the format, found by content, is on the policy's list",
    entry=check,
    configurable="severity, [artifact] formats",
)
