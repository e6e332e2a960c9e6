"""The pages of rules, the list of them, and the table of the README: all from the docstrings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from registrar.domain.findings import Phase
from registrar.domain.report import PhaseState, RuleFacts
from registrar.rules.rule import Rule

WITHOUT_BASE = "source-in-history"
"""The one rule of history that is asked where there is nothing to compare with."""


def asked(rules: Sequence[Rule], history: PhaseState) -> tuple[RuleFacts, ...]:
    """Those of the rules that run which were really asked, for the report."""
    ran = list(rules)
    if history is not PhaseState.RUN:
        ran = [r for r in ran if r.phase is not Phase.HISTORY or r.name == WITHOUT_BASE]
    return tuple(RuleFacts(r.name, r.phase, r.severity, r.summary, page(r)) for r in ran)


def listing(rules: Sequence[Rule]) -> str:
    """The rules as lines of a terminal."""
    width = max(len(rule.name) for rule in rules)
    lines = [
        f"{rule.name:{width}}  {rule.phase.value:7}  {rule.severity.value:7}  {rule.summary}"
        + ("  (planned)" if rule.planned else "")
        for rule in rules
    ]
    return "\n".join(lines) + "\n"


def page(rule: Rule) -> str:
    """One rule as Markdown: the header that every page has, then its docstring."""
    if rule.planned:
        return (
            f"# {rule.name}\n\n{rule.summary[:1].upper()}{rule.summary[1:]}.\n\n"
            "Planned for a later version: listed, never run, never counted.\n"
        )
    facts = {
        **({"from": rule.plugin} if rule.plugin else {"since": rule.since}),
        "phase": rule.phase.value,
        "severity": rule.severity.value,
        "offline": "no" if rule.phase is Phase.REMOTE else "yes",
        "fixable": "some of it" if rule.fixable else "no",
        "configurable": f"`{rule.configurable}`",
    }
    header = " | ".join(facts), " | ".join("---" for _ in facts), " | ".join(facts.values())
    table = "\n".join(f"| {line} |" for line in header)
    return f"# {rule.name}\n\n{table}\n\n{rule.doc.strip()}\n"


def table(rules: Sequence[Rule]) -> str:
    """The rules as a Markdown table."""
    lines = ["| rule | phase | severity | |", "| --- | --- | --- | --- |"]
    for rule in rules:
        name = f"`{rule.name}`" if rule.planned else f"[`{rule.name}`](docs/rules/{rule.name}.md)"
        state = "planned: " if rule.planned else ""
        summary = f"{state}{rule.summary}"
        lines.append(f"| {name} | {rule.phase.value} | {rule.severity.value} | {summary} |")
    return "\n".join(lines) + "\n"


def as_list(rules: Sequence[Rule]) -> dict[str, Any]:
    """The rules as plain values, for JSON."""
    return {
        "rules_version": 1,
        "rules": [
            {
                "name": rule.name,
                "phase": rule.phase.value,
                "severity": rule.severity.value,
                "summary": rule.summary,
                "planned": rule.planned,
                "plugin": rule.plugin or None,
                "since": rule.since,
                "configurable": rule.configurable,
                "page": rule.doc.strip(),
            }
            for rule in rules
        ],
    }
