"""Rules of later versions: listed, never run, never counted."""

from __future__ import annotations

from registrar.domain.findings import Phase, Severity
from registrar.rules.rule import Rule

PLANNED = tuple(
    Rule(name=name, phase=phase, severity=severity, summary=summary)
    for name, phase, severity, summary in (
        ("lifecycle-append-only", Phase.HISTORY, Severity.ERROR, "decisions are only added"),
        ("lifecycle-valid", Phase.STATIC, Severity.ERROR, "aliases and decisions are valid"),
        ("signature", Phase.STATIC, Severity.ERROR, "the entry is signed by whom policy names"),
    )
)
