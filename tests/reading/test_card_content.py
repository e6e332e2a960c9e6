"""What counts as saying something in a section, and what only looks so."""

from __future__ import annotations

import pytest
from builders import CARD, LICENCE
from cards import missing, with_limitations

NOTHING = (
    *("." * 40, ":" * 45, "\u00a0" * 45, "\u3000" * 45, "\u200b" * 45, "\u3164" * 45, "—" * 45),
    *(
        "&nbsp;" * 9,
        "TODO " * 12,
        "N/A " * 11,
        "N/A, because …",
        "N/A, because of it",
        "x " + "." * 60,
    ),
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor.",
    "Your limitations here. Fill in this section please now.",
    "<style>\np { color: red; background-color: blue; border: 1px solid }\n</style>",
    "<script>\nwindow.alert('forty characters and then some more of them')\n</script>",
    "<?php echo 'forty characters and then some more of them'; ?>",
    *(
        "Coming soon. " * 4,
        "To be written. " * 3,
        "Not applicable. " * 3,
        "FIXME: " * 8,
        "XXX xxx " * 8,
    ),
    "<p hidden>Nobody sees these forty characters, and nobody ever reads them.</p>",
    "<template>Nobody sees these forty characters, and nobody ever reads them.</template>",
    "<img width=1>",
)


@pytest.mark.parametrize("body", NOTHING)
def test_what_only_looks_long_says_nothing(body: str) -> None:
    assert missing(with_limitations(body)) == {"limitations"}


@pytest.mark.parametrize("body", ["\u00a0", "\u200b", "<your@email>", "[your email](mailto:)", "—"])
def test_a_contact_that_is_none(body: str) -> None:
    assert missing(CARD.replace("wine@example.org", body)) == {"contact"}


@pytest.mark.parametrize("value", ["~", "null", "!!null", "&a", "no", "true", "", "[]", "- "])
def test_a_licence_of_the_front_matter_that_is_none(value: str) -> None:
    card = CARD.replace(f"## License\n{LICENCE}\n", "")
    assert missing(f"---\nlicense: {value}\n---\n{card}") == {"license"}


@pytest.mark.parametrize(
    "matter", ["license: mit", "'license': mit", "license:\n- mit", 'license: "MIT"']
)
def test_a_licence_of_the_front_matter(matter: str) -> None:
    card = CARD.replace(f"## License\n{LICENCE}\n", "")
    assert missing(f"---\n{matter}\n---\n{card}") == set()


LEGAL = (
    (f"## License\n{LICENCE}", "## License\n[Apache-2.0]\n\n[apache-2.0]: https://spdx.org/x"),
    ("## License", '## License <a name="license"></a>'),
    ("## License", "## License {#license}"),
    ("## License", "## Licenses"),
    ("## Intended use", "## Intended Use(s)"),
    ("wine@example.org", "[The wine team]\n\n[the wine  team]: https://acme.example"),
    ("wine@example.org", "mailto:wine@example.org"),
    ("wine@example.org", "The maintainers can be reached [here](https://acme.example)."),
    (f"## License\n{LICENCE}", "## License\nThe license text can be found [here](LICENSE)."),
    ("wine@example.org", "The wine team, Cork Street 4, Dublin"),
)


@pytest.mark.parametrize(("old", "new"), LEGAL)
def test_legal_markdown_is_not_refused(old: str, new: str) -> None:
    assert old in CARD
    assert missing(CARD.replace(old, new)) == set()


@pytest.mark.parametrize(
    "body",
    [
        "![roc][roc]\n\n[roc]: roc.png",
        "它只认识一个地区的三个品种，其他葡萄酒会被误认。",
        "N/A, because the model is not used with wine at all.",
        "Знает только три сорта одного региона и ничего другого.",
        "| where | how much |\n|:-----|---:|\n| Rome | 3 |",
        "<table><tr><td>Rome</td><td>3</td></tr></table>",
        "<ul>\n<li>Rome\n</ul>",
        "<img src='roc.png'>",
        "The limits of the model are described in detail [here](https://acme.example).",
    ],
)
def test_what_says_something_in_its_own_way(body: str) -> None:
    assert missing(with_limitations(body)) == set()


@pytest.mark.parametrize("lead", ["TODO: ask", "TBD ask", "**FIXME** ask", "- TODO ask"])
def test_what_somebody_is_going_to_say_is_not_said(lead: str) -> None:
    body = f"{lead} Bob what the limitations of this model are before we publish it"
    assert "limitations" in missing(with_limitations(body))
    assert "limitations" not in missing(
        with_limitations("It has a TODO list, and counts at most ten thousand of its items.")
    )
