"""GitLab's code quality report: its fields, and fingerprints that are each another."""

from __future__ import annotations

import json
from typing import Any

from reports import finding, full, many, report

from registrar.domain.findings import Severity, Unchecked
from registrar.domain.report import Report
from registrar.formats.gitlab import render
from registrar.formats.sarif import render as sarif


def issues(made: Report) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(render(made, lambda finding: []))
    for issue in told:
        assert issue.keys() == {
            "description", "check_name", "fingerprint", "severity", "location",
        }  # fmt: skip
        assert issue["severity"] in ("blocker", "critical", "major", "minor", "info")
        assert issue["location"]["path"]
        assert issue["location"]["lines"]["begin"] >= 1
    assert len({issue["fingerprint"] for issue in told}) == len(told)
    return told


def test_severities() -> None:
    made = report(*(finding(severity=severity) for severity in Severity))
    assert [issue["severity"] for issue in issues(made)] == ["critical", "minor", "info"]


def test_everything_that_a_report_holds_is_an_issue() -> None:
    told = [(issue["check_name"], issue["severity"]) for issue in issues(full())]
    assert told[5:] == [
        ("license-policy", "info"),
        ("artifact-format", "info"),
        ("source-in-history", "blocker"),
        ("nothing-to-check", "blocker"),
        ("deferred", "info"),
        ("artifact-size", "info"),
    ]


def test_the_fingerprints_are_those_of_sarif() -> None:
    results = json.loads(sarif(full(), lambda finding: []))["runs"][0]["results"]
    marks = [result["partialFingerprints"]["registrar/v1"] for result in results]
    assert [issue["fingerprint"] for issue in issues(full())][: len(marks)] == marks


def test_the_same_reason_twice_is_one_issue() -> None:
    twice = (Unchecked("a-rule", "x", "no network"),) * 2
    assert len(issues(report(unchecked=twice))) == 1
    assert len(issues(report(*many(2), *many(2)))) == 4
