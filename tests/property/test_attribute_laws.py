"""Laws of the reader of attributes, held against git itself.

Whatever ``git check-attr`` gives a file below the folder, the reader has told as possible; and a
pattern that is said to match everything is said so by git of every path.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from builders import GIT_ENV, Repo
from hypothesis import given, settings
from hypothesis import strategies as st

from registrar.reading.attribute_effects import Source, effects
from registrar.reading.attribute_patterns import read_pattern
from registrar.reading.attributes import read_attributes, shown

LAWS = settings(max_examples=120, derandomize=True, deadline=None, database=None)
ROOT = ("mo", "el")
NAMES = ("text", "filter", "ident", "merge")
PATHS = [
    f"mo/el/{path}"
    for path in ("a", "b.md", "el", "mo/el", "x/a", "x/y/b.md", "x/el/a", "[a]", "*", "é", "x-1/.a")
]
_PARTS = r"""
    mo el a b.md x y * ** ? ?? / / / [a-m]o [!z] [ ] \ \* \e m o e l .md *** *.md é [/]
    [[:alpha:]] ! MO
    """
PARTS = st.sampled_from(_PARTS.split())
PATTERNS = st.lists(PARTS, min_size=1, max_size=7).map("".join)
_LIKELY = r"""
    * ** /** mo/el/** /mo/el/** mo/**/* *.md a x/a mo/el/x/** **/a mo/** mo** /mo/el/*
    m?/e?/** mo/el/**/* "mo/el/**" el/** x/ !a \!a
    """
LIKELY = st.sampled_from(_LIKELY.split())
_WORDS = r"""
    text -text !text text=auto filter=lfs -filter filter ident -ident !ident binary
    -binary !binary raw -raw raw=1 raw mix -mix !mix -diff merge=union !merge a=b=c =x -
    -text=auto builtin_x # t-ä
    """
WORDS = st.sampled_from(_WORDS.split())
MACROS = st.tuples(
    st.sampled_from(
        ["[attr]raw", "[attr]mix", "[attr]binary", "[attr]", '"[attr] raw"', "[attr]-x"]
    ),
    st.lists(WORDS, max_size=4),
)
LINES = st.one_of(
    st.tuples(LIKELY, st.lists(WORDS, max_size=4)),
    st.tuples(PATTERNS, st.lists(WORDS, max_size=3)),
    MACROS,
).map(lambda line: " ".join((line[0], *line[1])))
FILES = st.lists(LINES, max_size=5).map(lambda lines: "".join(f"{line}\r\n" for line in lines))


def asked(repo: Repo, paths: Sequence[str], names: Sequence[str]) -> Mapping[tuple[str, str], str]:
    """What git says, by path and attribute."""
    done = subprocess.run(
        ["git", "check-attr", "-z", "--stdin", *names],
        cwd=repo.path,
        input=b"".join(path.encode() + b"\0" for path in paths),
        env=GIT_ENV | {"PATH": "/usr/bin:/bin", "HOME": str(repo.path), "GIT_ATTR_NOSYSTEM": "1"},
        capture_output=True,
        check=True,
    )
    parts = done.stdout.decode().split("\0")
    return {(p, n): v for p, n, v in zip(parts[::3], parts[1::3], parts[2::3], strict=False)}


@LAWS
@given(st.lists(PATTERNS | LIKELY, min_size=30, max_size=30))
def test_a_pattern_may_match_where_git_says_that_it_does(patterns: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        repo = Repo(Path(folder))
        plain = [p for p in patterns if not p.startswith(('"', "#", "[attr]"))]
        lines = [f"{pattern} a{index}\n" for index, pattern in enumerate(plain)]
        repo.write(".gitattributes", "".join(lines))
        said = asked(repo, PATHS, [f"a{index}" for index in range(len(plain))])
    for index, text in enumerate(plain):
        pattern = read_pattern(text.encode().decode("latin-1"))
        matched = [path for path in PATHS if said.get((path, f"a{index}")) == "set"]
        if matched:
            assert pattern.may_match_below(ROOT), (text, matched)
        if pattern.matches_all_below(ROOT):
            assert matched == PATHS, (text, sorted({*PATHS} - {*matched}))


@LAWS
@given(FILES, FILES, FILES, FILES, st.booleans())
def test_what_git_gives_a_file_was_told_as_possible(
    top: str, middle: str, below: str, own: str, last: bool
) -> None:
    if last:
        top += "mo/el/** -text -filter -ident\n"
    with tempfile.TemporaryDirectory() as folder:
        repo = Repo(Path(folder))
        repo.write(".gitattributes", top)
        repo.write("mo/.gitattributes", middle)
        repo.write("mo/el/x/.gitattributes", below)
        repo.write(".git/info/attributes", own)
        said = asked(repo, PATHS, NAMES)
    files = [(own, ROOT), (below, None), (middle, ROOT[1:]), (top, ROOT)]
    sources = [
        Source(str(index), way, read_attributes(text.encode(), way is None or way == ROOT))
        for index, (text, way) in enumerate(files)
    ]
    sources[1] = Source("1", None, read_attributes(below.encode(), False))
    found = effects(sources, NAMES)
    told = {(setting.name, _printed(setting.name, setting.value)) for setting in found.settings}
    told |= {(name, "unspecified") for name in found.left}
    for (path, name), value in said.items():
        assert (name, value) in told, (path, name, value, told)
    if last:
        assert not {"text", "filter", "ident"} & found.left


def _printed(name: str, value: str) -> str:
    """A value as ``git check-attr`` prints it."""
    words = {name: "set", f"-{name}": "unset", f"!{name}": "unspecified"}
    return words.get(shown(name, value), value[1:])
