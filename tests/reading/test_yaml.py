"""The strict YAML reader: values, places, and the pure parser beside the C one."""

from __future__ import annotations

import random

import pytest
import yaml

from registrar.domain.places import Route
from registrar.reading import strict_yaml as reader
from registrar.reading.documents import MAX_FLAWS, MAX_NODES, Ambiguous
from registrar.reading.pure_yaml import Parser as PureParser
from registrar.reading.scalars import resolve
from registrar.reading.yaml import read_yaml

TEXT = """\
# comment
name: wine
source: {repository: ".", commit: "abc"}
files:
- path: a
  size: 12
- {path: b, size: 13}
long: >
  folded
  text
empty:
"quoted key": 'single'
"""


def spot(route: Route, key: bool = False, text: str = TEXT) -> str:
    """The text that a span marks."""
    span = read_yaml(text.encode()).span(route, key)
    lines = text.split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    return lines[span.line - 1][span.column - 1 :]


@pytest.fixture(params=["c", "pure"])
def _parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "pure":
        monkeypatch.setattr(reader, "Parser", PureParser)


@pytest.mark.usefixtures("_parser")
def test_values() -> None:
    document = read_yaml(TEXT.encode())
    assert document.flaws == ()
    assert document.data == {
        "name": "wine",
        "source": {"repository": ".", "commit": "abc"},
        "files": [{"path": "a", "size": 12}, {"path": "b", "size": 13}],
        "long": "folded text\n",
        "empty": None,
        "quoted key": "single",
    }
    assert document.multiline == (("long",),)


@pytest.mark.usefixtures("_parser")
@pytest.mark.parametrize(
    ("route", "key", "marked"),
    [
        (("name",), False, "wine"),
        (("name",), True, "name"),
        (("source", "commit"), False, '"abc"'),
        (("source", "commit"), True, "commit"),
        (("source", "nothing"), False, "source"),
        (("files", 0, "size"), False, "12"),
        (("files", 1), False, "{path: b, size: 13}"),
        (("files", 1, "nothing"), False, "{path: b, size: 13}"),
        (("files", 9), False, "files"),
        (("long",), False, ">"),
        (("quoted key",), True, '"quoted key"'),
        (("nothing",), False, "n"),
        ((), False, "n"),
    ],
)
def test_places(route: Route, key: bool, marked: str) -> None:
    assert spot(route, key) == marked


@pytest.mark.usefixtures("_parser")
@pytest.mark.parametrize(
    "text",
    ["a: &x 1\nb: *x\n<<: {}\na: 2\nc: !t 3\n", "a: b: c\n", "[\n", "a: 'x\n", "- - -\n - :"],
)
def test_both_parsers_find_flaws(text: str) -> None:
    document = read_yaml(text.encode())
    assert document.flaws
    assert document.data is None


def test_all_flaws_at_once_but_not_a_million() -> None:
    assert len(read_yaml(b"a: &x 1\nb: *x\n<<: {}\na: 2\nc: !t 3\n").flaws) == 5
    assert len(read_yaml(b"".join(b"a%d: &x 1\n" % i for i in range(500))).flaws) == MAX_FLAWS
    assert len(read_yaml(b"\x01" * 500).flaws) == MAX_FLAWS


def test_limits_are_exact() -> None:
    assert read_yaml(b"[" * 32 + b"]" * 32).readable
    assert not read_yaml(b"[" * 33 + b"]" * 33).readable
    assert read_yaml(b"[" + b"1," * (MAX_NODES - 1) + b"]").readable
    assert not read_yaml(b"[" + b"1," * MAX_NODES + b"]").readable
    assert read_yaml(b"a: " + b"x" * (1024 * 1024 - 3)).readable
    assert not read_yaml(b"a: " + b"x" * (1024 * 1024 - 2)).readable
    many = "".join(f"k{i}: text\n" for i in range(MAX_NODES + 5))
    assert not read_yaml(many.encode()).readable


SCALARS = {
    **{text: text for text in ("wine", "1.2.0", "v1", "a:b", "Apache-2.0", "12:3x", "1.2.3.4")},
    **{"": None, "~": None, "null": None, "true": True, "FALSE": False, "1": 1, "-7": -7},
    **{"1.5": 1.5, "1e-5": 1e-5, "4e-06": 4e-06, "+1": 1, ".5": 0.5, "0x1F": 31, "0o17": 15},
    **{"0": 0, "1.10": 1.1, "1234567e8": 123456700000000.0},
}


@pytest.mark.parametrize("text", SCALARS)
def test_plain_scalars(text: str) -> None:
    value = resolve(text)
    assert value == SCALARS[text]
    assert type(value) is type(SCALARS[text])


@pytest.mark.parametrize(
    "text",
    [
        *("NO", "yes", "On", "y", "N", "2026-11-23", "2026-11-23T10:00:00Z", "12:30", "12:30:45"),
        *("0123456", "1_000", "0b101", ".inf", "-.INF", ".nan", "12e4567", "=", "<<", "007"),
        *("9" * 500, "1" + "_" * 500),
    ],
)
def test_ambiguous_scalars(text: str) -> None:
    value = resolve(text)
    assert type(value) is Ambiguous
    assert str(value) == text


def test_what_pyyaml_takes_for_something_else_is_never_plain_text() -> None:
    chosen = random.Random(3)
    alphabet = "0123456789.:-+_eExXonyNTf~ "
    for _ in range(20_000):
        text = "".join(chosen.choice(alphabet) for _ in range(chosen.randint(1, 8))).strip()
        try:
            loaded = yaml.safe_load(text)
        except (yaml.YAMLError, ValueError):
            continue
        if text and not isinstance(loaded, str | dict | list) and "\n" not in text:
            assert type(resolve(text)) is not str, text


def test_no_bytes_raise() -> None:
    chosen = random.Random(5)
    pieces = [
        b"a",
        b": ",
        b"\n",
        b"- ",
        b"[",
        b"]",
        b"{",
        b"}",
        b"'",
        b'"',
        b"|",
        b">",
        b"&a ",
        b"*a",
    ]
    pieces += [
        b"!t ",
        b"%YAML 1.1\n",
        b"---\n",
        b"...\n",
        b"\t",
        b"#",
        b"\xff",
        b"\xc3\xa9",
        b"? ",
        b"  ",
    ]
    for _ in range(4_000):
        raw = b"".join(chosen.choice(pieces) for _ in range(chosen.randint(0, 14)))
        document = read_yaml(raw)
        lines = raw.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
        for flaw in document.flaws:
            assert flaw.message
            assert 1 <= flaw.span.line <= len(lines) + 1
        assert document.readable == (not document.flaws)


def test_agrees_with_safe_load_on_plain_documents() -> None:
    chosen = random.Random(9)

    def make(depth: int) -> object:
        kind = chosen.randrange(5) if depth else 0
        if kind < 3:
            return chosen.choice(["text", "a b", "x: y", "- z", "", "0", "no", 5, True, None, 2.5])
        if kind == 3:
            return [make(depth - 1) for _ in range(chosen.randrange(4))]
        return {f"k{i}": make(depth - 1) for i in range(chosen.randrange(4))}

    for flow in (True, False, None):
        for _ in range(300):
            value = {"top": make(4)}
            written = yaml.safe_dump(value, default_flow_style=flow).encode()
            document = read_yaml(written)
            if "&" not in written.decode():
                assert document.data == value == yaml.safe_load(written), written
