"""Which sections of a card count as said."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import CARD, LICENCE
from cards import TITLES, missing, with_limitations

from registrar.reading.card import read
from registrar.reading.card_profiles import PROFILES, normalise


def test_a_good_card_has_no_problems() -> None:
    assert read(CARD).problems == ()


def test_the_untouched_template_says_nothing(top: Path) -> None:
    template = (top / "docs/model_card_template.md").read_text(encoding="utf-8")
    assert missing(template) == set(TITLES)


def test_an_empty_card_misses_all_seven() -> None:
    assert missing("# A card") == set(TITLES)
    assert [flaw.message for flaw in read("").problems] == ["the card is empty"]
    assert [flaw.message for flaw in read("\n \n").problems] == ["the card is empty"]


HUB_TEMPLATE = """\
---
# For reference on model card metadata, see the spec
{{ card_data }}
---

# Model Card for {{ model_id | default("Model ID", true) }}

<!-- Provide a quick summary of what the model is/does. -->

## Model Details

### Model Description

<!-- Provide a longer summary of what this model is. -->

- **Developed by:** [More Information Needed]
- **License:** [More Information Needed]

## Uses

<!-- Address questions around how the model is intended to be used. -->

### Direct Use

[More Information Needed]

### Out-of-Scope Use

[More Information Needed]

## Bias, Risks, and Limitations

<!-- This section is meant to convey both technical and sociotechnical limitations. -->

[More Information Needed]

### Recommendations

Users (both direct and downstream) should be made aware of the risks, biases and limitations of \
the model. More information needed for further recommendations.

## Training Details

### Training Data

[More Information Needed]

## Evaluation

### Testing Data, Factors & Metrics

#### Testing Data

[More Information Needed]

## Model Card Contact

[More Information Needed]
"""


def test_the_untouched_template_of_the_hub_says_nothing() -> None:
    assert missing(HUB_TEMPLATE) == set(TITLES)


@pytest.mark.parametrize(
    "body",
    [
        *("", "TODO", "- TODO", "TBD.", "N/A", "n/a.", "[More Information Needed]", "..."),
        *("<!-- say something about where it fails, in a sentence or two -->", "FIXME", "---"),
        *(
            "### Known",
            "**Known limits:**",
            "**Known limits:** TODO",
            "{{ limitations }}",
            "<fill in>",
        ),
        *("It fails.", "Lorem ipsum", "none", "More information needed", "- [ ]", "| a |\n| - |"),
        "| a | b |\n| - | - |\n| TODO | |",
        "Users (both direct and downstream) should be made aware of the risks, biases and "
        "limitations of the model.",
        "Users (both direct and downstream) should be made aware of the risks,\nbiases and "
        "limitations of the model. More information needed for further recommendations.",
        "<!-- a comment that goes on\n\nover a blank line, and is long enough to be a text -->",
    ],
)
def test_says_nothing(body: str) -> None:
    assert missing(with_limitations(body)) == {"limitations"}


@pytest.mark.parametrize(
    "body",
    [
        "It knows three cultivars of one region; every other wine is told as one of them.",
        "- fails on rain\n- fails on snow",
        "| where | how often |\n| --- | --- |\n| rain | 3 % |",
        "![where it fails](failures.svg)",
        "N/A, because it is only ever run by the tests of this program.",
        "N/A — it is a stand-in without any behaviour of its own.",
        "### On rain\n\nIt has hardly seen any, and takes drops for birds more often than not.",
        "```\nTODO: this stands in a listing and is therefore no placeholder at all\n```",
        "**Rain:** it has hardly seen any, and takes drops for birds.",
        "> It has hardly seen any rain, and takes drops for birds more often than not.",
        "<!-- TODO -->\nIt has hardly seen any rain, and takes drops for birds.",
    ],
)
def test_says_enough(body: str) -> None:
    assert missing(with_limitations(body)) == set()


@pytest.mark.parametrize(
    "heading",
    [
        *("## 3. Known limitations", "## Limitations:", "# LIMITATIONS", "## ⚠ Limitations"),
        *("### Bias, Risks, and Limitations", "Limitations\n-----------", "## **Limitations**"),
        *("## Risks and limitations [optional]", "##   Limitations   ##", "## _Limitations_"),
    ],
)
def test_aliases_and_forms_of_a_heading(heading: str) -> None:
    assert missing(CARD.replace("## Limitations", heading)) == set()


@pytest.mark.parametrize(
    "hidden",
    [
        *("> ## Limitations", "- ## Limitations", "```\n## Limitations", "<!--\n## Limitations"),
        *("    ## Limitations", "<pre>\n## Limitations", "\\## Limitations", "##Limitations"),
    ],
)
def test_a_heading_inside_of_something_is_none(hidden: str) -> None:
    assert "limitations" in missing(CARD.replace("## Limitations", hidden))


def test_one_heading_may_serve_two_sections() -> None:
    text = CARD.replace("## Intended use\n", "## Intended uses & limitations\n")
    text = text.replace("## Limitations\n", "## More\n")
    assert missing(text) == set()


def test_a_section_runs_over_its_sub_headings() -> None:
    text = CARD.replace("## Intended use\n", "## Uses\n\n### Direct use\n\n")
    assert missing(text) == set()


@pytest.mark.parametrize("value", ["apache-2.0", '"mit"', "MIT # the weights"])
def test_a_licence_in_the_front_matter_stands_for_the_section(value: str) -> None:
    text = f"---\nlicense: {value}\n---\n" + CARD.replace(f"## License\n{LICENCE}\n", "")
    assert missing(text) == set()


@pytest.mark.parametrize("matter", ["license:", "license: TODO", "  license: mit", "licence: mit"])
def test_other_front_matter_does_not(matter: str) -> None:
    text = f"---\n{matter}\n---\n" + CARD.replace(f"## License\n{LICENCE}\n", "")
    assert missing(text) == {"license"}


def test_one_line_is_enough_for_licence_and_contact() -> None:
    assert missing(CARD) == set()
    assert missing(CARD.replace(LICENCE, "TODO")) == {"license"}
    assert missing(CARD.replace("wine@example.org", "[address]")) == {"contact"}
    assert missing(CARD.replace("wine@example.org", "<wine@example.org>")) == set()


def test_places_are_those_of_the_file() -> None:
    text = "\ufeff---\r\nlicense: mit\r\n---\r\n" + with_limitations("TODO").replace("\n", "\r\n")
    (problem,) = read(text).problems
    line = text.replace("\r\n", "\n").split("\n").index("## Limitations") + 1
    assert (problem.span.line, problem.span.column) == (line, 1)


def test_profiles_are_known_and_headings_are_normalised() -> None:
    assert PROFILES == ("default",)
    assert (
        normalise("2.1) Intended uses & Limitations [optional]:") == "intended uses and limitations"
    )


def test_a_misspelt_heading_is_named() -> None:
    (problem,) = read(CARD.replace("## Limitations", "## Limtations")).problems
    assert problem.hint == 'write "Limitations"'
    assert problem.span.line == CARD.split("\n").index("## Limitations") + 1


@pytest.mark.slow
def test_long_hostile_cards_are_read_in_reasonable_time() -> None:
    # each was minutes once: a pattern that looks again from every place
    for text in (
        *("\n# a" + " " * 200_000 + "b", "*x a" + "_" * 200_000 + "b", "![](" + "a" * 400_000),
        *("| a |\n|-" + " " * 400_000 + "x", "![](" * 100_000, "{{" * 200_000, "<?" * 200_000),
        *("# data\n" * 140_000, "<style" * 50_000, "[a][" * 80_000, "# a" + " #" * 100_000),
        "[" * 200_000,
        "> " * 100_000,
        "- " * 100_000,
        "*_`" * 60_000,
        "<a " * 80_000,
    ):
        assert missing("## Limitations\n\n" + text) >= {"contact"}


def test_optional_is_dropped_from_a_heading_of_a_card_that_is_not_plain() -> None:
    text = CARD.replace("## Limitations", "## Limitations [optional]")
    assert read(text + "\n```\ncode\n```\n").problems == ()
