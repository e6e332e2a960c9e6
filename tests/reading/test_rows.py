"""Rows of data files: told where they are certain, held against the libraries that write them."""

from __future__ import annotations

import csv
import gzip
import io
import random
from pathlib import Path

import pytest

from registrar.reading.rows import rows_of

HEADED = "name,size\na,1\nb,2.5\n"
WINE = "14.23,1.71,2.43,0\n13.2,1.78,2.14,0\n"


def rows(text: str | bytes, name: str = "x.csv") -> int | None:
    return rows_of(io.BytesIO(text.encode() if isinstance(text, str) else text), name)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (HEADED, 2),
        (HEADED.rstrip("\n"), 2),
        (HEADED.replace("\n", "\r\n"), 2),
        (HEADED + "\n\n", 2),
        ("\ufeff" + HEADED, 2),
        (HEADED.replace(",", ";"), 2),
        (HEADED.replace(",", "\t"), 2),
        ('name,size\n"a\n\nb, c",1\n"d ""e""",2\n', 2),
        ('"the\tname",size\na,1\n', 1),
        ("name,size\na,\nb,2\n", 2),
        ("size\n1\n2\n", 2),
        (WINE, 2),
        ('name;note;size\na;"x\ny, z";1\n', 1),
    ],
)
def test_csv_where_it_is_certain(text: str, found: int) -> None:
    assert rows(text) == found
    assert rows(gzip.compress(text.encode()), "x.csv.gz") == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "name,size\n",  # no record below it
        "text,label\nI love it,good\n",  # may be a header, or not
        "178,13,class_0,class_1\n14.23,1.71,2.43,0\n",  # counts in front, as scikit-learn has them
        "0,1,2\n5,3,4\n",  # the names that pandas gives to columns without any
        "400.5,401.0,401.5\n0.1,0.3,0.2\n",  # wave lengths
        "name,name\na,1\n",
        "name,\na,1\n",
        "name,size\na,1\nb\n",  # ragged
        "name,size\na,1\n\nb,2\n",
        "name,size\ra,1\r",
        'name,size\n"a,1\nb,2\n',  # a quote that is never closed
        'name,size\n"a"x,1\n',
        "a;b,c\n1;2,3\n",  # two delimiters may be meant
        HEADED.encode("utf-16"),
        "name,size\n" + "a" * (1 << 20) + ",1\n",
    ],
)
def test_csv_where_it_is_not(text: str | bytes) -> None:
    assert rows(text) is None


def test_a_quoted_line_end_after_the_sample() -> None:
    text = "name,size\n" + "a,1\n" * 500 + '"b\nc",2\n' + "d,3\n"
    assert rows(text) == 502
    assert rows(text + "e\n") is None


def test_what_the_csv_module_writes_is_counted() -> None:
    chance, told = random.Random(20261126), 0
    for _ in range(300):
        count, width = chance.randint(1, 150), chance.randint(1, 4)
        delimiter = chance.choice(",;\t|")
        out = io.StringIO()
        ends = chance.choice(["\n", "\r\n"])
        writer = csv.writer(out, delimiter=delimiter, lineterminator=ends)
        writer.writerow([*(f"c{column}" for column in range(width)), "size"])
        for number in range(count):
            texts = ["".join(chance.choices("ab\n ,;|\t\"'", k=9)) for _ in range(width)]
            writer.writerow([*texts, number])
        found = rows(out.getvalue())
        assert found in (count, None)
        told += found is not None
        assert rows(out.getvalue(), "x.tsv") == (count if delimiter == "\t" else None)
    assert told > 250


@pytest.mark.parametrize(
    ("text", "found"), [("", 0), ("{}\n{}\n", 2), ("{}\n\n \n{}", 2), ("x" * 200_000 + "\n{}", 2)]
)
def test_json_lines(text: str, found: int) -> None:
    assert rows(text, "x.jsonl") == rows(text, "X.NDJSON") == found
    assert rows(gzip.compress(text.encode()), "x.jsonl.gz") == found


def test_gzip_that_is_none_or_ends_early() -> None:
    packed = gzip.compress(HEADED.encode())
    for raw in (HEADED.encode(), packed[:-9], packed + b"more", b""):
        assert rows(raw, "x.csv.gz") is None
    assert rows(packed, "x.npy.gz") is rows(packed, "x.bin.gz") is None


def test_gzip_is_unpacked_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(b"{}\n" * 100_000)
    assert rows(packed, "x.jsonl.gz") == 100_000
    monkeypatch.setattr("registrar.reading.rows._MOST", 100_000)
    assert rows(packed, "x.jsonl.gz") is None


def test_other_kinds_tell_nothing() -> None:
    for name in ("x.txt", "x.json", "x", "csv", ".csvx", "x.npz"):
        assert rows(HEADED, name) is None


def test_numpy(tmp_path: Path) -> None:
    numpy = pytest.importorskip("numpy")
    for shape, found in (((178, 13), 178), ((5,), 5), ((0, 3), 0), ((), None)):
        out = io.BytesIO()
        numpy.save(out, numpy.zeros(shape))
        assert rows(out.getvalue(), "x.npy") == found
    out = io.BytesIO()
    numpy.save(out, numpy.array([{}]), allow_pickle=True)
    assert rows(out.getvalue(), "x.npy") is None, "a pickle"
    assert rows(b"\x93NUMPY", "x.npy") is None


def _table(rows: int, columns: int) -> bytes:
    pytest.importorskip("pyarrow")
    import pyarrow
    import pyarrow.parquet

    out = io.BytesIO()
    data = {f"c{n}": list(range(rows)) for n in range(columns)}
    data |= {"text": ["x"] * rows, "nested": [{"a": [1, 2]}] * rows}
    pyarrow.parquet.write_table(pyarrow.table(data), out, row_group_size=1000)
    return out.getvalue()


@pytest.mark.filterwarnings("ignore")
def test_parquet_as_pyarrow_writes_it() -> None:
    for count, columns in ((0, 1), (1, 1), (178, 13), (5000, 40)):
        assert rows(_table(count, columns), "x.parquet") == count


@pytest.mark.filterwarnings("ignore")
def test_parquet_that_was_damaged_tells_nothing_wrong() -> None:
    raw = _table(178, 3)
    for broken in (raw[:-1], raw[4:], b"PAR1", b"", b"PAR1" + b"\xff" * 100 + b"PAR1"):
        assert rows(broken, "x.parquet") is None
    size = int.from_bytes(raw[-8:-4], "little")
    chance = random.Random(20261126)
    for _ in range(2000):  # it never raises, and never loops
        at = len(raw) - 8 - chance.randint(1, size)
        rows(raw[:at] + bytes([chance.randrange(256)]) + raw[at + 1 :], "x.parquet")


def test_a_footer_that_nests_or_counts_without_end() -> None:
    deep = b"\x1c" * 1_000_000
    endless = b"\x19\xf1" + b"\xff" * 8 + b"\x01"
    for footer in (deep, endless):
        raw = b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"
        assert rows(raw, "x.parquet") is None
