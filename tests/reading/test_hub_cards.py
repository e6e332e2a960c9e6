"""Realistic cards, as people write them: good ones are never refused, contradictory ones are."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from builders import CARD, LICENCE, Repo, good_entry

from registrar.domain.findings import Problem, Severity
from registrar.domain.policy import Policy
from registrar.integrations.work_tree import WorkTree
from registrar.reading.entry import Entry
from registrar.rules.card_consistent import RULE
from registrar.rules.rule import Judging

HERE = Path(__file__).parent / "hub_cards"
GOOD: dict[str, Any] = tomllib.loads((HERE / "good.toml").read_text(encoding="utf-8"))
BAD: dict[str, Any] = tomllib.loads((HERE / "contradictory.toml").read_text(encoding="utf-8"))

REFUSED = frozenset(
    (
        *("per-class-below-a-heading", "code-and-data", "details-summary", "release-candidate"),
        *("per-language", "flat-validation", "teacher", "nested-headings", "lic-trained-on"),
        *("lic-code-under-heading-sentence", "lic-formerly", "two-point-version", "lic-thanks"),
        *("lic-uses-tokenizer", "lic-not", "lic-contrib"),
    )
)
"""Good cards that are refused today; one that is judged rightly must leave the list."""
PASSED = frozenset(
    (
        *("below-train", "lead-in-of-an-improvement", "footnote", "footnote-of-the-key"),
        *("superscript", "star-and-dagger", "html-bold", "apache-in-words", "after-the-licence"),
        *("weights-under-the-licence-of-the-code", "numbered-three", "both-versions", "lead-year"),
        *("comparison-column", "lead-trained", "test-wins", "validation-known", "val-abbreviated"),
        *("slice-heading", "sub", "lic-for-weights", "lic-paren", "lic-mpl", "this-release"),
    )
)
"""Contradictory cards that pass today."""


def cases(names: Iterable[str], known: frozenset[str]) -> list[Any]:
    """The names as parameters, the wrong ones expected to fail."""
    wrong = pytest.mark.xfail(strict=True, reason="judged wrongly today")
    return [pytest.param(name, marks=[wrong] if name in known else []) for name in names]


def problems(case: dict[str, Any], path: Path) -> list[Problem]:
    """What card-consistent says of the good entry, version 1.2.0, with the sections of a case."""
    card = CARD.replace(LICENCE, case.get("licence", LICENCE))
    card = card.replace("## License", case.get("evaluation", "") + "\n## License")
    if "front" in case:
        card = f"---\n{case['front']}\n---\n{card}"
    files = good_entry(**{"MODEL_CARD.md": card})
    files["metrics.json"] = json.dumps(case.get("metrics", {"test": {"accuracy": 0.95}})).encode()
    text = files["metadata.yaml"].replace(b"1.0.0", b"1.2.0")
    licence = f"license: {case.get('license', 'Apache-2.0')}"
    text = text.replace(b"license: Apache-2.0", licence.encode())
    if "licenses" in case:
        text += f"licenses: {json.dumps(case['licenses'])}\n".encode()
    files["metadata.yaml"] = text
    Repo(path, git=False).add_entry("wine-1.2.0", files)
    entry = Entry(WorkTree(str(path)), "model_registry", "wine-1.2.0")
    assert entry.metadata is not None
    assert RULE.entry is not None
    judging = Judging(Policy(), None, {}, frozenset())  # type: ignore[arg-type]  # not looked at
    return [found for found in RULE.entry(entry, judging) if isinstance(found, Problem)]


@pytest.mark.parametrize("name", cases(GOOD, REFUSED))
def test_a_good_card_is_not_refused(name: str, tmp_path: Path) -> None:
    found = problems(GOOD[name], tmp_path)
    assert [p.message for p in found if p.severity in (None, Severity.ERROR)] == []


@pytest.mark.parametrize("name", cases(BAD, PASSED))
def test_a_contradiction_is_refused(name: str, tmp_path: Path) -> None:
    found = problems(BAD[name], tmp_path)
    assert any(p.severity in (None, Severity.ERROR) for p in found), found
