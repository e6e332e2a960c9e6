"""What card-consistent offers to mend, applied: the card agrees then, and nothing else moved."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import CARD, LICENCE, Repo, good_entry

from registrar.domain.findings import Edit, Fix, Problem, Severity
from registrar.domain.policy import Policy
from registrar.integrations.work_tree import WorkTree
from registrar.reading.entry import Entry
from registrar.rules.card_consistent import RULE
from registrar.rules.rule import Judging


def problems(path: Path, card: str, metadata: str = "") -> list[Problem]:
    files = good_entry(**{"MODEL_CARD.md": card})
    files["metadata.yaml"] += metadata.encode()
    Repo(path, git=False).add_entry(files=files)
    entry = Entry(WorkTree(str(path)), "model_registry", "wine-1.0.0")
    assert RULE.entry is not None
    judging = Judging(Policy(), None, {}, frozenset())  # type: ignore[arg-type]  # not looked at
    return [found for found in RULE.entry(entry, judging) if isinstance(found, Problem)]


def apply(text: str, fixes: list[Fix]) -> str:
    edits: list[Edit] = [edit for fix in fixes for edit in fix.edits]
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        span = edit.span
        assert edit.path == "MODEL_CARD.md"
        assert span.line == span.end_line
        line = lines[span.line - 1]
        lines[span.line - 1] = line[: span.column - 1] + edit.text + line[span.end_column - 1 :]
    return "\n".join(lines)


def mended(path: Path, card: str, metadata: str = "") -> str:
    found = problems(path / "before", card, metadata)
    assert found
    assert all(problem.fix for problem in found), found
    text = apply(card, [problem.fix for problem in found if problem.fix])
    assert problems(path / "after", text, metadata) == []
    return text


def table(*rows: str) -> str:
    return CARD.replace(
        "## License", "\n".join(["| metric | value |", "| --- | --- |", *rows, ""]) + "\n## License"
    )


@pytest.mark.parametrize(
    ("row", "new"),
    [
        ("| accuracy | 0.93 |", "| accuracy | 0.95 |"),
        ("| accuracy | **0.9300** |", "| accuracy | **0.9500** |"),
        ("| `test.accuracy` |  91%  |", "| `test.accuracy` |  95%  |"),
        ("| accuracy | 91.0 % |", "| accuracy | 95.0 % |"),
        ("| accuracy | 95 |", "| accuracy | 95% |"),
        ("accuracy | 0,93", "accuracy | 0,95"),
        ("| accuracy | 9.3e-1 |", "| accuracy | 9.5e-1 |"),
        ("| accuracy | -0.93   |", "| accuracy | 0.95    |"),
        ("| accuracy | .93   |", "| accuracy | 0.95  |"),
        ("| accuracy | ~ 0.9 |", "| accuracy | ~ 1.0 |"),
        ("| accuracy (%) | 93.1 |", "| accuracy (%) | 95.0 |"),
        ("> never mind", None),
    ],
)
def test_the_figure_of_a_cell(row: str, new: str | None, tmp_path: Path) -> None:
    if new is None:
        assert problems(tmp_path, table(row)) == []
    elif row == "| accuracy | ~ 0.9 |":
        assert problems(tmp_path, table(row)) == []  # 0.95 is half-way between 0.9 and 1.0
    else:
        assert mended(tmp_path, table(row)) == table(new)


def test_line_ends_and_tabs_stay(tmp_path: Path) -> None:
    card = table("| accuracy | 0.93 |").replace("\n", "\r\n")
    assert mended(tmp_path / "crlf", card) == card.replace("0.93", "0.95")
    tabs = table("|\taccuracy\t|\t0.93\t|")
    found = problems(tmp_path / "tabs", tabs)
    assert [problem.fix for problem in found] == [None]
    assert found[0].at.span is not None
    assert found[0].at.span.line == tabs[: tabs.index("0.93")].count("\n") + 1


def test_an_interval_is_left_to_a_person(tmp_path: Path) -> None:
    found = problems(tmp_path, table("| accuracy | 0.93 ± 0.01 |"))
    assert [problem.fix for problem in found] == [None]


@pytest.mark.parametrize(
    ("front", "new", "metadata"),
    [
        ("license: mit", "license: apache-2.0", ""),
        ("license: 'mit' # ours", "license: apache-2.0 # ours", ""),
        ("license: MIT", "license: Apache-2.0", ""),
        ("license: [mit]", "license: [apache-2.0]", ""),
        ("license: other\nlicense_name: MIT", None, ""),
        ("version: 1.2.0", 'version: "1.0.0"', ""),
        ("pipeline_tag: translation", "pipeline_tag: fill-mask", "task: fill-mask\n"),
    ],
)
def test_front_matter(front: str, new: str | None, metadata: str, tmp_path: Path) -> None:
    card = f"---\n{front}\n---\n{CARD}"
    if new is None:
        [found] = problems(tmp_path, card, metadata)
        assert found.fix is None
    else:
        assert mended(tmp_path, card, metadata) == f"---\n{new}\n---\n{CARD}"


def test_prose_is_never_touched(tmp_path: Path) -> None:
    [found] = problems(tmp_path, CARD.replace(LICENCE, "MIT"))
    assert found.fix is None


def test_a_licence_that_the_hub_lacks_is_left_to_a_person(tmp_path: Path) -> None:
    path = tmp_path
    files = good_entry(**{"MODEL_CARD.md": f"---\nlicense: mit\n---\n{CARD}"})
    files["metadata.yaml"] = files["metadata.yaml"].replace(b"Apache-2.0", b"BUSL-1.1")
    Repo(path, git=False).add_entry(files=files)
    entry = Entry(WorkTree(str(path)), "model_registry", "wine-1.0.0")
    assert RULE.entry is not None
    judging = Judging(Policy(), None, {}, frozenset())  # type: ignore[arg-type]  # not looked at
    found = [p for p in RULE.entry(entry, judging) if isinstance(p, Problem)]
    assert [problem.fix for problem in found] == [None]


@pytest.mark.parametrize("row", ["| accuracy | 0 |", "| accuracy | 2 |"])
def test_no_figure_is_rounded_to_a_perfect_model(tmp_path: Path, row: str) -> None:
    (found,) = problems(tmp_path, table(row))
    assert found.fix is None


@pytest.mark.parametrize("head", ["Required", "SOTA", "v0.9.0", "Acceptance criterion", "int8"])
def test_a_column_that_may_be_of_something_else_is_a_warning_without_a_fix(
    tmp_path: Path, head: str
) -> None:
    card = table("| accuracy | 0.5 |").replace("| metric | value |", f"| metric | {head} |")
    (found,) = problems(tmp_path, card)
    assert (found.severity, found.fix) == (Severity.WARNING, None)


def test_results_of_several_data_sets_are_not_compared(tmp_path: Path) -> None:
    result = "{{dataset: {{name: {}, split: test}}, metrics: [{{type: accuracy, value: {}}}]}}"
    both = ", ".join([result.format("Adult", 0.85), result.format("wine", 0.95)])
    card = f"---\nmodel-index: [{{results: [{both}]}}]\n---\n" + CARD
    assert problems(tmp_path, card) == []
