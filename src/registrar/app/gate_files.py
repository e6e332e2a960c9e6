"""The files that make up the gate, and which of them a change touches."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import islice

from registrar.app.rulebook import SCHEMA_NAME, names_under
from registrar.domain.baseline import Baseline
from registrar.domain.policy import Policy
from registrar.domain.trees import Kind, UnreadableError
from registrar.ports import Tree
from registrar.reading.baseline import BASELINE_NAME, read_baseline
from registrar.reading.card_profiles import PROFILES
from registrar.reading.documents import MAX_BYTES, Flaw
from registrar.reading.policy import POLICY_NAME, read_policy
from registrar.reading.schema import Schema, SchemaInvalidError
from registrar.reading.waivers import WAIVERS_NAME, WaiverBook, read_waivers
from registrar.rules import RULE_NAMES
from registrar.rules.rule import GateFile

_PROGRAM = "scripts/registrar.pyz"
_FIXED = (
    *(POLICY_NAME, WAIVERS_NAME, BASELINE_NAME, ".github/rulesets/model-registry.json"),
    *("CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS"),
    *("scripts/validate_model_metadata.py", _PROGRAM, ".dvc/config"),
)
_PATTERNS = (
    (".github/workflows", "model-registry*.yml"),
    (".github/workflows", "model-registry*.yaml"),
    ("scripts", "*requirements*.txt"),
)
_BLOCK = 1024 * 1024
_MOST = 100
_GROWN = "mend the entry; a baseline may only shrink"


def changed_gate_files(before: Tree, head: Tree, policy: Policy) -> tuple[GateFile, ...]:
    """The gate files that differ, with what makes the head's version invalid."""
    root = policy.root
    paths = {*_FIXED, f"{root}/{SCHEMA_NAME}", *_matching(before), *_matching(head)}
    changed = [path for path in sorted(paths) if _print(before, path) != _print(head, path)]
    coming = _coming(head, policy) if changed else policy
    files = [GateFile(path, _flaws(head, path, root, coming)) for path in changed]
    files = [replace(f, flaws=(*f.flaws, *_wrong_program(f.path, head, coming))) for f in files]
    if BASELINE_NAME in changed:
        index = changed.index(BASELINE_NAME)
        files[index] = _with_growth(files[index], before, head, policy)
    if POLICY_NAME in changed and WAIVERS_NAME not in changed and head.node(WAIVERS_NAME):
        if coming.waiver_max_days < policy.waiver_max_days:  # they must fit the new limit
            files.append(GateFile(WAIVERS_NAME, _flaws(head, WAIVERS_NAME, root, coming), False))
    return tuple(files)


def _coming(head: Tree, policy: Policy) -> Policy:
    """The head's own policy; the judge's where that is not valid, which is told."""
    try:
        return read_policy(head.read(POLICY_NAME, MAX_BYTES), RULE_NAMES, PROFILES)[0] or policy
    except UnreadableError:
        return policy


def _wrong_program(path: str, head: Tree, coming: Policy) -> Iterator[Flaw]:
    """That the vendored program is not the one whose digest the policy records."""
    wanted = coming.program_sha256
    if path not in (POLICY_NAME, _PROGRAM) or wanted is None or head.node(_PROGRAM) is None:
        return
    found = _print(head, _PROGRAM)
    if found != (Kind.FILE.value, wanted):
        digest = found[1] if found is not None else ""
        message = f"[program] sha256 is not that of {_PROGRAM}, {digest}"
        yield Flaw(message, "build both anew: registrar init says how")


def _with_growth(file: GateFile, before: Tree, head: Tree, policy: Policy) -> GateFile:
    """A changed baseline with everything that it lists and did not list before."""
    old, new = baseline_in(before, policy) or Baseline(), baseline_in(head, policy)
    if new is None:
        return file  # not valid: told as a flaw
    grown = [
        Flaw(f"the baseline grew: {rule} of {entry} from {allowed} to {count}", _GROWN, span)
        for entry, rule, count, allowed in islice(new.beyond(old), _MOST)
        for span in (new.span(entry, rule),)
    ]
    first = before.node(BASELINE_NAME) is None and before.node(POLICY_NAME) is None
    if first and head.node(POLICY_NAME) is not None:
        grown = []  # the first baseline comes with the first policy
    return replace(file, grown=tuple(grown), shrinks=not grown and bool(old.counts))


def baseline_in(tree: Tree, policy: Policy) -> Baseline | None:
    """The baseline of a tree, an empty one where it has none; None for one that is not valid."""
    if tree.node(BASELINE_NAME) is None:
        return Baseline()
    try:
        raw = tree.read(BASELINE_NAME, MAX_BYTES)
    except UnreadableError:
        return None
    baseline, flaws = read_baseline(raw, names_under(_coming(tree, policy)))
    return None if flaws else baseline


def gate_paths(tree: Tree, policy: Policy) -> tuple[str, ...]:
    """The gate files of a registry, whether they are there or not."""
    return tuple(sorted({*_FIXED, f"{policy.root}/{SCHEMA_NAME}", *_matching(tree)}))


def policy_files(root: str) -> frozenset[str]:
    """The gate files that judge entries: policy, waivers, baseline, schema."""
    return frozenset((POLICY_NAME, WAIVERS_NAME, BASELINE_NAME, f"{root}/{SCHEMA_NAME}"))


def _matching(tree: Tree) -> Iterator[str]:
    for folder, pattern in _PATTERNS:
        for node in tree.children(folder):
            if fnmatchcase(node.path.rpartition("/")[2], pattern):
                yield node.path


def _print(tree: Tree, path: str) -> tuple[str, str] | None:
    """What a file is: its kind and its digest; None for nothing.

    Line ends are those of Unix, but for a program; a link is what it aims at, also where it stands
    for a folder above the file.
    """
    parts = path.split("/")
    for depth in range(1, len(parts) + 1):
        above = "/".join(parts[:depth])
        node = tree.node(above)
        if node is None:
            return None
        if node.kind is not Kind.FOLDER and (depth < len(parts) or node.kind is not Kind.FILE):
            return node.kind.value, str(tree.fingerprint(above))
    digest = hashlib.sha256()
    try:
        with tree.open(path) as stream:
            while block := stream.read(_BLOCK):
                digest.update(block if path == _PROGRAM else block.replace(b"\r\n", b"\n"))
    except UnreadableError as error:
        return Kind.UNREADABLE.value, str(error)
    return Kind.FILE.value, digest.hexdigest()


def _waiver_flaws(book: WaiverBook, max_days: int) -> tuple[Flaw, ...]:
    long = [waiver for waiver in book.waivers if waiver.too_long(max_days)]
    hint = f"the policy allows {max_days} days between granted and expires"
    told = [Flaw(f"the waiver of {w.rule} runs too long", hint, w.span) for w in long]
    return (*book.flaws, *told)


def _flaws(head: Tree, path: str, root: str, coming: Policy) -> tuple[Flaw, ...]:
    if head.node(path) is None:
        return ()
    try:
        raw = head.read(path, MAX_BYTES)
    except UnreadableError as error:
        return (Flaw(f"it cannot be read: {error}", "make it a plain file"),)
    if path == POLICY_NAME:
        return read_policy(raw, RULE_NAMES, PROFILES)[1]
    if path == WAIVERS_NAME:
        return _waiver_flaws(read_waivers(raw, names_under(coming)), coming.waiver_max_days)
    if path == BASELINE_NAME:
        return read_baseline(raw, names_under(coming))[1]
    if path == f"{root}/{SCHEMA_NAME}":
        try:
            Schema(raw).validate_itself()
        except SchemaInvalidError as error:
            return (Flaw(str(error), "mend the schema"),)
    return ()
