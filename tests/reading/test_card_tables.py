"""Which figures of a card's tables are held against which measured value."""

from __future__ import annotations

import random

import pytest

from registrar.domain.metadata import metadata_from
from registrar.reading.card import Card
from registrar.reading.card_quickly import tables_plainly_agree
from registrar.reading.card_tables import table_contradictions
from registrar.reading.contradictions import Facts

MEASURED = {
    "test.accuracy": 0.95,
    "train.accuracy": 0.99,
    "test.macro_f1": 0.94,
    "test.per_class.one.recall": 0.8,
    "test.per_class.two.recall": 0.9,
    "loss": 0.2,
}


def told(table: str, measured: dict[str, float] | None = None) -> list[str]:
    """The paths of the measured values that a table contradicts."""
    card = Card(f"# Card\n\n## Evaluation\n\n{table}\n")
    metadata = metadata_from({"name": "wine"})
    facts = Facts(metadata, "1.0.0", measured or MEASURED, "metrics.json")
    return [found.message.partition(" ")[0] for found in table_contradictions(card, facts)]


@pytest.mark.parametrize(
    ("head", "row", "expected"),
    [
        ("a | b", "test.accuracy | 0.1", ["test.accuracy"]),
        ("a | b", "`test.accuracy` | 0.1", ["test.accuracy"]),
        ("a | b", "**test.accuracy** ↑ | **0.1**", ["test.accuracy"]),
        ("a | b", "macro_f1 | 0.1", ["test.macro_f1"]),
        (r"a | b", r"macro\_f1 | 0.1", ["test.macro_f1"]),
        ("a | b", "accuracy | 0.1", []),  # of test, or of train?
        ("a | test", "accuracy | 0.1", ["test.accuracy"]),
        ("a | Test", "accuracy | 0.1", ["test.accuracy"]),
        ("a | train | test", "accuracy | 0.1 | 0.1", ["train.accuracy", "test.accuracy"]),
        ("a | train | test", "macro_f1 | 0.1 | 0.1", ["test.macro_f1"]),
        ("a | validation", "macro_f1 | 0.1", []),
        ("a | train", "test.macro_f1 | 0.1", []),
        ("a | baseline | score", "test.accuracy | 0.1 | 0.1", ["test.accuracy"]),
        ("a | min", "test.accuracy | 0.1", []),
        ("a | the gate", "test.accuracy | 0.1", []),
        ("a | wine | beer", "test.accuracy | 0.1 | 0.1", ["test.accuracy"]),
        ("a | v1.0.0 | v0.9.0", "test.accuracy | 0.1 | 0.1", ["test.accuracy"]),
        ("a | x | y", "test.accuracy | 0.1 | 0.1", []),
        ("a | x | y", "test.accuracy | 0.1 | high", ["test.accuracy"]),
        ("a | one | two", "recall | 0.1 | 0.9", ["test.per_class.one.recall"]),
        ("a | value (%)", "test.accuracy | 95", []),
        ("a | value (%)", "test.accuracy | 94", ["test.accuracy"]),
        ("a | value", "loss | 0.1", ["loss"]),
        ("a | value", "gain | 0.1", []),
        ("a | value", "Accuracy | 0.1", []),
        ("a | value", "| 0.1", []),
        ("a | value", "loss |", []),
        ("a | value", "loss | < 0.1", []),
        ("a | value", "loss", []),
    ],
)
def test_about(head: str, row: str, expected: list[str]) -> None:
    dashes = " | ".join("---" for _ in head.split("|"))
    assert told(f"{head}\n{dashes}\n{row}") == expected
    assert told(f"| {head} |\n| {dashes} |\n| {row} |") == expected


def test_a_table_in_a_quote_and_in_a_list_counts() -> None:
    assert told("> | a | b |\n> | - | - |\n> | loss | 0.1 |") == ["loss"]
    assert told("- see\n\n  | a | b |\n  | - | - |\n  | loss | 0.1 |") == ["loss"]


def test_a_quick_look_sees_tables_in_quotes() -> None:
    text = "# Card\n\n## Evaluation\n\n> | m | value |\n> | - | - |\n> | loss | {} |\n"
    assert not tables_plainly_agree(Card(text.format(0.1)), MEASURED)
    plain = text.replace("> ", "")
    assert tables_plainly_agree(Card(plain.format(0.2)), MEASURED), "the usual card stays quick"


def test_text_with_bars_is_no_table() -> None:
    assert told("loss | 0.1\nloss | 0.3") == []
    assert told("    | a | b |\n    | - | - |\n    | loss | 0.1 |") == []


def test_a_quick_yes_is_the_slow_answer_too() -> None:
    chosen = random.Random(43)
    measured = {**MEASURED, "test.f1": 0.925, "test.n": 36, "low": 0.0349}
    keys = ("accuracy", "test.accuracy", "f1", "loss", "n", "x", "", "low", "macro_f1", "`loss`")
    figures = ("0.95", "0.2", "0.20", "0.93", "0.92", "36", "36.0", "0.03", "-", "", "**0.2**")
    names = ("test", "value", "train", "a", "gate", "f1")
    quick = 0
    for _ in range(6_000):
        width = chosen.randint(1, 3)
        rows = [f"| a | {' | '.join(chosen.choices(names, k=width))} |", "| - " * (width + 1) + "|"]
        for _ in range(chosen.randint(1, 3)):
            cells = " | ".join(chosen.choices(figures, k=width))
            rows.append(f"| {chosen.choice(keys)} | {cells} |")
        table = "\n".join(rows)
        if tables_plainly_agree(Card(f"# C\n\n## Results\n\n{table}\n"), measured):
            quick += 1
            assert told(table, measured) == [], table
    assert quick > 200
