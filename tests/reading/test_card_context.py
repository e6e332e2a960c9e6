"""What stands around a figure or a licence: another version, another split, the code, the data."""

from __future__ import annotations

import pytest
from cards import foreign

from registrar.domain.metadata import metadata_from
from registrar.reading.card import Card
from registrar.reading.card_tables import table_contradictions
from registrar.reading.contradictions import Facts

MEASURED = {"test.accuracy": 0.95, "test.mape": 0.005, "test.wer": 0.052}


def told(above: str, row: str = "accuracy | 0.93") -> list[bool]:
    """Whether each contradiction of a table is a sure one."""
    card = Card(f"# Card\n\n## Evaluation\n\n{above}\n\nmetric | value\n--- | ---\n{row}\n")
    metadata = metadata_from({"name": "wine"})
    facts = Facts(metadata, "1.1.0", MEASURED, "metrics.json", data_names=("uci-wine",))
    return [found.sure for found in table_contradictions(card, facts)]


@pytest.mark.parametrize(
    "above",
    [
        "### Version 1.0.0",
        "### v1.0",
        "### wine 1.0.0 (previous)",
        "### Baseline",
        "### Earlier results",
        "### On the 2023 test set",
        "For comparison, the published figures of version 1.0.0:",
        "Thresholds that the review board asks for:",
        "On the validation set:",
        "### CIFAR-10.1",
        "### Robustness: ImageNet-C",
        "### SQuAD",
        "### Common Voice 11, test",
        "### Out-of-domain wines",
        "### Zero-shot, in German",
        "### With 8-bit quantization",
        "### Ablation: without augmentation",
        "### Comparison with XGBoost",
        "Before fine-tuning:",
        "With test-time augmentation:",
        "5-fold cross validation:",
        "The model of last year:",
        "We repeated it on the MNLI-mm test set:",
    ],
)
def test_what_may_be_about_something_else_is_only_a_doubt(above: str) -> None:
    assert told(above) == [False]


@pytest.mark.parametrize("above", ["### Validation", "### Training set", "### Results (dev)"])
def test_another_split_in_the_heading_is_not_compared(above: str) -> None:
    assert told(above) == []
    assert told(above, "test.accuracy | 0.93") == [True], "the row itself names the split"


@pytest.mark.parametrize(
    "above",
    [
        "",
        "### Results",
        "### Version 1.1.0",
        "### v1.1",
        "### Test set",
        "On the test set of 36 rows, the accuracy is 0.95:",
        "Trained in 2 hours; see the validation report for more.\n\nMeasured once:",
        "### Validation\n\n0.96\n\n### Test",
        "### Evaluation Metrics",
        "### Quantitative Analysis",
        "### RESULTS ON TEST",
        "### ROC AUC, F1 and accuracy",
        "### Wine, version 1.1.0",
        "### UCI-Wine test set",
        "### Figure 2",
        "Trained with PyTorch on CIFAR-10. Then measured.",
        "On UCI-Wine:",
        "Trained before the rows were split, and measured after that was done, on all of them.",
    ],
)
def test_what_is_about_this_version_stays_an_error(above: str) -> None:
    assert told(above) == [True]


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("mape | 0.5", 0),
        ("mape | 0.5%", 0),
        ("mape (%) | 0.5", 0),
        ("mape | 0.005", 0),
        ("mape | 0.7%", 1),
        ("wer | 5.2", 0),
        ("wer | 5.2%", 0),
        ("wer | 4.1", 1),
        ("accuracy | 0.95%", 1),
        ("accuracy | 95", 1),
    ],
)
def test_a_metric_that_is_a_percentage_by_its_name_is_read_both_ways(row: str, wrong: int) -> None:
    assert len(told("", row)) == wrong


PERCENT = [
    ("metric | value (%)\n--- | ---\n{} | {}", True),
    ("metric | %\n--- | ---\n{} | {}", True),
    ("metric | in percent\n--- | ---\n{} | {}", True),
    ("metric | value [%]\n--- | ---\n{} | {}", True),
    ("metric | unit | value\n--- | --- | ---\n{} | % | {}", True),
    ("### Results (%)\n\nmetric | value\n--- | ---\n{} | {}", True),
    ("All figures are in percent.\n\nmetric | value\n--- | ---\n{} | {}", True),
    ("### Percentiles\n\nmetric | value\n--- | ---\n{} | {}", False),
    ("metric | unit | value\n--- | --- | ---\n{} | s | {}", False),
]


@pytest.mark.parametrize(("form", "percent"), PERCENT)
def test_a_table_may_say_percent_for_its_figures(form: str, percent: bool) -> None:
    def wrong(said: str) -> int:
        card = Card(f"# Card\n\n## Evaluation\n\n{form.format('accuracy', said)}\n")
        facts = Facts(metadata_from({}), "1.1.0", {"accuracy": 0.9259}, "metrics.json")
        return len(list(table_contradictions(card, facts)))

    assert wrong("92.6") == (0 if percent else 1)
    assert wrong("0.926") == 0, "the sign is not its own: one of two readings is right"
    assert (wrong("95.0"), wrong("0.95")) == (1, 1)


def test_the_only_right_one_of_two_headings_excuses_the_other() -> None:
    form = "### {}\n\nmetric | value\n--- | ---\nwer | {}\n\n"
    facts = Facts(metadata_from({"name": "asr"}), "1.1.0", {"test.wer": 0.052}, "metrics.json")

    def sure(*parts: tuple[str, str]) -> list[bool]:
        text = "".join(form.format(heading, said) for heading, said in parts)
        card = Card(f"# Card\n\n## Evaluation\n\n{text}")
        return [found.sure for found in table_contradictions(card, facts)]

    assert sure(("Zurich", "5.2"), ("Bern", "9.1")) == [False]
    assert sure(("Test", "5.2"), ("Overall results", "3.1")) == [True], "no name of anything"
    assert sure(("Results\n\nZurich:", "5.2"), ("Results\n\nBern:", "9.1")) == [False]
    assert sure(("Zurich", "3.1"), ("Bern", "9.1")) == [True, True]
    assert sure(("Zurich", "5.2"), ("Zurich", "9.1")) == [True]


@pytest.mark.parametrize(("said", "mended"), [("95.0", None), ("5.2", None), ("0.95", "0.93")])
def test_a_figure_of_another_scale_is_not_mended_by_the_program(
    said: str, mended: str | None
) -> None:
    card = Card(f"# Card\n\n## Evaluation\n\nm | value\n--- | ---\naccuracy | {said}\n")
    facts = Facts(metadata_from({}), "1.1.0", {"accuracy": 0.9259}, "metrics.json")
    assert [found.mended for found in table_contradictions(card, facts)] == [mended]


def test_a_percentage_that_was_measured_as_one_agrees_with_its_sign() -> None:
    card = Card("# Card\n\n## Evaluation\n\nmetric | value\n--- | ---\nmape | 0.5%\n")
    facts = Facts(metadata_from({}), "1.0.0", {"mape": 0.5}, "metrics.json")
    assert list(table_contradictions(card, facts)) == []


@pytest.mark.parametrize(
    "section",
    [
        "ALv2",
        "Apache License, Version 2.0",
        "Apache 2",
        "Licensed under the Apache License v2.0.",
        "The training code is GPL-3.0-or-later.",
        "The training code\nof this model is GPL-3.0-or-later.",
        "The data set is CC-BY-4.0.",
        "Data: CC-BY-4.0",
        "The base model is under the MIT License.",
        "ASL 2.0 for the weights. The code is MIT-licensed.",
    ],
)
def test_what_is_no_contradiction(section: str) -> None:
    assert foreign(section) == []


@pytest.mark.parametrize(
    "section",
    [
        "GPL-3.0-or-later",
        "The weights are GPL-3.0-or-later.",
        "Code and weights are GPL-3.0-or-later.",
        "The model and its code are under the MIT License.",
        "The code is MIT-licensed. The model is CC-BY-NC-4.0.",
        "MIT",
        "This model: GPL-3.0-only",
    ],
)
def test_what_is_one(section: str) -> None:
    assert len(foreign(section)) == 1


@pytest.mark.parametrize(
    ("section", "licence"),
    [
        ("MIT licence", "MIT"),
        ("BSD 3-Clause", "BSD-3-Clause"),
        ("3-Clause BSD", "BSD-3-Clause"),
        ("BSD 2-Clause License", "BSD-2-Clause"),
    ],
)
def test_common_spellings(section: str, licence: str) -> None:
    assert foreign(section, licence) == []


def test_the_hint_of_a_doubt_is_only_a_condition() -> None:
    text = "# Card\n\n## Evaluation\n\n### SQuAD\n\nm | value\n--- | ---\naccuracy | 0.9\n"
    facts = Facts(metadata_from({}), "1.1.0", {"accuracy": 0.5}, "metrics.json")
    hints = [found.hint for found in table_contradictions(Card(text), facts)]
    assert [hint.partition(", write")[0] for hint in hints] == [
        "if it is of this version and its data"
    ]
