"""Which licences a card names, and whether they can be right beside the metadata's."""

from __future__ import annotations

import json
import pkgutil

import pytest

from registrar.reading.card import Card
from registrar.reading.hub_licences import agree, agrees, hub, hub_id
from registrar.reading.licences_in_prose import mentions, named_licences
from registrar.reading.spdx import parse
from registrar.reading.spdx_list import listed


def named(section: str) -> list[str]:
    card = Card(f"# Card\n\n## License\n\n{section}\n")
    lines = card.section("license")
    found = named_licences(lines, card.lines)
    for item in found:
        line = card.lines[item.span.line - 1]
        shown = line[item.span.column - 1 : item.span.end_column - 1]
        assert item.shown == shown or item.span.column == 1 or "/" in line
    return sorted({item.id for item in found})


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("Apache-2.0", ["apache-2.0"]),
        ("apache-2.0", ["apache-2.0"]),
        ("MIT", ["mit"]),
        ("MIT.", ["mit"]),
        ("**License:** MIT", ["mit"]),
        ("Licence: `ISC`", ["isc"]),
        ("- MIT", ["mit"]),
        ("MIT OR Apache-2.0", ["apache-2.0", "mit"]),
        ("The weights (Apache-2.0), the data (CC-BY-4.0).", ["apache-2.0", "cc-by-4.0"]),
        ("Released under `MIT`.", ["mit"]),
        ("Released under the MIT License.", ["mit"]),
        ("MIT-licensed.", ["mit"]),
        ("Under the Apache License, Version 2.0.", ["apache-2.0"]),
        ("Apache 2.0 license", ["apache-2.0"]),
        ("GPLv3", ["gpl-3.0-only"]),
        ("Under CC BY 4.0", ["cc-by-4.0"]),
        ("[text](https://spdx.org/licenses/BSD-3-Clause.html)", ["bsd-3-clause"]),
        ("https://opensource.org/license/mit", ["mit"]),
        ("https://creativecommons.org/licenses/by-sa/4.0/", ["cc-by-sa-4.0"]),
        ("LicenseRef-acme", ["licenseref-acme"]),
    ],
)
def test_named(section: str, expected: list[str]) -> None:
    assert named(section) == expected


@pytest.mark.parametrize(
    "section",
    [
        "Free for every fair use.",
        "The data were collected at MIT and by Intel, in JSON.",
        "The Apache foundation, the BSD family and GPL programs are not concerned.",
        "Ask Apache 20 times; version 2.0 of the model, 4.0 of the data.",
        "You may use it with X11, curl, Python and Ruby, on Linux.",
        "Everything is said in a text that is\nfair\nand short.",
        "<!-- MIT --> Ask us.",
        "```\nMIT\n```",
        "Read LICENSE-2.txt, or CC us.",
        "A model of the W3C, in ISC format.",
    ],
)
def test_prose_names_none(section: str) -> None:
    assert named(section) == []


@pytest.mark.parametrize(
    ("section", "licence"),
    [
        ("Under the Apache licence.", "apache-2.0"),
        ("Our data: mit.", "mit"),
        ("GNU General Public License", "gpl-3.0-only"),
        ("GPL-3.0", "gpl-3.0-or-later"),
        ("the Acme Model licence", "licenseref-acme-model"),
        ("Creative Commons Attribution 4.0", "cc-by-4.0"),
        ("Mozilla's", "mpl-2.0"),
    ],
)
def test_the_licence_that_is_looked_for_is_found_by_much_less(section: str, licence: str) -> None:
    lines = Card(f"# Card\n\n## License\n\n{section}\n").section("license")
    assert mentions([line.text for line in lines], licence, [])


def test_a_licence_of_another_name_is_not_the_one_that_is_looked_for() -> None:
    card = Card("# Card\n\n## License\n\nThe weights: CC-BY-NC-4.0.\n")
    lines = card.section("license")
    texts = [line.text for line in lines]
    assert not mentions(texts, "cc-by-4.0", named_licences(lines, card.lines))


@pytest.mark.parametrize(
    ("said", "licence", "right"),
    [
        ("mit", "MIT", True),
        ("MIT", "MIT", True),
        ("Apache 2.0", "Apache-2.0", True),
        ("apache-2.0", "MIT", False),
        ("apache-2.0", "Apache-2.0 OR MIT", True),
        ("apache-2.0", "Apache-2.0 AND MIT", False),
        ("MIT OR Apache-2.0", "Apache-2.0 OR MIT", True),
        ("MIT OR Apache-2.0", "MIT", False),
        ("gpl-3.0", "GPL-3.0-only", True),
        ("gpl-3.0", "GPL-3.0-or-later", True),
        ("GPL-3.0+", "GPL-3.0-or-later", True),
        ("gpl-3.0", "GPL-2.0-only", False),
        ("bsd", "BSD-2-Clause", True),
        ("bsd", "MIT", False),
        ("cc", "CC-BY-NC-4.0", True),
        ("odbl", "ODbL-1.0", True),
        ("lgpl-lr", "LGPLLR", True),
        ("openrail", "LicenseRef-any", True),
        ("openrail", "MIT", False),
        ("llama3.1", "LicenseRef-llama-3.1", True),
        ("llama3.1", "LicenseRef-Meta-Llama", True),
        ("llama3.1", "LicenseRef-gemma", False),
        ("llama3.1", "MIT", False),
        ("mit", "LicenseRef-mit-with-conditions", False),
        ("other", "LicenseRef-acme", True),
        ("other", "LicenseRef-gemma", True),
        ("other", "BUSL-1.1", True),
        ("other", "MIT", False),
        ("unknown", "MIT", None),
        ("not-a-licence", "MIT", None),
        ("yes", "MIT", None),
    ],
)
def test_agrees(said: str, licence: str, right: bool | None) -> None:
    assert agrees(said, parse(licence)) is right


@pytest.mark.parametrize(
    ("said", "licence", "others", "right"),
    [
        (["mit", "apache-2.0"], "Apache-2.0", ["MIT"], True),
        (["mit", "apache-2.0"], "Apache-2.0", [], False),
        (["mit", "apache-2.0"], "Apache-2.0 OR MIT", [], True),
        (["mit", "apache-2.0"], "ISC", ["MIT", "Apache-2.0"], False),
        (["mit", "other"], "Apache-2.0", [], True),
        (["mit", "what"], "Apache-2.0", [], True),
    ],
)
def test_a_list(said: list[str], licence: str, others: list[str], right: bool) -> None:
    assert agree(said, parse(licence), [parse(text) for text in others]) is right


def test_the_table_of_the_hub_names_spdx_ids() -> None:
    raw = pkgutil.get_data("registrar.reading", "data/hub.json")
    assert raw is not None
    data = json.loads(raw)
    assert all(listed(name) for name in data["same"])
    ids = [name for names in data["licenses"].values() for name in names]
    assert all(name.startswith("LicenseRef-") or listed(name) for name in ids)
    assert not set(data["same"]) & {*data["licenses"], *data["families"]}
    for name in data["same"]:
        assert agrees(name, parse(name)), name
        assert hub_id(parse(name)) == name
    assert "tabular-classification" in hub().tasks


@pytest.mark.parametrize(
    ("said", "licence", "right"),
    [
        ("GPL-3.0-or-later", "GPL-3.0", True),
        ("gpl-3.0-only", "GPL-3.0", True),
        ("gpl-3.0", "GPL-3.0", True),
        ("GPLv3", "GPL-3.0-or-later", True),
        ("GPLv3", "GPL-3.0-only", True),
        ("gpl-3.0-or-later", "GPL-3.0 OR MIT", True),
        ("LGPL-2.1 WITH Classpath-exception-2.0",
         "LGPL-2.1-or-later WITH Classpath-exception-2.0", True),
        ("gpl-3.0-or-later", "GPL-3.0-only", False),
        ("gpl-3.0-or-later", "GPL-2.0", False),
        ("gpl-3.0-only", "GPL-3.0+", False),
        ("GPLv2", "GPL-3.0", False),
    ],
)  # fmt: skip
def test_what_leaves_later_versions_open_agrees_with_both(
    said: str, licence: str, right: bool
) -> None:
    assert agrees(said, parse(licence)) is right
