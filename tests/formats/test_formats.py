"""What holds for every format: nothing is kept in silence, the same bytes each time."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from reports import finding, full, many, report

from registrar import __version__
from registrar.formats.table import FORMATS

GOLDEN = Path(__file__).parent.parent / "golden"
NAMES = {
    **{"concise": "report.concise.txt", "github": "report.github.txt", "text": "report.txt"},
    **{"gitlab": "report.gitlab.json", "json": "report-1.json", "junit": "report.junit.xml"},
    **{"markdown": "report.md", "sarif": "report.sarif"},
}


def written(name: str) -> str:
    return FORMATS[name](full(), lambda finding: [])


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_writes_what_it_wrote(name: str) -> None:
    """UPDATE_GOLDEN=1 writes them anew; read the difference before you commit it."""
    text = written(name).replace(f'ersion": "{__version__}"', 'ersion": "0.0.0"')
    target = GOLDEN / NAMES[name]
    if os.environ.get("UPDATE_GOLDEN"):
        target.write_text(text, encoding="utf-8")
    assert text == target.read_text(encoding="utf-8")
    assert text == written(name).replace(f'ersion": "{__version__}"', 'ersion": "0.0.0"')


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_is_kept_in_silence(name: str) -> None:
    text = written(name)
    for word in ("license-valid", "metadata-schema", "card-sections", "dataset-manifest"):
        assert word in text
    for word in ("waived", "baseline", "deferred", "unchecked"):
        assert word in text.lower(), word
    assert "artifact-size" in text, "the rule that is switched off"
    if name != "json":  # there the command says it on stderr
        assert "model_registry/nothing" in text


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_without_anything(name: str) -> None:
    text = FORMATS[name](report(rules=()), lambda finding: [])
    assert text.endswith("\n")
    if name in ("json", "gitlab", "sarif"):
        json.loads(text)


@pytest.mark.parametrize("name", ["concise", "text"])
def test_the_footer_counts_what_fix_can_mend(name: str) -> None:
    assert "1 of 5 findings can be mended by registrar fix" in written(name)
    assert "registrar fix" not in FORMATS[name](report(finding()), lambda finding: [])


def test_concise_tells_one_line_a_finding() -> None:
    lines = FORMATS["concise"](report(*many(3)), lambda finding: []).splitlines()
    assert lines[:3] == [
        f"model_registry/wine-1.0.0/metadata.yaml:8:10: error[license-valid] wrong {number}"
        for number in range(3)
    ]
    assert len(lines) == 4
    assert lines[3].startswith("FAIL: 1 entry checked, 3 errors, 0 waived")


def test_a_finding_without_a_place_is_told_by_its_entry() -> None:
    made = report(finding(path="", span=None), finding(path="", span=None, entry=None))
    lines = FORMATS["concise"](made, lambda finding: []).splitlines()
    assert [line.split(": ")[0] for line in lines[:2]] == ["wine-1.0.0", "the registry"]
