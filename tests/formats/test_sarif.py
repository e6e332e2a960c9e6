"""SARIF: valid by its schema and by the multitool, within the limits of code scanning."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from builders import ENTRY, good_repo
from reports import finding, full, hostile, many, report, waiver

from registrar.domain.findings import Severity
from registrar.domain.report import Report
from registrar.formats.sarif import MAX_RESULTS, render

TOP = Path(__file__).parent.parent.parent
NODE = TOP / "tests/node/node_modules/@microsoft/sarif-multitool-linux"
needs_multitool = pytest.mark.skipif(
    not os.access(NODE / "Sarif.Multitool", os.X_OK), reason="sarif-multitool: make test-services"
)
ATTACK = "\ud800[x](http://evil.example) {0} \x1b[2J ##[error] \u202e"


def run_of(made: Report) -> dict[str, Any]:
    (run,) = json.loads(render(made, lambda finding: []))["runs"]
    assert isinstance(run, dict)
    return run


def test_a_result_has_rule_place_level_and_text() -> None:
    run = run_of(report(finding(severity=Severity.WARNING)))
    (result,) = run["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {
            "uri": "model_registry/wine-1.0.0/metadata.yaml",
            "uriBaseId": "%SRCROOT%",
        },
        "region": {"startLine": 8, "startColumn": 10, "endLine": 8, "endColumn": 18},
    }
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == result["ruleId"] == "license-valid"
    assert rule["help"]["markdown"].startswith("# license-valid")
    assert rule["fullDescription"]["text"] == "Refuses what is no license-valid."
    assert result["level"] == "warning"
    assert result["message"]["text"].endswith("expression\nHint: write Apache-2.0")
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["invocations"][0]["executionSuccessful"] is True


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/%41#?.yaml", "a%20b/%2541%23%3F.yaml"),
        ("http://evil.example/x", "http%3A//evil.example/x"),
        ("mod\u00e8le/\udcff.yaml", "mod%C3%A8le/%FF.yaml"),
        ("", "model_registry"),
    ],
)
def test_paths_are_relative_uris(path: str, uri: str) -> None:
    (result,) = run_of(report(finding(path=path)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_waived_and_baselined_findings_are_suppressed() -> None:
    results = run_of(full())["results"]
    told = {r["ruleId"]: r["suppressions"][0] for r in results if "suppressions" in r}
    assert told.keys() == {"license-policy", "artifact-format"}
    assert all((s["kind"], s["status"]) == ("external", "accepted") for s in told.values())
    said = "waived until 2027-01-31 by wine team: known since the audit"
    assert told["license-policy"]["justification"] == said


def test_a_finding_keeps_its_fingerprint_when_it_is_waived() -> None:
    counts, waived = report(finding()), report(waived=((finding(), waiver()),))
    one, two = (run_of(made)["results"][0]["partialFingerprints"] for made in (counts, waived))
    assert one == two
    assert one["primaryLocationLineHash"] == one["registrar/v1"]


def test_what_was_not_looked_at_makes_the_run_unsuccessful() -> None:
    invocation = run_of(full())["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 1
    told = [(n["level"], n["message"]["text"]) for n in invocation["toolExecutionNotifications"]]
    assert told[0] == (
        "error",
        "unchecked: wine-1.0.0: the clone is shallow; git fetch --unshallow",
    )
    assert told[1] == ("error", "nothing to check: model_registry/nothing holds no entry")
    assert told[2][0] == "note"
    assert "settle it: registrar check --remote" in told[2][1]
    for broken in (report(empty=("x",)), report(faults=("Traceback",))):
        assert run_of(broken)["invocations"][0]["executionSuccessful"] is False


def test_fixes_are_given_with_their_edits() -> None:
    (result,) = [r for r in run_of(full())["results"] if "fixes" in r]
    (fix,) = result["fixes"]
    assert fix["description"]["text"] == "quote it"
    (change,) = fix["artifactChanges"]
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 4, "startColumn": 10, "endLine": 4, "endColumn": 14},
            "insertedContent": {"text": '"1.10"'},
        }
    ]


def test_no_more_than_code_scanning_takes_and_the_number_of_the_others() -> None:
    made = report(*many(MAX_RESULTS, severity=Severity.NOTE), *many(10))
    run = run_of(replace(made, baselined=(finding(),)))
    assert len(run["results"]) == MAX_RESULTS
    assert [r["level"] for r in run["results"][:11]] == ["error"] * 10 + ["note"]
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert [n["message"]["text"].split(";")[0] for n in notes] == ["11 more results"]


def test_text_of_documents_is_no_link_and_no_placeholder() -> None:
    text = run_of(report(finding(message=ATTACK)))["results"][0]["message"]["text"]
    assert "](" not in text
    assert "{{0}}" in text


def sarif_schema() -> Any:
    return json.loads((NODE / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))


@needs_multitool
@pytest.mark.parametrize("made", [report(), full(), hostile(ATTACK)], ids=["empty", "full", "bad"])
def test_the_log_is_valid_by_the_schema(made: Report) -> None:
    log = json.loads(render(made, lambda finding: []).replace("\\ud800", "\\ufffd"))
    assert [
        error.message for error in jsonschema_rs.validator_for(sarif_schema()).iter_errors(log)
    ] == []


@pytest.mark.slow
@needs_multitool
def test_the_multitool_finds_no_error(tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", "license: Apache 2")
    repo.check_text("--report", f"sarif={tmp_path / 'real.sarif'}")
    for name, made in {"empty": report(), "full": full(), "hostile": hostile(ATTACK)}.items():
        (tmp_path / f"{name}.sarif").write_text(render(made, lambda finding: []), "ascii")
    files = sorted(map(os.fspath, tmp_path.glob("*.sarif")))
    assert len(files) == 4
    done = subprocess.run(
        [NODE / "Sarif.Multitool", "validate", *files, "--level", "Error;Warning"],
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "Done. 4 files scanned." in done.stdout
    assert ": error " not in done.stdout, done.stdout
