"""A file of each format, cut at every 1,000th byte: never clean, never an exception.

Exceptions are named where they are: what is left there is a whole file by its format's own rules.
"""

from __future__ import annotations

import io
import json
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from bounded_scan import SMALL, judged
from crafted import CODECS, JOBLIB_CODECS, TORCH_MAGIC, as_joblib, as_npy, as_tar, as_zip
from gguf_writer import ARRAY, F32, STRING, gguf
from hypothesis import given, settings
from hypothesis import strategies as st
from trained import models

from registrar.domain.formats import Format
from registrar.domain.scanning import FileScan, Safety
from registrar.integrations.scanning.limits import Limits

pytestmark = pytest.mark.filterwarnings("ignore")  # scikit-learn's, of models half trained
NUMBERS = np.random.default_rng(0).normal(size=2_000)


def onnx(model: Any) -> bytes:
    from skl2onnx import to_onnx

    return bytes(to_onnx(model, np.zeros((1, 13), np.float32)).SerializeToString())


def npz() -> bytes:
    out = io.BytesIO()
    np.savez(out, a=NUMBERS, b=np.array(["x"] * 300))
    return out.getvalue()


def state_dict() -> dict[str, bytes]:
    """Both forms of PyTorch, a tensor of 2,000 numbers in each; made by hand, torch is not here."""
    from trained import _dumped, _tensor

    raw = NUMBERS.astype("<f4").tobytes()
    members = {"archive/data.pkl": _dumped({"w": _tensor("0", "FloatStorage", (2000,))})}
    members |= {"archive/data/0": raw, "archive/version": b"3\n", "archive/byteorder": b"little"}
    heads = [pickle.dumps(value, 2) for value in (TORCH_MAGIC, 1001, {"little_endian": True})]
    heads += [_dumped({"w": _tensor("0", "FloatStorage", (2000,), None)}), pickle.dumps(["0"], 2)]
    return {
        "model.pt": as_zip(members),
        "legacy.pt": b"".join(heads) + struct.pack("<q", 2000) + raw,
    }


def boosted() -> dict[str, bytes]:
    """The forms of XGBoost and LightGBM, which are not here: as their releases write them."""
    from test_scan_readers import model_ubj

    weights = [round(float(number), 9) for number in NUMBERS]
    trees = {"model": {"trees": [{"base_weights": weights}]}, "name": "gbtree"}
    learner = {"attributes": {}, "feature_names": [], "gradient_booster": trees}
    tree = "tree\nversion=v4\nnum_class=1\n\nTree=0\nleaf_value=" + " ".join(map(str, weights))
    return {
        "model.json": json.dumps({"learner": learner, "version": [3, 2, 0]}).encode(),
        "model.ubj": model_ubj({"trees": weights}),
        "model.txt": (tree + "\n\nend of trees\n\nparameters:\n" + "[a: 1]\n" * 200).encode(),
    }


def headers(fitted: dict[str, Any]) -> dict[str, bytes]:
    """Formats of which the header says all, and skops."""
    import skops.io
    from safetensors.numpy import save

    tokens = ("tokenizer.ggml.tokens", ARRAY, (STRING, [f"<0x{n:04X}>" for n in range(300)]))
    return {
        "model.onnx": onnx(fitted["forest"]),
        "model.safetensors": save({"w": NUMBERS, "b": NUMBERS[:30]}),
        "model.gguf": gguf(
            [tokens], [("w", (1000,), 0, 0)], NUMBERS.astype("<f4").tobytes()[:4000]
        ),
        "stored.skops": skops.io.dumps(fitted["forest"]),
        "packed.skops": skops.io.dumps(fitted["pipeline"], compression=8),
        "kinds.gguf": gguf([("x", F32, 0.5), tokens], []),
    }


def whole_files(folder: Path) -> dict[str, bytes]:
    """A clean file of each format and codec, by a name of it."""
    fitted = models()
    raw = pickle.dumps(fitted["forest"], 4)
    network = fitted["network"]
    return {
        **{f"protocol{number}.pkl": pickle.dumps(network, number) for number in range(6)},
        **{
            f"{compress}.joblib": as_joblib(network, folder, compress) for compress in JOBLIB_CODECS
        },
        **{f"model.pkl.{suffix}": pack(raw) for suffix, pack in CODECS.items()},
        "array.npy": as_npy(NUMBERS),
        "objects.npy": as_npy(np.array(["x" * 900] * 9, dtype=object), allow_pickle=True),
        "arrays.npz": npz(),
        "model.zip": as_zip({"a.pkl": raw, "notes.md": b"# A\n"}),
        "model.tar": as_tar({"a.pkl": raw}),
        "model.tar.gz": as_tar({"a.pkl": raw}, "w:gz"),
        **state_dict(),
        **boosted(),
        **headers(fitted),
    }


def is_whole(name: str, content: bytes, end: int) -> bool:
    """Tell whether what is left is a whole file: nothing of the model is missing."""
    rest = content[end:]
    if name == "model.tar":
        return not rest.strip(b"\0")  # the zeros behind the last member may be fewer
    return name == "model.txt" and b"end of trees\n" in content[:end]  # parameters are notes


UNREAD_FORMATS: dict[str, Callable[[], bytes]] = {
    "hdf5": lambda: (
        b"\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0".ljust(40, b"\0") + struct.pack("<Q", 9096)
    ).ljust(9096, b"\0"),
    "keras": lambda: as_zip(
        {"config.json": b"{}", "metadata.json": b"{}", "model.weights.h5": NUMBERS.tobytes()}
    ),
    "torchscript": lambda: as_zip(
        {"m/data.pkl": b"", "m/constants.pkl": NUMBERS.tobytes(), "m/code/__torch__.py": b""}
    ),
}
"""Formats that nobody reads: dangerous whole, and never clean in part."""


def test_no_format_is_clean_in_part(tmp_path: Path) -> None:
    count, formats = 0, set()
    for name, content in whole_files(tmp_path).items():
        found = judged(content, name, Limits())
        assert found.troubles == (), (name, found)
        formats.add(found.format)
        for end in sorted({*range(0, len(content), 1000), len(content) // 2, len(content) - 1}):
            count += 1
            part = judged(content[:end], name, Limits())
            assert part.troubles or is_whole(name, content, end), (name, end, part)
    print(f"{count} parts of {len(formats)} formats: 0 clean")
    assert formats >= {str(format) for format in Format} - UNREAD_FORMATS.keys() - {
        *("tflite", "savedmodel", "unknown"),  # never read, whatever is left of them
    }


@pytest.mark.parametrize("name", UNREAD_FORMATS)
def test_what_nobody_reads_is_never_clean_in_part(name: str) -> None:
    content = UNREAD_FORMATS[name]()
    assert judged(content, "model").format == name
    for end in range(0, len(content) + 1, 1000):
        assert judged(content[:end], "model").troubles, end


MAGICS = [
    b"\x80\x04\x95", b"\x80\x02", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08\0", b"BZh9", b"]\0\0\x80",
    b"\xfd7zXZ\0", b"x\x9c", b"\x04\x22\x4d\x18\x60\x40\x82", b"GGUF\3\0\0\0", b"\x93NUMPY\1\0v\0{",
    b"\x89HDF\r\n\x1a\n\0", b"\x14\0\0\0TFL3", b"\x08\x0a\x3a", b"{\"learner\":{\"attributes\"", b"{L\0\0\0\0",
    b"tree\nversion=v4\nnum_class=1\n", b"\x20\0\0\0\0\0\0\0{\"", b"cos\nsystem\n(", b"(dp0\nV", b"flavors:\n",
    pickle.dumps(TORCH_MAGIC, 2), as_tar({"a": b""})[:512],
]  # fmt: skip
NAMES = ["model", "MLmodel", "model.pt", "model.onnx", "model.npz", "model.skops", "model.tar.gz"]
BOUNDED = settings(max_examples=400, derandomize=True, deadline=None, database=None)


@BOUNDED
@given(st.sampled_from(MAGICS), st.binary(max_size=600), st.sampled_from(NAMES))
def test_nothing_behind_any_beginning_raises(magic: bytes, rest: bytes, name: str) -> None:
    found = judged(magic + rest, name, SMALL)
    assert FileScan(name, found.format, found.troubles).safety in Safety


def joblib_of(value: Any) -> bytes:
    out = io.BytesIO()
    joblib.dump(value, out)
    return out.getvalue()


WHOLE = {
    **boosted(),
    **state_dict(),
    "model.tar": as_tar({"a.npy": as_npy(np.arange(9)), "b.pkl": pickle.dumps([1, {"a": 2.0}])}),
    "model.npy": as_npy(np.arange(9, dtype="<f4").reshape(3, 3)),
    "model.npz": npz(),
    "model.joblib": joblib_of({"w": np.arange(9.0), "o": np.array([None, "x"])}),
}


@BOUNDED
@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_no_damaged_header_raises(name: str, data: st.DataObject) -> None:
    content = bytearray(WHOLE[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, min(len(content), 1500) - 1))
        piece = data.draw(st.binary(min_size=1, max_size=8))
        if data.draw(st.booleans()):
            content[at : at + len(piece)] = piece
        else:
            content[at:at] = piece
    judged(bytes(content), name, SMALL)
