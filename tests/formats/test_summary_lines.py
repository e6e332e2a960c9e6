"""What the formats say in the same words: deferred checks, missing paths, where rules are told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.formats.reports import finding, report

from registrar.domain.findings import Deferred
from registrar.formats.summary import deferred, holds_none
from registrar.formats.table import FORMATS

SETTLE = "registrar check --remote --verify-bytes"


@pytest.mark.parametrize("name", ["concise", "github", "gitlab", "junit", "markdown", "text"])
def test_what_is_deferred_is_told_with_the_command_that_settles_it(name: str) -> None:
    one = Deferred("artifact-digest", "a-1.0.0", f"{SETTLE} model_registry/a-1.0.0")
    said = FORMATS[name](report(deferred=(one,)), lambda finding: [])
    assert f"{SETTLE} model_registry/a-1.0.0" in said


def test_the_line_of_several_entries_names_one_command_for_all() -> None:
    made = tuple(
        Deferred(rule, entry, f"{SETTLE} model_registry/{entry}")
        for entry in ("a-1.0.0", "b-1.0.0")
        for rule in ("artifact-format", "artifact-digest")
    )
    line = deferred(report(deferred=made))
    assert "the bytes of 2 entries are not here (artifact-digest, artifact-format)" in line
    assert line.endswith(f"settle it: {SETTLE}")
    assert deferred(report()) == ""


@pytest.mark.parametrize("name", ["concise", "github", "gitlab", "markdown", "text"])
def test_a_change_without_its_bytes_says_that_they_are_not_proved(name: str) -> None:
    made = report(deferred=(Deferred("artifact-digest", "a-1.0.0", SETTLE),))
    for judged, told in (
        (made, True),
        (replace(made, base=None), False),  # nothing is merged by it
        (replace(made, deferred=()), False),
    ):
        said = FORMATS[name](judged, lambda finding: [])
        assert ("bytes not proved before merge" in said) is told


@pytest.mark.parametrize("name", ["concise", "github", "gitlab", "junit", "markdown", "text"])
def test_each_format_says_where_a_rule_is_explained(name: str) -> None:
    said = FORMATS[name](report(finding()), lambda finding: [])
    assert "registrar rules " in said
    assert "docs/rules/" not in said, "a page of this repository is not in theirs"


@pytest.mark.parametrize("name", [n for n in FORMATS if n != "json"])
def test_a_path_without_an_entry_names_the_one_that_was_meant(name: str) -> None:
    made = replace(report(empty=("wine-1",)), meant={"wine-1": "model_registry/wine-1.0.0"})
    assert "did you mean model_registry/wine-1.0.0?" in FORMATS[name](made, lambda finding: [])
    assert holds_none(made, "other") == "other holds no entry"
