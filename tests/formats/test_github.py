"""Workflow commands, read back as the runner of GitHub reads them."""

from __future__ import annotations

import re
from typing import NamedTuple

from reports import finding, full, many, report

from registrar.domain.findings import Severity, Unchecked
from registrar.domain.places import Span
from registrar.domain.report import Report
from registrar.formats.github import render

COMMAND = re.compile(r"::(?P<name>[a-z]+) (?P<properties>.*?)::(?P<data>.*)")


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    data: str


def unescape(text: str) -> str:
    for written, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(written, meant)
    return text


def read(line: str) -> Command:
    found = COMMAND.fullmatch(line)
    assert found is not None, line
    pairs = (pair.split("=", 1) for pair in found["properties"].split(","))
    return Command(found["name"], {k: unescape(v) for k, v in pairs}, unescape(found["data"]))


def told(made: Report) -> tuple[list[Command], str]:
    lines = render(made, lambda finding: []).splitlines()
    return [read(line) for line in lines[:-1]], lines[-1]


def test_a_finding_stands_on_its_line_and_columns() -> None:
    (command,), last = told(report(finding()))
    assert command == Command(
        "error",
        {
            "title": "license-valid in wine-1.0.0",
            "file": "model_registry/wine-1.0.0/metadata.yaml",
            **{"line": "8", "endLine": "8", "col": "10", "endColumn": "18"},
        },
        '"Apache 2" is no SPDX licence expression\nhint: write Apache-2.0',
    )
    assert last == (
        "registrar: FAIL: 1 entry checked, 1 error, 0 waived, 0 deferred, 0 unchecked; a rule is "
        "explained by registrar rules NAME, or python3 -I scripts/registrar.pyz rules NAME"
    )


def test_over_several_lines_there_are_no_columns_and_without_a_place_no_line() -> None:
    (over, without), _ = told(
        report(finding(span=Span(1, 2, 3, 4)), finding(path="", span=None, entry=None))
    )
    assert {"line", "endLine"} < over.properties.keys()
    assert "col" not in over.properties
    assert without.properties == {"title": "license-valid"}


def test_the_ten_worst_are_told_and_the_others_counted() -> None:
    made = report(
        *many(3, severity=Severity.NOTE),
        *many(8, severity=Severity.WARNING),
        finding(message="nowhere", path="", span=None),
        *many(4),
        unchecked=(Unchecked("source-in-history", None, "shallow"),),
    )
    commands, _ = told(made)
    assert [command.name for command in commands] == ["error"] * 6 + ["warning"] * 4 + ["notice"]
    assert commands[4].data.startswith("nowhere"), "what has a place comes first"
    assert commands[5].properties["title"] == "unchecked source-in-history in the registry"
    assert commands[10].data.startswith("4 warnings, 3 notes more: see the summary of this job")
    commands, _ = told(report(*many(12), unchecked=made.unchecked))
    assert commands[10].data.startswith("2 errors, 1 unchecked more: ")


def test_what_does_not_count_is_in_the_last_line() -> None:
    _, last = told(full())
    assert "1 in the baseline, 1 waived, 1 deferred, 1 unchecked" in last
    assert last.endswith("switched off by policy: artifact-size")


def test_separators_and_percent_signs_come_back_as_they_were() -> None:
    made = finding(message="50%0A off, a::b", path="a,b:c=d%25/x.yaml", entry="x::,file=y")
    (command,), _ = told(report(made))
    assert command.properties["file"] == "a,b:c=d%25/x.yaml"
    assert command.properties["title"] == "license-valid in x::,file=y"
    assert command.data.startswith("50%0A off, a::b\nhint: ")


def test_a_message_has_a_limit() -> None:
    assert len(render(report(finding(message="x" * 100_000)), lambda finding: [])) < 5_000
