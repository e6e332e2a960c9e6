"""Pickles are told by a walk over their opcodes, and plain text is never taken for one."""

from __future__ import annotations

import collections
import datetime
import io
import os
import pickle
import pickletools
import struct
from pathlib import Path

import pytest

from registrar.domain.formats import Format
from registrar.reading.sniffing import pickles, sniff
from registrar.reading.sniffing.pickles import End, Walk
from registrar.reading.sniffing.source import Source

MODELS = {
    "weights": {"coef": [0.5, -1.25, 1e300, float("inf"), float("-inf")], "bias": 7},
    "nested": [[], (), {}, set(), frozenset({1}), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
    "texts": ["", "a\nb", "Ωμέγα", "it's", '"', "\\", "x" * 5000],
    "bytes": [b"", b"\x00\xff", b"y" * 300, b"z" * 70_000, bytearray(b"ab")],
    "numbers": [0, -1, 255, 65_536, -(2**31), 2**63, 2**2100, True, False, None],
    "objects": [datetime.date(2026, 11, 1), collections.OrderedDict(a=1), complex(1, 2)],
    "shared": [(shared := ["x"]), shared, shared],
    "many": [{"feature": str(number), "weight": number / 7} for number in range(3000)],
}
PLAIN_TEXTS = [
    b"",
    b"\n",
    b".",
    b"N.",
    b"I1\n.",
    b"Vienna\n.",
    b"Paris\n.\n",
    b"cats and dogs\nare\n.",
    b"class Model:\n    pass\n",
    b"import os\nimport sys\n",
    b"from x import y\n",
    b"# a comment\nprint('.')\n",
    b"(1, 2, 3).\n",
    b"(a)\n.",
    b"# Model card\n\nA wine model. It's good.\n",
    b'{"a": [1, 2.5, null]}',
    b"[1, 2, 3]",
    b"schema_version: 1\nname: wine\n",
    b"outs:\n- md5: d41d8cd98f00b204e9800998ecf8427e\n  size: 3\n  path: model.pkl\n",
    b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12\n",
    b"<!DOCTYPE html><html><body>404</body></html>",
    b"Store\nSome\nThing\n.",
    b"S'unclosed\n.",
    b"0.5,1.5,2.5\n" * 100,
    b"]]]]].",
    b")))).tail",
    b"V" + b"e" * 70_000,
]


class Caller:
    """Its pickle calls a function when it is loaded."""

    def __init__(self, *call: object) -> None:
        self.call = call

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.call[0], self.call[1:]


def ended(content: bytes) -> tuple[End, Walk, int]:
    source = Source.of(content)
    walk = Walk()
    return pickles._walk(source, walk), walk, source.position


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", MODELS)
def test_every_protocol_is_told(name, protocol, sniffed):
    found = sniffed(pickle.dumps(MODELS[name], protocol))
    assert found.format is Format.PICKLE
    assert found.detail == f"pickle protocol {protocol}"


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", MODELS)
def test_a_walk_stops_where_the_standard_library_stops(name, protocol):
    content = pickle.dumps(MODELS[name], protocol) + b"behind it"
    operations = list(pickletools.genops(content))
    end, walk, position = ended(content)
    assert end is End.STOPPED
    assert walk.opcodes == len(operations)
    assert position == operations[-1][2] + 1


@pytest.mark.parametrize("content", PLAIN_TEXTS)
def test_plain_text_is_no_pickle(content, format_of):
    assert format_of(content) is Format.UNKNOWN


@pytest.mark.parametrize("protocol", range(6))
def test_nothing_is_run(protocol, tmp_path, format_of):
    marker = tmp_path / "ran"
    content = pickle.dumps(Caller(os.mkdir, str(marker)), protocol)
    assert format_of(content) is Format.PICKLE
    assert not marker.exists()
    pickle.loads(content)
    assert marker.exists(), "the attack does not work, so the test shows nothing"


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("tail", [b"\0garbage", b"tree\nversion=v4\n", b"PK\x05\x06" + b"\0" * 18])
def test_what_runs_before_the_load_fails_is_a_pickle(protocol, tail, tmp_path, sniffed):
    marker = tmp_path / "ran"
    content = pickle.dumps(Caller(os.mkdir, str(marker)), protocol)[:-1] + b"\0" + tail
    with pytest.raises((pickle.UnpicklingError, IndexError)):
        pickle.loads(content)
    assert marker.exists(), "the attack does not work, so the test shows nothing"
    found = sniffed(content)
    assert found.format is Format.PICKLE
    assert found.detail.endswith("not read to its end")


def test_a_pickle_with_bytes_behind_it_is_one(format_of):
    assert format_of(pickle.dumps(MODELS["weights"], 2) + b"\0" * 99) is Format.PICKLE


def test_text_pickles_must_stop_at_the_end_of_the_file(format_of):
    content = pickle.dumps(MODELS["weights"], 0)
    assert format_of(content) is Format.PICKLE
    assert format_of(content + b"\n") is Format.UNKNOWN


def test_a_lone_scalar_without_a_magic_number_is_no_model(format_of):
    assert format_of(pickle.dumps(5, 0)) is Format.UNKNOWN
    assert format_of(pickle.dumps(5, 1)) is Format.UNKNOWN
    assert format_of(pickle.dumps(5, 2)) is Format.PICKLE


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_pickle_that_breaks_off_is_none(protocol, formats_when_cut):
    assert formats_when_cut(pickle.dumps(MODELS["weights"], protocol)) == {Format.UNKNOWN}


@pytest.mark.parametrize(
    "content",
    [
        b"\x80",
        b"\x80\x06N.",
        b"\x80\xffN.",
        b"\x80\x04.",
        b"\x80\x040.",
        b"\x80\x04(.",
        b"\x80\x04(N0.",
        b"\x80\x04t.",
        b"\x80\x04e.",
        b"\x80\x04(o.",
        b"\x80\x04(e.",
        b"\x80\x04NR.",
        b"\x80\x04Ns.",
        b"\x80\x04q\x00.",
        b"\x80\x042.",
        b"\x80\x04\xff.",
        b"\x80\x04\x00.",
        b"\x80\x04cnot a module\nx\n.",
        b"\x80\x04cos\nsys tem\n.",
        b"\x80\x04c\xff\xfe\nx\n.",
        b"\x80\x04Ione\n.",
        b"\x80\x04I1.5\n.",
        b"\x80\x04Fabc\n.",
        b"\x80\x04Fe5\n.",
        b"\x80\x04F1.5.2\n.",
        b"\x80\x04Sabc\n.",
        b"\x80\x04S'abc\n.",
        b"\x80\x04gx\n.",
        b"\x80\x04X\xff\xff\xff\xff.",
        b"\x80\x04\x8d" + b"\xff" * 8 + b".",
        b"\x80\x05\x96" + struct.pack("<Q", 2**63) + b".",
        b"\x80\x04B\x05\x00\x00\x00abc",
    ],
)
def test_what_the_stack_or_an_argument_forbids_is_no_pickle(content, format_of):
    assert format_of(content) is Format.UNKNOWN


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x04N.",
        b"\x80\x04(0N.",
        b"\x80\x04(NN1N.",
        b"\x80\x04(NN00N0N.",
        b"\x80\x04]\x94(NNe.",
        b"\x80\x04\x8f(NN\x90.",
        b"\x80\x04}(NNu.",
        b"\x80\x04(NN\x91.",
        b"\x80\x04N2\x86.",
        b"\x80\x02F-1.5e3\n.",
        b"\x80\x02Fnan\n.",
        b"\x80\x02L-12L\n.",
        b"\x80\x05C\x01a\x98.",
        b"\x80\x05\x97.",
    ],
)
def test_what_the_stack_allows_is_a_pickle(content, format_of):
    assert format_of(content) is Format.PICKLE


def test_the_old_instance_opcodes_call(format_of):
    assert format_of(b"(S'x'\nios\ngetenv\n\0") is Format.PICKLE
    assert format_of(b"(cos\ngetenv\nS'x'\no\0") is Format.PICKLE
    assert format_of(b"\x80\x02\x82\x01)R\0") is Format.PICKLE


def test_a_call_of_nothing_imported_is_no_sign(format_of):
    assert format_of(b"NNRNb" + b"\0") is Format.UNKNOWN


@pytest.mark.parametrize("protocol", range(6))
def test_the_old_form_of_torch_is_told(protocol, sniffed):
    content = b"".join(
        pickle.dumps(part, protocol)
        for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, {"weight": [1.0]}, [])
    )
    found = sniffed(content)
    assert found.format is Format.PYTORCH
    assert "legacy" in found.detail


def test_another_long_number_is_not_torch(format_of):
    assert format_of(pickle.dumps(0x1950A86A20F9469CFC6D, 2)) is Format.PICKLE


def test_a_wrapper_of_joblib_ends_the_walk(sniffed):
    wrapper = b"\x80\x04\x8c\x13joblib.numpy_pickle\x94\x8c\x11NumpyArrayWrapper\x94\x93\x94"
    found = sniffed(wrapper + b"\xff" * 50)
    assert (found.format, found.detail) == (Format.JOBLIB, "joblib, pickle protocol 4")
    older = b"\x80\x02csklearn.externals.joblib.numpy_pickle\nNumpyArrayWrapper\n"
    assert sniffed(older + b"\xff").format is Format.JOBLIB


def test_the_mere_name_of_joblib_is_a_pickle(format_of):
    assert format_of(pickle.dumps(["joblib.numpy_pickle"], 4)) is Format.PICKLE


def test_a_fitted_model_is_told(format_of):
    linear = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
    model = linear.LogisticRegression().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
    for protocol in range(6):
        assert format_of(pickle.dumps(model, protocol)) is Format.PICKLE


def test_what_joblib_writes_is_told(tmp_path: Path, sniffed):
    joblib = pytest.importorskip("joblib", reason="joblib is not installed")
    numpy = pytest.importorskip("numpy", reason="NumPy is not installed")
    for protocol in range(2, 6):
        joblib.dump({"coef": numpy.ones(9)}, tmp_path / "model", protocol=protocol)
        found = sniffed((tmp_path / "model").read_bytes())
        assert found.format is Format.JOBLIB
        assert found.detail == f"joblib, pickle protocol {protocol}"


def test_numpy_arrays_in_text_pickles_are_told(format_of):
    numpy = pytest.importorskip("numpy", reason="NumPy is not installed")
    for protocol in (0, 1):
        assert format_of(pickle.dumps(numpy.arange(50_000), protocol)) is Format.PICKLE


def test_a_stream_is_read_from_its_beginning():
    stream = io.BytesIO(pickle.dumps(MODELS["weights"]))
    stream.seek(7)
    assert sniff(stream, len(stream.getvalue())).format is Format.PICKLE
