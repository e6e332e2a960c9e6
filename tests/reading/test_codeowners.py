"""CODEOWNERS: the last pattern that matches decides, and some of gitignore does not work there."""

from __future__ import annotations

import pytest

from registrar.reading.codeowners import MAX_BYTES, read_codeowners


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*", ["a", "a/b/c", ".dvc/config"], []),
        ("*.js", ["a.js", "x/y/a.js", "lib.js/inner"], ["a.jsx", "js"]),
        ("/build/logs/", ["build/logs/a", "build/logs/b/c"], ["x/build/logs/a", "build/logs"]),
        ("docs/*", ["docs/a.md"], ["docs/a/b.md", "x/docs/a.md"]),
        ("apps/", ["apps/a", "x/apps/a/b"], ["apps"]),
        ("/apps/github", ["apps/github", "apps/github/x/y"], ["apps/githubs", "x/apps/github"]),
        ("**/logs", ["logs/a", "build/logs", "build/logs/a"], ["logsx"]),
        ("a/**/z", ["a/z", "a/b/z", "a/b/c/z", "a/z/in"], ["z", "a/bz"]),
        ("/.github/**", [".github/workflows/a.yml"], [".github", "x/.github/a"]),
        (
            "/scripts/*requirements*.txt",
            ["scripts/registrar-requirements.txt"],
            ["scripts/a/requirements.txt"],
        ),
        ("registrar.toml", ["registrar.toml", "x/registrar.toml"], ["registrar.tomlx"]),
        ("/registrar.toml", ["registrar.toml"], ["x/registrar.toml"]),
        ("/a?c", ["abc"], ["ac", "a/c"]),
        ("/with\\ space/", ["with space/a"], ["with"]),
        ("/a.b", ["a.b"], ["aXb"]),
        ("/Ä/*", ["Ä/x"], ["ä/x"]),
        ("/", [], ["a"]),
        ("/a*b*c", ["abc", "axbxc", "abbc"], ["acb", "ab/c"]),
    ],
)
def test_what_a_pattern_matches(pattern: str, yes: list[str], no: list[str]) -> None:
    owners = read_codeowners(f"{pattern} @acme/models\n".encode())
    assert not owners.skipped
    assert [path for path in yes if not owners.owners_of(path)] == []
    assert [path for path in no if owners.owners_of(path)] == []


def test_the_last_match_wins_and_an_entry_without_owners_takes_them_away() -> None:
    owners = read_codeowners(
        b"# who\n* @a\n/registrar.toml @acme/gate b@example.org # the policy\n/scripts/ @a\n/scripts/x\n"
    )
    assert owners.owners_of("README.md") == ("@a",)
    assert owners.owners_of("registrar.toml") == ("@acme/gate", "b@example.org")
    assert owners.owners_of("scripts/y") == ("@a",)
    assert owners.owners_of("scripts/x") == ()
    entry = owners.entry_of("scripts/x")
    assert entry is not None
    assert (entry.line, entry.pattern) == (5, "/scripts/x")


@pytest.mark.parametrize(
    "line",
    [
        *("!/registrar.toml @a", "/[ab].toml @a", "\\#x @a", "/x TODO", "/x acme/team", "/x @"),
        *("/x @a/b/c", "a/**/b/**/c/**/d/**/e/** @a"),
    ],
)
def test_a_line_that_github_skips_owns_nothing(line: str) -> None:
    owners = read_codeowners(f"{line}\n".encode())
    assert [number for number, _ in owners.skipped] == [1]
    assert not owners.entries


@pytest.mark.parametrize(
    ("raw", "said"), [(b"\xff\xfeh", "UTF-16"), (b"* @a\n" * (MAX_BYTES // 5 + 1), "larger")]
)
def test_a_file_that_github_does_not_read(raw: bytes, said: str) -> None:
    assert said in read_codeowners(raw).fault


def test_a_hostile_pattern_costs_nothing() -> None:
    pattern = "/" + "*a?" * 40 + "b"
    owners = read_codeowners(f"{pattern} @a\n".encode())
    assert owners.owners_of("a" * 4000) == ()
    long = read_codeowners(b"/" + b"a/" * 500_000 + b" @a\n/x @a\n")
    assert [number for number, _ in long.skipped] == [1]
    deep = read_codeowners(b"/**/*a/**/*a/**/*x @a\n")
    assert deep.owners_of("/".join(["a" * 20] * 40) + "b") == ()


@pytest.mark.parametrize("char", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\r"])
def test_what_only_an_editor_takes_for_the_end_of_a_line(char: str) -> None:
    read = read_codeowners(f"# all of it{char}* @acme/models\n".encode())
    assert (read.entries, [number for number, _ in read.skipped]) == ((), [1])


@pytest.mark.parametrize("char", ["\xa0", "\u2003", "\u3000", "\u200b", "\ufeff"])
def test_what_only_looks_like_a_space(char: str) -> None:
    read = read_codeowners(f"* @a\n*{char}@acme/models\n# a{char}comment\n".encode())
    assert [entry.line for entry in read.entries] == [1]
    assert [number for number, _ in read.skipped] == [2]


def test_a_file_with_line_ends_of_windows() -> None:
    assert read_codeowners(b"# ours\r\n\r\n* @a\r\n").owners_of("x") == ("@a",)


def test_a_star_at_the_top_reaches_the_files_of_the_top_only() -> None:
    read = read_codeowners(b"/* @a\n")
    assert (read.owners_of("x"), read.owners_of("scripts/x")) == (("@a",), ())


GITLAB = b"""\
* @all TODO b@example.org
!/vendor/
/vendor/x @never
[Docs][2] @writers @acme/a/b/c
/docs/
/docs/api @@maintainer
^[Nice to Have]
/docs/ @others
[docs]
/more/
[ ] @space
/docs [x] @brackets
"""


def test_gitlab_has_sections_with_owners_of_their_own() -> None:
    owners = read_codeowners(GITLAB, gitlab=True)
    assert owners.sections == ("docs", "nice to have", "docs", "")
    assert owners.optional == {"nice to have"}
    found = {(e.section, e.pattern): e.owners for e in owners.entries}
    assert found == {
        ("", "*"): ("@all", "b@example.org"),
        ("", "!/vendor/"): (),
        ("", "/vendor/x"): ("@never",),
        ("docs", "/docs/"): ("@writers", "@acme/a/b/c"),
        ("docs", "/docs/api"): ("@@maintainer",),
        ("nice to have", "/docs/"): ("@others",),
        ("docs", "/more/"): (),
        ("", "/docs"): ("@brackets",),
    }
    for path, section, pattern in (
        ("docs/a", "docs", "/docs/"),
        ("docs/api", "docs", "/docs/api"),
        ("docs/a", "nice to have", "/docs/"),
        ("vendor/x", "", "!/vendor/"),
        ("a", "", "*"),
    ):
        entry = owners.entry_of(path, section)
        assert entry is not None
        assert entry.pattern == pattern, path
    assert owners.entry_of("a", "docs") is None


def test_github_has_no_sections() -> None:
    owners = read_codeowners(GITLAB)
    assert (owners.sections, owners.optional) == ((), frozenset())
    assert {2, 4, 7, 9} <= {number for number, _ in owners.skipped}


@pytest.mark.parametrize("gitlab", [True, False])
def test_a_hostile_owner_costs_nothing(gitlab: bool) -> None:
    for word in (b"a@" + b"." * 1_000_000 + b"@", b"@" + b"a/" * 500_000 + b"@"):
        assert not [e for e in read_codeowners(b"/x " + word, gitlab).entries if e.owners]
    assert not read_codeowners(b"[" * 1_000_000, gitlab).entries


def test_a_file_of_very_many_lines_is_not_looked_at() -> None:
    raw = b"".join(b"a%x @x\n" % number for number in range(30_000))
    assert "more than 20,000 lines" in read_codeowners(raw).fault
