"""The JSON report is what its published schema says, and old reports stay readable."""

from __future__ import annotations

import json
from copy import deepcopy
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from builders import REPORT_SCHEMA, closed, good_repo, valid_report
from reports import full, hostile, report

from registrar.formats.json import REPORT_VERSION, as_dict, render

GOLDEN = Path(__file__).parent.parent / "golden/report-1.json"


def test_the_schema_is_one_of_both_drafts_and_of_this_version() -> None:
    for draft in (jsonschema.Draft7Validator, jsonschema.Draft202012Validator):
        draft.check_schema(REPORT_SCHEMA)
        draft(REPORT_SCHEMA).validate(as_dict(full()))
    assert REPORT_SCHEMA["properties"]["report_version"]["enum"] == [REPORT_VERSION]
    names = [path.name for path in (files("registrar.formats") / "schemas").iterdir()]
    assert sorted(names) == [f"report-{number + 1}.json" for number in range(REPORT_VERSION)]


@pytest.mark.parametrize("made", [report(), full(), hostile("\ud800\x00")], ids=lambda r: r.verdict)
def test_reports_are_valid(made: Any) -> None:
    valid_report(json.loads(render(made, lambda finding: [])))


def test_a_key_that_the_schema_does_not_know_is_refused_here() -> None:
    told = as_dict(full())
    for part in (told, told["findings"][0], told["waived"][0]["waiver"], told["phases"]):
        part["surprise"] = 1
        with pytest.raises(AssertionError, match="surprise"):
            valid_report(told)
        del part["surprise"]
    valid_report(told)


def test_readers_of_version_1_may_meet_new_keys() -> None:
    told = {**as_dict(full()), "news": 1}
    jsonschema.Draft202012Validator(REPORT_SCHEMA).validate(told)


@pytest.mark.parametrize("key", REPORT_SCHEMA["required"])
def test_every_key_is_promised(key: str) -> None:
    told = as_dict(full())
    del told[key]
    with pytest.raises(AssertionError, match=key):
        valid_report(told)


def test_the_golden_report_is_still_valid() -> None:
    valid_report(json.loads(GOLDEN.read_text(encoding="utf-8")))


def test_closing_leaves_the_schema_itself_alone() -> None:
    before = deepcopy(REPORT_SCHEMA)
    assert closed(REPORT_SCHEMA) != before
    assert before == REPORT_SCHEMA


def test_a_real_report_is_valid_and_every_property_is_described(tmp_path: Path) -> None:
    assert good_repo(tmp_path / "repo").check("--base", "HEAD~1").report["checked"] == [
        "wine-1.0.0"
    ]
    for name, part in REPORT_SCHEMA["properties"].items():
        assert "description" in part, name
