"""Refuses a change of what a merged version is, and the removal or renaming of one.

What it does: compares every touched entry with what it was at the merge base, or at the old tip
of a push. Its identity is everything that `[immutable] amend` does not name, compared by value:
comments and white space may change. Amendments that are allowed are listed as notes. A takedown
needs a waiver that is already on the base. Of an entry in the base's baseline only the artifact's
bytes or pointer are identity, until the change that takes it off: it may be mended, renamed, and
its bytes put behind a pointer that records their SHA-256. No other bytes may come in.

Why this is bad: whoever pinned version 1.2.0 gets something else under the same name.

Example: a better `model.onnx` under `wine-1.2.0/`.

Use instead: `wine-1.2.1/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from registrar.domain.findings import Blocked, Outcome, Phase, Problem, Severity
from registrar.domain.places import At, Route, dotted
from registrar.domain.trees import UnreadableError
from registrar.ports import Tree
from registrar.reading.adopted import byte_changes, renamed_to
from registrar.reading.documents import MAX_BYTES
from registrar.reading.entry import METADATA_NAMES, Entry
from registrar.reading.pointers import is_pointer_name
from registrar.rules.rule import Change, Rule

_DOCUMENTS = (".json", ".yaml", ".yml")
_HINT = "undo it, and publish the change as a new version"


def check(change: Change) -> Iterator[tuple[str | None, Outcome]]:
    """Compare each touched entry that was there before."""
    if change.before is None:
        if change.blocked is not None and change.has_base:
            yield None, Blocked(change.blocked)
        return
    root = change.policy.root
    yield from _relicensed(change, change.before)
    taken: set[str] = set()
    for folder in sorted(change.touched):
        before = Entry(change.before, root, folder)
        if before.node is None:
            continue
        after = Entry(change.head, root, folder)
        if folder in change.baseline.entries:
            for outcome in _adopted(before, after, taken, change):
                yield folder, outcome
        elif after.node is None:
            yield folder, _removed(folder, change)
        else:
            told = list(_compare(before, after, change.policy.amend))
            if not told and after.metadata is not None:
                message = "amended: comments, white space, or the modes of files"
                told = [Problem(message, "", severity=Severity.NOTE)]
            for outcome in told:
                yield folder, outcome


def _relicensed(change: Change, before: Tree) -> Iterator[tuple[str | None, Outcome]]:
    """A licence text beside the entries says what merged ones are licensed by."""
    root = change.policy.root
    for folder, name in ((f, name) for f, names in change.leaning.items() for name in names):
        path = f"{root}/LICENSES/{name}"
        both = before.node(path) is not None and change.head.node(path) is not None
        if both and before.node(f"{root}/{folder}") is not None:
            message = f"{path}, which the merged {folder} is licensed by, was changed"
            hint = "restore it, and put the new text under another name"
            yield folder, Problem(message, hint, At(path, absolute=True))


def _removed(folder: str, change: Change) -> Problem:
    new = change.renamed.get(folder)
    if new is not None:
        return Problem(f"the merged entry {folder} was renamed to {new}", "rename it back")
    hint = "restore it; a takedown needs a waiver of version-immutable that is already on the base"
    return Problem(f"the merged entry {folder} was deleted", hint)


def _adopted(before: Entry, after: Entry, taken: set[str], change: Change) -> Iterator[Outcome]:
    """What may not happen to an entry that the registry was adopted with: other bytes.

    ``taken`` are the entries that others were renamed to; this one's is added.
    """
    if after.node is None:
        new = _renamed(before, taken, change)
        if new is None:
            yield _removed(before.folder, change)
            return
        taken.add(new)
        message = f"amended: {before.folder} of the baseline is called {new} now"
        yield Problem(message, "", severity=Severity.NOTE)
        return
    for path, word in byte_changes(before, after):
        message = f"{path} of a merged version was {word}: its bytes are what it is"
        yield Problem(message, _HINT, At(path if path in after.files else ""))
    message = "amended: the entry is in the baseline, and may be mended until it comes off"
    yield Problem(message, "", severity=Severity.NOTE)


def _renamed(before: Entry, taken: set[str], change: Change) -> str | None:
    """The new folder that holds every byte of an adopted entry."""
    root = change.policy.root
    for folder in sorted(change.touched & change.entries - taken):
        is_new = change.before is not None and change.before.node(f"{root}/{folder}") is None
        if is_new and renamed_to(before, Entry(change.head, root, folder)):
            return folder
    return None


def _compare(before: Entry, after: Entry, amend: tuple[str, ...]) -> Iterator[Outcome]:
    yield from _metadata(before, after, amend)
    identity = _identity_files(before) | _identity_files(after)
    old = before.files - set(METADATA_NAMES)
    new = after.files - set(METADATA_NAMES)
    for path in sorted(old | new):
        if path not in old and after.covered(path):
            continue  # bytes that DVC put behind a merged pointer
        if path in old and path in new and _same(before, after, path):
            continue
        word = _word(path in old or None, path in new or None)
        if path not in identity and any(_names_file(item, path) for item in amend):
            yield Problem(f"amended: {path} was {word}", "", At(path), Severity.NOTE)
        else:
            message = f"{path} of a merged version was {word}"
            yield Problem(message, _HINT, At(path if path in new else ""))


def _identity_files(entry: Entry) -> set[str]:
    """The files that a version is known by, whatever they are called."""
    found = {path for path in entry.files if is_pointer_name(path)}
    if entry.artifact is not None:
        found |= {entry.artifact.path, *entry.artifact.below}
    if entry.metadata is not None:
        found |= {ref.target for ref in entry.metadata.dataset_manifests}
        found |= {entry.metadata.metrics_path or "", *entry.metadata.smoke_paths}
    return found


def _names_file(item: str, path: str) -> bool:
    """Tell whether an item of the policy allows a file; ``x-*`` is for keys of metadata."""
    return ("." in item or "/" in item) and fnmatchcase(path, item)


def _metadata(before: Entry, after: Entry, amend: tuple[str, ...]) -> Iterator[Outcome]:
    old, new = before.metadata_document, after.metadata_document
    if new is None or not new.readable:
        if old is not None and old.readable:  # told whatever becomes of metadata-readable
            message = "the metadata of a merged version is gone, or can no longer be read"
            yield Problem(message, _HINT)
        return
    file = after.metadata_names[0]
    if old is None or not old.readable:
        if old is None or old.text != new.text:
            yield Problem("the metadata of a merged version was replaced", _HINT, At(file))
        return
    for route in _differences(old.data, new.data):
        at = At(file, route)
        if _amendable(route, amend):
            yield Problem(f"amended: {dotted(route)}", "", at, Severity.NOTE)
        else:
            name = dotted(route) or "the metadata"
            word = _word(_value(old.data, route), _value(new.data, route))
            yield Problem(f"{name} of a merged version was {word}", _HINT, at)


def _word(old: Any, new: Any) -> str:
    """What became of a value; None is one that is not there."""
    if old is None or new is None:
        return "added" if old is None else "removed"
    return "changed"


def _value(data: Any, route: Route) -> Any:
    for step in route:
        data = data.get(step) if isinstance(data, dict) else None
    return data


def _differences(old: Any, new: Any) -> list[Route]:
    """Routes of the values that differ, as deep as both are mappings."""
    found: list[Route] = []
    waiting: list[tuple[Route, Any, Any]] = [((), old, new)]
    while waiting:
        route, one, other = waiting.pop()
        if _equal(one, other):
            continue
        one = {} if one is None and isinstance(other, dict) and route else one
        other = {} if other is None and isinstance(one, dict) and route else other
        if isinstance(one, dict) and isinstance(other, dict) and (one or other):
            for key in sorted({*one, *other}):
                waiting.append(((*route, key), one.get(key), other.get(key)))
        else:
            found.append(route)
    return sorted(found, key=dotted)


def _equal(one: Any, other: Any) -> bool:
    """Equality by value that tells true from 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _amendable(route: Route, amend: tuple[str, ...]) -> bool:
    path = [str(step) for step in route]
    for item in amend:
        wanted = item.split(".")
        if len(path) >= len(wanted) and all(map(fnmatchcase, path, wanted)):
            return True
    return False


def _same(before: Entry, after: Entry, path: str) -> bool:
    """Equal by value where both are readable documents, by bytes otherwise."""
    one, other = before.content(path), after.content(path)
    if isinstance(one, UnreadableError) or isinstance(other, UnreadableError):
        return False
    if one.sha256 == other.sha256:
        return True
    bytes_matter = path in _identity_files(after) and not path.endswith(_DOCUMENTS)
    if one.is_text and other.is_text and not bytes_matter:
        texts = [entry.raw(path) for entry in (before, after)]
        plain = [raw.replace(b"\r\n", b"\n") for raw in texts if isinstance(raw, bytes)]
        if len(plain) == 2 and plain[0] == plain[1] and len(plain[0]) <= MAX_BYTES:
            return True
    if not (path.endswith(_DOCUMENTS) or is_pointer_name(path)):
        return False
    old, new = before.document(path), after.document(path)
    return old.readable and new.readable and _equal(old.data, new.data)


RULE = Rule(
    name="version-immutable",
    phase=Phase.HISTORY,
    severity=Severity.ERROR,
    summary="a merged version keeps its identity and stays",
    change=check,
    configurable="severity, [immutable] amend",
)
