"""Making a baseline: what fails today, in a registry that is to be adopted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from registrar.app.asking import CheckRequest, OnEntry
from registrar.app.check import check
from registrar.app.overlay import Overlay
from registrar.domain.baseline import Baseline
from registrar.domain.findings import Finding, Severity
from registrar.domain.report import Report
from registrar.errors import UsageError
from registrar.ports import World
from registrar.reading.baseline import BASELINE_NAME, read_baseline, write_baseline
from registrar.reading.documents import MAX_BYTES
from registrar.reading.waivers import NEVER
from registrar.rules import RULE_NAMES


@dataclass(frozen=True, slots=True)
class Adoption:
    """The text of a baseline, what it counts, and what no baseline can excuse."""

    text: str
    baseline: Baseline
    left: tuple[Finding, ...]
    """Errors that belong to no entry, or to one whose name no YAML file can hold."""
    report: Report


def adopt(world: World, coming: Mapping[str, bytes], on_entry: OnEntry | None = None) -> Adoption:
    """Judge the work tree as it will be with the files of ``coming``, and list what fails.

    ``coming`` are paths to bytes: the policy and schema that will judge. Raises UsageError where
    there is no work tree, PolicyError where the policy is not valid.
    """
    if world.work_tree is None:
        raise UsageError("this is a bare repository, which has no work tree", "clone it first")
    files = {**coming, BASELINE_NAME: write_baseline({}).encode()}
    there = replace(world, work_tree=Overlay(world.work_tree, files), memory=None)
    report = check(CheckRequest(), there, on_entry)
    errors = [f for f in report.findings if f.severity is Severity.ERROR]
    left = [f for f in errors if not _excusable(f)]
    counts = Counter((f.entry or "", f.rule) for f in errors if _excusable(f))
    if len(write_baseline(counts).encode()) > MAX_BYTES:
        message = f"{len({entry for entry, _ in counts})} entries fail: no baseline holds so many"
        hint = "split the registry, or mend what many have in common, such as a missing card"
        raise UsageError(message, hint)
    return Adoption(write_baseline(counts), Baseline(dict(counts)), tuple(left), report)


def _excusable(finding: Finding) -> bool:
    """Tell whether a baseline can hold the finding: it is of an entry, and YAML can name that."""
    if finding.entry is None or finding.rule in NEVER:
        return False
    try:
        raw = write_baseline({(finding.entry, finding.rule): 1}).encode()
    except UnicodeEncodeError:  # a name in bytes that are no UTF-8
        return False
    return not read_baseline(raw, RULE_NAMES | {finding.rule})[1]
