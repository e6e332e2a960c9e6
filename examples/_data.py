"""The data that scikit-learn carries, read line by line, split by rows, and described.

A split is named by the digest of its rows, so that a manifest says exactly which rows a
model saw, and anybody with the file can recompute it.
"""

import gzip
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata, resources
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

SPLIT_SEED = 2026
TEST_SHARE = 0.3
FOLDER = "sklearn/datasets/data"

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table inside scikit-learn, and what its authors say about it.

    Columns are the features in order, then the class as an integer from 0.
    `facts` goes into the manifest as it is.
    """

    file: str
    media_type: str
    header_lines: int
    features: Sequence[str]
    classes: Sequence[str]
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table: the lines as stored (no line end), features (n, d), labels (n,)."""

    lines: Sequence[bytes]
    x: Floats
    y: Labels

    def take(self, index: Labels) -> "Rows":
        """Select rows, kept in the order of the file."""
        kept = np.sort(index)
        return Rows([self.lines[i] for i in kept], self.x[kept], self.y[kept])

    def sha256(self) -> str:
        r"""Digest the rows: SHA-256 over their lines in file order, each followed by ``\n``.

        Lines are those of the (decompressed) file without header and line end, so the
        digest of all rows of a CSV file with one header line and LF line ends is
        ``tail -n +2 FILE | sha256sum``.
        """
        return hashlib.sha256(b"".join(line + b"\n" for line in self.lines)).hexdigest()


def raw_bytes(dataset: Dataset) -> bytes:
    """Return the data file as the installed scikit-learn stores it."""
    return (resources.files("sklearn.datasets") / "data" / dataset.file).read_bytes()


def read(dataset: Dataset) -> Rows:
    """Parse the data file.

    Raises:
        ValueError: a row has another number of columns, or a class out of range.

    """
    raw = raw_bytes(dataset)
    text = gzip.decompress(raw) if dataset.file.endswith(".gz") else raw
    lines = text.splitlines()[dataset.header_lines :]
    table = np.array([[float(cell) for cell in line.split(b",")] for line in lines])
    x, y = table[:, :-1], table[:, -1].astype(np.int64)
    if x.shape[1] != len(dataset.features) or set(y.tolist()) != set(range(len(dataset.classes))):
        raise ValueError(f"{dataset.file} does not have the expected columns and classes")
    return Rows(lines, x, y)


def split(rows: Rows) -> tuple[Rows, Rows]:
    """Split into train and test: stratified by class, fixed seed, no line in both.

    Raises:
        ValueError: the same line is on both sides.

    """
    index = np.arange(len(rows.lines))
    train_index, test_index = train_test_split(
        index, test_size=TEST_SHARE, stratify=rows.y, random_state=SPLIT_SEED
    )
    train, test = rows.take(train_index), rows.take(test_index)
    if set(train.lines) & set(test.lines):
        raise ValueError("the same row is in train and test")
    return train, test


def manifest(dataset: Dataset) -> dict[str, Any]:
    """Describe file and splits in the shape of dataset-manifest.yaml."""
    raw, rows = raw_bytes(dataset), read(dataset)
    parts = dict(zip(("train", "test"), split(rows), strict=True))
    return {
        "schema_version": 1,
        **dataset.facts,
        "source": {
            "type": "git",
            "uri": "https://github.com/scikit-learn/scikit-learn",
            "revision": metadata.version("scikit-learn"),
            "path": f"{FOLDER}/{dataset.file}",
        },
        "files": [
            {
                "path": dataset.file,
                "sha256": hashlib.sha256(raw).hexdigest(),
                "bytes": len(raw),
                "media_type": dataset.media_type,
                "rows": len(rows.lines),
            }
        ],
        "splits": {
            name: {"of": dataset.file, "rows": len(part.lines), "rows_sha256": part.sha256()}
            for name, part in parts.items()
        },
        "live": False,
    }
