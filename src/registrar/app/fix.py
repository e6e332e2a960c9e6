"""Applying the safe fixes that findings offer: in memory first, each pass judged before the next.

Nothing is written here. Every pass is judged like the work tree itself, on an overlay with the
new texts; a fix that is no gain is undone, told, and not tried again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from registrar.app.asking import CheckRequest, OnEntry
from registrar.app.check import check
from registrar.app.gain import losses
from registrar.app.overlay import Overlay
from registrar.app.rulebook import read_rulebook
from registrar.domain.findings import Edit, Finding
from registrar.domain.mending import FileChange, Mended, Mending, Refused
from registrar.domain.paths import inside
from registrar.domain.report import Report
from registrar.domain.trees import Kind, UnreadableError
from registrar.errors import PolicyError, UsageError
from registrar.ports import Tree, World
from registrar.reading.documents import MAX_BYTES
from registrar.reading.edits import MisfitError, edited, touch

MAX_PASSES = 10
_Name = tuple[str, str | None, str, str, str]
_FEW = 64
"""Up to so many entries are named one by one when they are judged again."""


@dataclass(slots=True)
class _State:
    """The texts so far, what is said of them, and what came of each fix."""

    texts: dict[str, bytes]
    report: Report
    mended: list[Mended] = field(default_factory=list)
    refused: dict[_Name, Refused] = field(default_factory=dict)


def fix(request: CheckRequest, world: World, on_entry: OnEntry | None = None) -> Mending:
    """What fixing would make of the work tree; the caller writes ``changes``, or shows them.

    Raises UsageError where there is no work tree, and what ``check`` raises.
    """
    tree = world.work_tree
    if tree is None:
        raise UsageError("a bare repository has no work tree to mend", "run it in a clone")
    first = check(request, world, on_entry)
    if not any(finding.fix for finding in first.findings):
        return _answer(first, first)
    return _Mender(request, replace(world, work_tree=tree), tree, first).run()


class _Mender:
    """One run: which entries are judged again, and the texts that were there when it began."""

    def __init__(self, request: CheckRequest, world: World, tree: Tree, first: Report) -> None:
        self.request = request
        self.world = world
        self.tree = tree
        self.first = first
        self.root = read_rulebook(tree, "work-tree").policy.root
        offered = [finding for finding in first.findings if finding.fix is not None]
        paths = sorted({self.folder(finding) for finding in offered})
        self.paths = tuple(paths) if len(paths) <= _FEW else request.paths
        edits = (edit for finding in offered if finding.fix for edit in finding.fix.edits)
        self.original = _snapshot(tree, {edit.path for edit in edits})

    def run(self) -> Mending:
        """Pass after pass, until no fix is left, or ten are over."""
        texts = dict(self.original)
        state = _State(texts, self.judge(texts, self.paths))
        for _ in range(MAX_PASSES):
            chosen = list(_chosen(self.offers(state)))
            if not chosen:
                break
            self.settle(state, chosen)
        changes = tuple(
            FileChange(path, self.original[path], text)
            for path, text in sorted(state.texts.items())
            if text != self.original[path]
        )
        last = self.judge(state.texts, self.request.paths) if changes else self.first
        return _answer(self.first, last, state, changes)

    def folder(self, finding: Finding) -> str:
        """The path to judge again for a finding: its entry, or the file that it is in."""
        return finding.place.path if finding.entry is None else f"{self.root}/{finding.entry}"

    def judge(self, texts: dict[str, bytes], paths: tuple[str, ...]) -> Report:
        """What check says of the texts."""
        world = replace(self.world, work_tree=Overlay(self.tree, texts), memory=None)
        return check(replace(self.request, paths=paths), world)

    def offers(self, state: _State) -> list[Finding]:
        """The findings with a fix that was not refused and may be applied here."""
        found = []
        for finding in state.report.findings:
            if finding.fix is None or _name(finding) in state.refused:
                continue
            reason = self.forbidden(finding)
            if reason is None:
                found.append(finding)
            else:
                _refuse(state, finding, reason)
        return found

    def forbidden(self, finding: Finding) -> str | None:
        """Why a fix must not touch a file: it is another entry's, or no plain file."""
        for edit in finding.fix.edits if finding.fix else ():
            own = finding.entry is not None and inside(edit.path, self.folder(finding))
            if not own and edit.path != finding.place.path:
                return f"{edit.path} is no file of the entry"
            if edit.path not in self.original:
                self.original |= _snapshot(self.tree, {edit.path})
            if edit.path not in self.original:
                return f"{edit.path} is no plain file that can be read"
        return None

    def settle(self, state: _State, chosen: Sequence[Finding]) -> None:
        """Apply fixes at once; without those that are no gain, which are then tried by halves."""
        texts, misfits = self.applied(state, chosen)
        at_fault = misfits
        if not misfits:
            report, at_fault = self.tried(state, texts, chosen)
            if not at_fault:
                state.texts, state.report = texts, report
                state.mended += [_mended(finding) for finding in chosen]
                return
        top = [finding for finding in chosen if finding.entry is None]
        if None in at_fault and 0 < len(top) < len(chosen):  # the gate's files, or the models
            self.settle(state, top)
            self.settle(state, [finding for finding in chosen if finding.entry is not None])
            return
        if not any(finding.entry in at_fault for finding in chosen):  # nobody's in particular
            at_fault = dict.fromkeys((f.entry for f in chosen), next(iter(at_fault.values())))
        bad = [finding for finding in chosen if finding.entry in at_fault]
        good = [finding for finding in chosen if finding.entry not in at_fault]
        if good:
            self.settle(state, good)
        halves = []
        for entry in dict.fromkeys(finding.entry for finding in bad):
            own = [finding for finding in bad if finding.entry == entry]
            if len(own) == 1:
                _refuse(state, own[0], at_fault[entry])
            halves += own[: len(own) // 2]
        if halves:  # the other half may have moved, and waits for the next pass
            self.settle(state, halves)

    def tried(
        self, state: _State, texts: dict[str, bytes], chosen: Sequence[Finding]
    ) -> tuple[Report, dict[str | None, str]]:
        """What check says of the texts, and the entries for which that is a loss."""
        try:
            report = self.judge(texts, self.paths)
        except PolicyError as error:  # a fix of what judges broke it
            return state.report, {None: error.message}
        return report, losses(state.report, report, chosen, texts)

    def applied(
        self, state: _State, chosen: Sequence[Finding]
    ) -> tuple[dict[str, bytes], dict[str | None, str]]:
        """The texts with the fixes in them, and the entries whose edits do not fit."""
        edits: dict[str, list[Edit]] = {}
        owner: dict[str, str | None] = {}
        for finding in chosen:
            for edit in finding.fix.edits if finding.fix else ():
                edits.setdefault(edit.path, []).append(edit)
                owner[edit.path] = finding.entry
        texts = dict(state.texts)
        misfits: dict[str | None, str] = {}
        for path, listed in edits.items():
            try:
                texts[path] = edited(texts.get(path, self.original[path]), listed)
            except (MisfitError, UnicodeDecodeError) as error:
                misfits[owner[path]] = f"the edit does not fit: {error}"
            if len(texts[path]) > MAX_BYTES:
                misfits[owner[path]] = f"{path} would be larger than {MAX_BYTES:,} bytes"
        return texts, misfits


def _chosen(offers: Sequence[Finding]) -> Iterator[Finding]:
    """The fixes of one pass: the first of those that touch each other."""
    taken: dict[str, list[Edit]] = {}
    for finding in offers:
        edits = finding.fix.edits if finding.fix else ()
        if not any(touch(e.span, other.span) for e in edits for other in taken.get(e.path, ())):
            for edit in edits:
                taken.setdefault(edit.path, []).append(edit)
            yield finding


def _snapshot(tree: Tree, paths: set[str]) -> dict[str, bytes]:
    """The bytes of plain files, as they are now: what is judged, edited and compared with."""
    found = {}
    for path in sorted(paths):
        node = tree.node(path)
        if node is not None and node.kind is Kind.FILE and node.size <= MAX_BYTES:
            try:
                found[path] = tree.read(path, MAX_BYTES)
            except UnreadableError:
                continue
    return found


def _name(finding: Finding) -> _Name:
    """What a fix is known by from pass to pass, wherever it has moved to."""
    title = finding.fix.title if finding.fix else ""
    return (finding.rule, finding.entry, finding.place.path, finding.message, title)


def _mended(finding: Finding) -> Mended:
    title = finding.fix.title if finding.fix else ""
    return Mended(finding.rule, finding.entry, finding.place, finding.message, title)


def _refuse(state: _State, finding: Finding, reason: str) -> None:
    done = _mended(finding)
    state.refused[_name(finding)] = Refused(
        done.rule, done.entry, done.place, done.message, done.title, reason
    )


def _answer(
    first: Report, last: Report, state: _State | None = None, changes: tuple[FileChange, ...] = ()
) -> Mending:
    return Mending(
        found=len(first.findings),
        left=len(last.findings),
        exit_code=last.exit_code,
        mended=tuple(state.mended) if state else (),
        refused=tuple(state.refused.values()) if state else (),
        changes=changes,
        empty=last.empty,
        faults=last.faults,
    )
