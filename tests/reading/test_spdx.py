"""SPDX expressions: what is read, what is refused and how, what a list allows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from registrar.domain.licences import (
    And,
    License,
    LicenseRef,
    Or,
    With,
    allowed,
    leaves,
    refs,
    refused_branches,
)
from registrar.reading.spdx import (
    MAX_DEPTH,
    MAX_LENGTH,
    SpdxError,
    deprecated,
    other_case,
    parse,
)
from registrar.reading.spdx_list import nearest

MIT, APACHE, BSD = License("MIT"), License("Apache-2.0"), License("BSD-3-Clause")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("MIT", MIT),
        ("mit", MIT),
        ("Apache-2.0+", License("Apache-2.0", or_later=True)),
        ("GPL-2.0+", License("GPL-2.0+")),
        ("licenseref-acme.1", LicenseRef("LicenseRef-acme.1")),
        ("MIT OR Apache-2.0 AND BSD-3-Clause", Or((MIT, And((APACHE, BSD))))),
        ("(MIT OR Apache-2.0) AND BSD-3-Clause", And((Or((MIT, APACHE)), BSD))),
        ("MIT or Apache-2.0", Or((MIT, APACHE))),
        ("((MIT))", MIT),
        ("MIT AND (Apache-2.0 AND BSD-3-Clause)", And((MIT, APACHE, BSD))),
        (
            "gpl-2.0-only with classpath-exception-2.0",
            With(License("GPL-2.0-only"), "Classpath-exception-2.0"),
        ),
    ],
)
def test_reads(text: str, tree: object) -> None:
    assert parse(text) == tree
    assert parse(str(parse(text))) == tree


@pytest.mark.parametrize(
    ("text", "message", "hint", "start"),
    [
        ("", "is empty", "Apache-2.0", 0),
        ("   ", "is empty", "Apache-2.0", 0),
        ("Apache 2", "free text", 'did you mean "Apache-2.0"?', 0),
        ("The MIT License", "free text", 'did you mean "MIT"?', 0),
        ("see LICENSE", "free text", "LICENSES/LicenseRef-see-LICENSE.txt", 0),
        ("MIT/Apache-2.0", "is no SPDX licence", 'did you mean "MIT OR Apache-2.0"?', 0),
        ("Apache-2", "is no SPDX licence", 'did you mean "Apache-2.0"?', 0),
        ("llama3.1", "is no SPDX licence", "write LicenseRef-llama-3.1", 0),
        ("GPLv3", "no SPDX licence", 'mean "GPL-3.0-only" or "GPL-3.0-or-later"?', 0),
        ("agpl", "no SPDX licence", 'mean "AGPL-3.0-only" or "AGPL-3.0-or-later"?', 0),
        ("GPL-3.0-onli", "no SPDX licence", 'did you mean "GPL-3.0-only"', 0),
        ("MIT AND", "ends too early", "write a licence here", 6),
        ("AND MIT", "stands where a licence is wanted", "before it", 0),
        ("MIT AND OR MIT", "stands where a licence is wanted", "before it", 8),
        ("(MIT", "not closed", "close it", 0),
        ("MIT)", "never opened", "remove it", 3),
        ("MIT WITH", "WITH has no exception", "name one", 7),
        ("MIT WITH Nothing", "is no SPDX exception", "of the SPDX list", 9),
        ("MIT WITH Classpath-exception-2", "is no SPDX exception", "Classpath-exception-2.0", 9),
        ("NONE", "there is no licence", "name the licence", 0),
        ("NOASSERTION", "there is no licence", "name the licence", 0),
        ("DocumentRef-x:LicenseRef-y", "points out of this registry", "LicenseRef-<name>", 0),
        ("LicenseRef-openrail++", "characters", "write LicenseRef-openrail", 0),
        ("MIT OR Apach-2.0", "is no SPDX licence", 'did you mean "Apache-2.0"?', 7),
        ("(" * (MAX_DEPTH + 1) + "MIT" + ")" * (MAX_DEPTH + 1), "too many", "flatter", MAX_DEPTH),
        ("MIT " * MAX_LENGTH, "more than 1000 characters", "LICENSES/LicenseRef-<name>.txt", 0),
    ],
)
def test_refuses_with_place_and_hint(text: str, message: str, hint: str, start: int) -> None:
    with pytest.raises(SpdxError) as caught:
        parse(text)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.start == start
    assert start <= caught.value.end <= len(text)


@pytest.mark.parametrize(
    ("text", "listed", "answer"),
    [
        ("MIT", ["MIT"], True),
        ("MIT", ["mit"], True),
        ("MIT", [], False),
        ("MIT OR GPL-3.0-only", ["MIT"], True),
        ("MIT AND GPL-3.0-only", ["MIT"], False),
        ("(MIT OR GPL-3.0-only) AND Apache-2.0", ["MIT", "Apache-2.0"], True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", ["GPL-2.0-only"], True),
        (
            "GPL-2.0-only WITH Classpath-exception-2.0",
            ["GPL-2.0-only WITH Classpath-exception-2.0"],
            True,
        ),
        ("GPL-2.0-only", ["GPL-2.0-only WITH Classpath-exception-2.0"], False),
        ("Apache-2.0+", ["Apache-2.0"], False),
        ("Apache-2.0+", ["Apache-2.0+"], True),
        ("LicenseRef-acme", ["LicenseRef-acme"], True),
    ],
)
def test_allowed(text: str, listed: list[str], answer: bool) -> None:
    assert allowed(parse(text), listed) is answer
    assert bool(refused_branches(parse(text), listed)) is not answer or "OR" in text


def test_refused_branches_are_named_once() -> None:
    refused = refused_branches(parse("GPL-3.0-only AND MIT AND GPL-3.0-only"), ["MIT"])
    assert [str(leaf) for leaf in refused] == ["GPL-3.0-only"]


def test_deprecated_ids_name_their_successor() -> None:
    assert deprecated(parse("GPL-2.0+ OR MIT")) == (("GPL-2.0+", "GPL-2.0-or-later"),)
    assert deprecated(parse("Net-SNMP")) == (("Net-SNMP", None),)
    assert deprecated(parse("GPL-2.0 WITH Classpath-exception-2.0")) == (
        ("GPL-2.0", "GPL-2.0-only"),
    )


def test_refs_and_leaves() -> None:
    tree = parse("LicenseRef-a AND (LicenseRef-b OR LicenseRef-a OR MIT)")
    assert refs(tree) == ("LicenseRef-a", "LicenseRef-b")
    assert [str(leaf) for leaf in leaves(tree)] == [
        *("LicenseRef-a", "LicenseRef-b", "LicenseRef-a", "MIT"),
    ]


def test_nearest_gives_one_word_or_none() -> None:
    assert nearest("apache license, version 2.0") == "Apache-2.0"
    assert nearest("cc by 4.0") == "CC-BY-4.0"
    assert nearest("mit_license") is None or nearest("mit_license") == "MIT"
    assert nearest("something entirely else") is None


def test_the_list_is_as_generated(top: Path) -> None:
    script = top / "scripts/generate_spdx.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Apache-2.0 OR (MIT and GPL-2.0-only WITH Classpath-exception-2.0)", []),
        ("apache-2.0 or MIT+", [(0, 10, "Apache-2.0")]),
        ("mIt+", [(0, 4, "MIT+")]),
        ("gpl-2.0+", [(0, 8, "GPL-2.0+")]),
        ("GPL-2.0-only with classpath-EXCEPTION-2.0", [(18, 41, "Classpath-exception-2.0")]),
        ("licenseref-Acme", [(0, 15, "LicenseRef-Acme")]),
        ("(mit)", [(1, 4, "MIT")]),
    ],
)
def test_ids_in_another_case(text: str, told: list[tuple[int, int, str]]) -> None:
    parse(text)
    assert list(other_case(text)) == told


@pytest.mark.parametrize("text", ["apache-2.0 or mit+", "(gpl-2.0+ with classpath-exception-2.0)"])
def test_an_expression_in_the_lists_case_is_the_same(text: str) -> None:
    """``parse(listed(x)) == parse(x)``."""
    written = text
    for start, end, right in reversed(other_case(text)):
        written = written[:start] + right + written[end:]
    assert written != text
    assert other_case(written) == ()
    assert parse(written) == parse(text)
