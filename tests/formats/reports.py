"""Reports made by hand, for the tests of formats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from registrar.domain.findings import (
    Deferred,
    Edit,
    Finding,
    Fix,
    Phase,
    Severity,
    Unchecked,
)
from registrar.domain.places import Place, Span
from registrar.domain.policy import Waiver
from registrar.domain.report import (
    EntryFacts,
    JudgedBy,
    MetricDelta,
    PhaseState,
    Report,
    RuleFacts,
    Verdict,
)

AT = date(2026, 11, 24)
PHASES = {Phase.STATIC: PhaseState.RUN, Phase.HISTORY: PhaseState.RUN}
ASKED = tuple(
    RuleFacts(
        name,
        Phase.STATIC,
        Severity.ERROR,
        f"{name} holds",
        f"# {name}\n\n| since |\n| --- |\n\nRefuses what is no {name}.\n\nExample:\n\n    x: 1\n",
    )
    for name in (
        "artifact-digest",
        "card-sections",
        "dataset-manifest",
        "license-valid",
        "metadata-schema",
    )
)
"""Five rules by hand, so that a snapshot does not change with every page."""


PLACE = Span(8, 10, 8, 18)


def finding(
    rule: str = "license-valid",
    message: str = '"Apache 2" is no SPDX licence expression',
    severity: Severity = Severity.ERROR,
    entry: str | None = "wine-1.0.0",
    hint: str = "write Apache-2.0",
    path: str = "model_registry/wine-1.0.0/metadata.yaml",
    span: Span | None = PLACE,
    fix: Fix | None = None,
) -> Finding:
    """An error of a licence, or what is asked for instead."""
    place = Place(path, span)
    return Finding(rule, severity, entry, message, hint, place, f"docs/rules/{rule}.md", fix)


def report(*findings: Finding, **more: object) -> Report:
    """A report over one entry with all rules asked."""
    fields: dict[str, object] = {
        "at": AT,
        "judged_by": JudgedBy("base", "a" * 40, "b" * 64),
        "base": "a" * 40,
        "head": "c" * 40,
        "checked": ("wine-1.0.0",),
        "phases": PHASES
        | {Phase.REMOTE: PhaseState.NOT_ASKED, Phase.RUNTIME: PhaseState.NOT_ASKED},
        "rules_off": (),
        "findings": findings,
        "waived": (),
        "deferred": (),
        "unchecked": (),
        "rules": ASKED,
    }
    return Report(**{**fields, **more})  # type: ignore[arg-type]


def waiver(reason: str = "known since the audit", owner: str = "wine team") -> Waiver:
    """A waiver of the licence rule."""
    expires = date(2027, 1, 31)
    return Waiver(
        "license-policy", "wine-1.0.0", reason, owner, AT, expires, None, Span(1, 1, 1, 2)
    )


QUOTE = Fix(
    "quote it", (Edit("model_registry/wine-1.1.0/metadata.yaml", Span(4, 10, 4, 14), '"1.10"'),)
)


def full() -> Report:
    """A report with something in every place that a report has."""
    wine = "model_registry/wine-1.1.0"
    return report(
        finding(),
        finding(
            "metadata-schema",
            "version is a number: quote it",
            entry="wine-1.1.0",
            path=f"{wine}/metadata.yaml",
            span=Span(4, 10, 4, 14),
            fix=QUOTE,
        ),
        finding(
            "card-sections",
            "the section Limitations is missing",
            entry="wine-1.1.0",
            path=f"{wine}/MODEL_CARD.md",
            span=Span(1, 1, 1, 1),
            hint="",
        ),
        finding(
            "dataset-manifest",
            "the URL has no sha256",
            Severity.WARNING,
            "wine-1.1.0",
            path=f"{wine}/dataset-manifest.yaml",
            span=Span(3, 1, 5, 2),
        ),
        finding(
            "gate-intact",
            "2 entries would newly fail",
            Severity.NOTE,
            None,
            path="registrar.toml",
            span=None,
        ),
        checked=("wine-1.0.0", "wine-1.1.0", "fraud-2.0.0"),
        rules_off=("artifact-size",),
        waived=((finding("license-policy", "GPL-3.0-only is not allowed"), waiver()),),
        baselined=(
            finding(
                "artifact-format",
                "pickle is not on the list",
                entry="fraud-2.0.0",
                path="model_registry/fraud-2.0.0/model.pkl",
                span=None,
            ),
        ),
        deferred=(
            Deferred(
                "artifact-digest",
                "wine-1.1.0",
                "registrar check --remote --verify-bytes model_registry/wine-1.1.0",
            ),
        ),
        unchecked=(
            Unchecked(
                "source-in-history", "wine-1.0.0", "the clone is shallow; git fetch --unshallow"
            ),
        ),
        empty=("model_registry/nothing",),
        facts=(
            EntryFacts("wine-1.0.0", Verdict.FAIL),
            EntryFacts(
                "wine-1.1.0",
                Verdict.FAIL,
                "Apache-2.0",
                1_468_006,
                "wine-1.0.0",
                (
                    MetricDelta("test.accuracy", 0.951, 0.94, True),
                    MetricDelta("test.loss", 0.2, 0.1, False),
                    MetricDelta("test.rows", 36.0, 36.0),
                    MetricDelta("train.seconds", 12.5),
                    MetricDelta("test.other", 2.0, 1.0),
                ),
            ),
        ),
    )


def hostile(text: str) -> Report:
    """The text in every place that a document can fill; a policy of the tree names plugins."""
    made = full()
    bad = finding(
        text,
        text,
        Severity.ERROR,
        text,
        text,
        text,
        Span(1, 1, 1, 2),
        Fix(text, (Edit(text, Span(1, 1, 1, 1), text),)),
    )
    return replace(
        made,
        checked=(text,),
        rules_off=(text,),
        findings=(
            bad,
            replace(bad, severity=Severity.WARNING),
            replace(bad, severity=Severity.NOTE),
        ),
        waived=((bad, waiver(text, text)),),
        baselined=(bad,),
        deferred=(Deferred(text, text, text),),
        unchecked=(Unchecked(text, text, text),),
        empty=(text,),
        facts=(
            EntryFacts(text, Verdict.FAIL, text, 1, text, (MetricDelta(text, 1.0, 2.0, False),)),
        ),
        root=text,
    )


def many(count: int, **more: object) -> Iterator[Finding]:
    """Findings that differ in their message."""
    for number in range(count):
        yield finding(message=f"wrong {number}", **more)  # type: ignore[arg-type]
