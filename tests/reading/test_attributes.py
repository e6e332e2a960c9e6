"""Files of attributes: what a pattern may match, and what their lines come to below a folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import Repo

from registrar.reading.attribute_effects import Source, TooMuchError, effects
from registrar.reading.attribute_patterns import read_pattern
from registrar.reading.attributes import read_attributes

ROOT = ("mo", "el")
NEEDED = ("text", "filter", "ident")
OURS = "mo/el/** -text -filter -ident\n"
COVERING = [
    "*",
    "**",
    "/**",
    "**/*",
    "mo/el/**",
    "/mo/el/**",
    "mo/**",
    "m?/*l/**",
    "**/el/**",
    "mo/el/**/**",
]
MATCHING = [*COVERING, "a.b", "*.md", "**/a", "mo/el/x/*", "[m]o/el/**", "m[!a-e]/el/a", "mo/e**"]
MATCHING += ["/mo**", "mo/*/a", "mo/**/el/a", "MO/EL/A", "mo\\/el/a", "\\mo/el/a", "mo/el/**\\/a"]
MATCHING += ["mo/el/[[:alpha:]]", "***/a"]
OTHER = [
    "el/a",
    "docs/**",
    "/a",
    "mo/*",
    "/*",
    "mo/el",
    "mo/x/**",
    "*.md/",
    "!*.md",
    "[Dd]ocs/*.md",
]
OTHER += ["mo/el/", "m/el/**", "mo/el?/**", "m[/]o/el/a"]


@pytest.mark.parametrize("text", MATCHING)
def test_patterns_that_may_match_below(text: str) -> None:
    assert read_pattern(text).may_match_below(ROOT)
    assert read_pattern(text).matches_all_below(ROOT) == (text in COVERING)


@pytest.mark.parametrize("text", OTHER)
def test_patterns_that_match_nothing_below(text: str) -> None:
    assert not read_pattern(text).may_match_below(ROOT)
    assert not read_pattern(text).matches_all_below(ROOT)


@pytest.mark.parametrize("ignore_case", ["true", "false"])
def test_git_agrees_about_these_patterns(tmp_path: Path, ignore_case: str) -> None:
    repo = Repo(tmp_path)
    repo.git("config", "core.ignoreCase", ignore_case)
    patterns = [*MATCHING, *OTHER]
    lines = [f"{pattern} a{index}\n" for index, pattern in enumerate(patterns)]
    repo.write(".gitattributes", "".join(lines))
    paths = [
        f"mo/el/{path}" for path in ("a", "A", "a.b", "x/a", "b.md", "el/a", "x/y/z", "*", ".md")
    ]
    said = repo.git("check-attr", "--all", "--", *paths)
    for index, pattern in enumerate(patterns):
        matched = sum(f": a{index}: set" in line for line in said.splitlines())
        if pattern in COVERING:
            assert matched == len(paths), pattern
        elif pattern in OTHER:
            assert matched == 0, pattern
        elif pattern != "MO/EL/A" or ignore_case == "true":
            assert matched, pattern


def settle(*files: str) -> tuple[list[str], set[str]]:
    """What may be set, and what is left, by files at the top, the strongest first."""
    sources = [Source("f", ROOT, read_attributes(text.encode(), True)) for text in files]
    found = effects(sources, NEEDED)
    return [f"{setting.name}{setting.value}" for setting in found.settings], found.left


def test_a_line_for_everything_settles_what_stands_before_it() -> None:
    assert settle(f"* text=auto\n*.bin filter=lfs\n{OURS}") == (
        ["ident-", "filter-", "text-"],
        set(),
    )
    possible, left = settle(f"{OURS}*.bin filter=lfs\n")
    assert (possible[0], left) == ("filter=lfs", set())


@pytest.mark.parametrize(
    ("lines", "possible"),
    [
        ("*.x binary\n", "text-"),
        ("*.x raw\n[attr]raw text\n", "text+"),
        ("*.x raw\n[attr]raw deep\n[attr]deep filter=lfs\n", "filter=lfs"),
        ("[attr]binary text=auto\n*.x binary\n", "text=auto"),
        ('"mo/el/\\141.x" text\n', "text+"),
        ("\ufeff*.x text\n", "text+"),
        ("   *.x\t text \r\n", "text+"),
        ("*.x -text text\n", "text+"),
        ("*.x text=unset\n", "text=unset"),
        (f"*.x text {'b' * 2100}\n", "text+"),
        ("*.x text builtin_objectmode=1\n", "text+"),
    ],
)
def test_what_a_later_line_may_set(lines: str, possible: str) -> None:
    assert possible in settle(lines, OURS)[0][:2]


@pytest.mark.parametrize(
    "lines",
    [
        "# *.x text\n",
        "*.x text=\x7f -\n",
        "*.x te@xt text\n",
        "!*.x text\n",
        "*.x/ text\n",
        "docs/* text\n",
    ],
)
def test_lines_that_git_drops_or_that_match_nothing_here(lines: str) -> None:
    assert settle(lines, OURS) == settle(OURS)


def test_a_macro_that_a_stronger_line_may_have_taken_away_settles_nothing(tmp_path: Path) -> None:
    text = "mo/el/** binary -filter -ident\n*.x -binary\n"
    assert settle(text)[1] == {"text"}
    assert settle("mo/el/** binary -filter -ident\n*.x binary\n")[1] == set()
    repo = Repo(tmp_path)
    repo.write(".gitattributes", text)
    assert repo.git("check-attr", "text", "--", "mo/el/a.x").endswith("text: unspecified")


def test_what_stands_left_of_a_macro_that_may_not_hold_counts_too(tmp_path: Path) -> None:
    text = "[attr]raw -text\n*.x text raw\n*.y.x -raw\n"
    assert {"text+", "text-"} <= set(settle(text)[0])
    repo = Repo(tmp_path)
    repo.write(".gitattributes", text)
    assert repo.git("check-attr", "text", "--", "mo/el/a.y.x").endswith("text: set")


def test_macros_below_the_top_are_none() -> None:
    below = Source("b", ("el",), read_attributes(b"[attr]raw text\n", False))
    top = Source("t", ROOT, read_attributes(f"{OURS}*.x raw\n".encode(), True))
    assert "text+" not in {f"{s.name}{s.value}" for s in effects([below, top], NEEDED).settings}


def test_macros_of_macros_end() -> None:
    chain = "".join(f"[attr]m{n} m{n + 1} m{n + 2} m{n}\n" for n in range(2000))
    assert settle(f"{chain}[attr]m2000 text\n*.x m0\n", OURS)[0][0] == "text+"
    with pytest.raises(TooMuchError):
        settle(chain + "*.x m0\n" * 1000)


@pytest.mark.parametrize(
    "text", ["*" * 2000, "**/" * 600 + "a", "?" * 2000, "[" * 2000, "\\" * 1999]
)
def test_patterns_that_were_made_to_hurt_end(text: str) -> None:
    pattern = read_pattern(text)
    assert pattern.may_match_below(("m" * 255,) * 20) in (True, False)
    assert pattern.matches_all_below(("m" * 255,) * 20) in (True, False)


@pytest.mark.parametrize(("raw", "fault"), [(b"a\0", "binary"), (b"#" * 1_100_000, "larger")])
def test_files_that_are_not_read(raw: bytes, fault: str) -> None:
    assert fault in read_attributes(raw, True).fault
