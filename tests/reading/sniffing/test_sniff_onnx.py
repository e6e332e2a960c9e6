"""ONNX and SavedModel are protobuf without a magic number: told by all of their fields."""

from __future__ import annotations

import random

import pytest

from registrar.domain.formats import Format
from registrar.reading.sniffing import onnx as sniffing_onnx
from registrar.reading.sniffing import sniff


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def field(number: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    content = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(content)) + content


def external(location: str | bytes, key: str = "location") -> bytes:
    """A TensorProto whose data lies elsewhere."""
    pairs = field(13, field(1, key) + field(2, location)) + field(13, field(1, "offset"))
    return field(1, 4) + field(2, 1) + field(8, "w") + pairs + field(14, 1)


NODE = field(1, "x") + field(2, "y") + field(3, "one") + field(4, "Relu")
TENSOR = field(1, 2) + field(2, 1) + field(8, "w") + field(9, b"\0" * 8)
GRAPH = field(1, NODE) + field(2, "graph") + field(5, TENSOR) + field(11, b"") + field(12, b"")
OPSET = field(8, field(1, "") + field(2, 21))
MODEL = field(1, 10) + field(2, "me") + field(3, "1.0") + field(7, GRAPH) + OPSET


def model(graph: bytes) -> bytes:
    return field(1, 10) + field(7, graph) + OPSET


def test_a_model_is_told(sniffed):
    found = sniffed(MODEL)
    assert (found.format, found.external, found.detail) == (Format.ONNX, (), "IR version 10")


def test_a_model_that_is_cut_off_is_none(formats_when_cut):
    assert formats_when_cut(field(1, 10) + OPSET + field(7, GRAPH)) == {Format.UNKNOWN}


@pytest.mark.parametrize(
    "content",
    [
        field(1, 10) + field(7, GRAPH),
        field(7, GRAPH) + OPSET,
        field(7, GRAPH) + field(1, 3),
        MODEL + field(14, field(1, "k") + field(2, "v")) + field(20, b"") + field(25, b""),
        MODEL + field(26, b""),
        MODEL + field(5, 2**63) + field(6, "words"),
        field(1, 10) + field(7, field(12, b"")),
        field(1, 10) + field(7, field(5, TENSOR)),
        field(1, 2**64 - 1) + field(7, GRAPH),
    ],
)
def test_fields_of_a_model_are_allowed(content, format_of):
    assert format_of(content) is Format.ONNX


@pytest.mark.parametrize(
    "content",
    [
        field(7, GRAPH),
        field(1, 10) + OPSET,
        field(1, 10) + field(7, b""),
        field(1, 10) + field(7, field(2, "only a name")),
        MODEL + b"\0",
        MODEL + b"\x08",
        MODEL + field(99, 1),
        MODEL + field(9, "text"),
        MODEL + field(0, 1),
        MODEL + field(1, "text"),
        MODEL + field(2, 7),
        MODEL + b"\x3b\x3c",
        MODEL + varint(7 << 3 | 2) + varint(2**63),
        MODEL + varint(7 << 3 | 2) + b"\xff" * 9 + b"\x01",
        MODEL + b"\x08" + b"\xff" * 10 + b"\x01",
        MODEL + b"\xff" * 40,
        field(1, 10) + field(7, GRAPH + field(3, 1)),
        field(1, 10) + field(7, GRAPH + field(1, 5)),
        field(1, 10) + field(7, GRAPH[:-1]),
        field(1, 10) + field(7, field(1, NODE + field(4, "x" * 20) + field(44, 1))),
        field(1, 10) + field(7, GRAPH + field(5, TENSOR + field(15, 1))),
        field(1, 10) + field(7, GRAPH + b"\x12\x04") + OPSET,
        OPSET + field(1, 10) + field(7, GRAPH),
        field(5, 1) + MODEL,
    ],
)
def test_what_onnx_does_not_have_is_refused(content, format_of):
    assert format_of(content) is Format.UNKNOWN


def test_no_model_begins_with_an_opcode_of_pickle():
    from registrar.reading.sniffing.pickle_opcodes import ARGUMENTS, EFFECTS, TO_MARK

    opcodes = {*ARGUMENTS, *TO_MARK, *EFFECTS, *b"(.0"} - {ord("2")}
    assert not opcodes & sniffing_onnx._FIRST_BYTES, "DUP alone may: it needs a stack"


def test_external_data_is_named_in_order_and_once(sniffed):
    graph = GRAPH + b"".join(field(5, external(name)) for name in ("b.bin", "a/ü.bin", "b.bin"))
    assert sniffed(model(graph)).external == ("b.bin", "a/ü.bin")


def test_other_keys_of_external_data_are_no_locations(sniffed):
    graph = GRAPH + field(5, external("x", key="checksum")) + field(5, external("", key="location"))
    assert sniffed(model(graph)).external == ()


def test_external_data_in_attributes_and_inner_graphs_is_named(sniffed):
    constant = field(1, "value") + field(5, external("constant.bin")) + field(20, 4)
    several = field(1, "values") + field(10, external("list.bin")) + field(20, 9)
    inner = field(1, "then_branch") + field(6, GRAPH + field(5, external("then.bin")))
    loops = field(1, "bodies") + field(11, GRAPH + field(5, external("body.bin")))
    nodes = [NODE + field(5, part) for part in (constant, several, inner, loops)]
    found = sniffed(model(b"".join(field(1, node) for node in nodes)))
    assert found.external == ("constant.bin", "list.bin", "then.bin", "body.bin")


def test_lists_of_numbers_in_attributes_are_not_walked(sniffed):
    floats = b"".join(b"\x3d\0\0\x80\x3f" for _ in range(50))
    node = NODE + field(5, field(1, "nodes_values") + floats + field(20, 6))
    assert sniffed(model(field(1, node))).format is Format.ONNX
    node = NODE + field(5, field(1, "nodes_ids") + field(8, 3) * 50 + field(99, 1))
    assert sniffed(model(field(1, node))).format is Format.ONNX


def test_numbers_of_a_tensor_are_not_walked(sniffed):
    tensor = field(1, 50) + field(2, 7) + field(7, 123) * 50 + field(8, "w")
    assert sniffed(model(GRAPH + field(5, tensor))).format is Format.ONNX


def test_a_location_that_is_too_long_is_not_named(sniffed):
    graph = GRAPH + field(5, external("x" * (sniffing_onnx.MAX_LOCATION + 1)))
    assert sniffed(model(graph)).external == ()


def test_locations_are_counted(sniffed, monkeypatch):
    monkeypatch.setattr(sniffing_onnx, "MAX_EXTERNAL", 3)
    graph = GRAPH + b"".join(field(5, external(f"{n}.bin")) for n in range(9))
    assert sniffed(model(graph)).external == ("0.bin", "1.bin", "2.bin", sniffing_onnx.HIDDEN)


def test_a_location_need_not_be_text(sniffed):
    assert sniffed(model(GRAPH + field(5, external(b"\xff.bin")))).external == ("\ufffd.bin",)


def test_graphs_in_graphs_are_followed_to_a_depth(sniffed):
    graph = GRAPH + field(5, external("deep.bin"))
    for _ in range(200):
        graph = field(1, NODE + field(5, field(1, "body") + field(6, graph)))
    found = sniffed(model(graph))
    assert (found.format, found.external) == (Format.ONNX, (sniffing_onnx.HIDDEN,))


def test_fields_are_counted_over_the_whole_file(sniffed, monkeypatch):
    monkeypatch.setattr(sniffing_onnx, "MAX_FIELDS", 50)
    assert sniffed(model(GRAPH)).format is Format.ONNX
    assert sniffed(model(GRAPH + field(11, b"") * 60)).format is Format.UNKNOWN


def test_nodes_are_skipped_once_many_fields_were_seen(sniffed, monkeypatch):
    constant = NODE + field(5, field(1, "value") + field(5, external("late.bin")) + field(20, 4))
    graph = GRAPH + field(1, constant)
    assert sniffed(model(graph)).external == ("late.bin",)
    monkeypatch.setattr(sniffing_onnx, "_RESERVED", sniffing_onnx.MAX_FIELDS - 10)
    found = sniffed(model(graph))
    assert (found.format, found.external) == (Format.ONNX, (sniffing_onnx.HIDDEN,))


def test_tensors_are_skipped_and_not_read(counting):
    data = 2**36
    raw = varint(9 << 3 | 2) + varint(data)
    tensor = varint(5 << 3 | 2) + varint(len(raw) + data) + raw
    graph = varint(7 << 3 | 2) + varint(len(field(12, b"") + tensor) + data)
    content = field(1, 10) + graph + field(12, b"") + tensor
    stream = counting(content, len(content) + data)
    assert sniff(stream, stream.length).format is Format.ONNX
    assert stream.handed_out < 50_000
    assert sniff(stream, stream.length - 1).format is Format.UNKNOWN


def test_random_fields_never_raise(format_of):
    chance = random.Random(20261101)
    for _ in range(300):
        parts = [field(chance.randrange(1, 30), chance.randbytes(20)) for _ in range(5)]
        assert format_of(field(1, 10) + b"".join(parts)) in (Format.UNKNOWN, Format.ONNX)


def test_the_tables_are_those_of_the_onnx_package():
    onnx = pytest.importorskip("onnx", reason="onnx is not installed")
    pairs = {
        "ModelProto": sniffing_onnx.MODEL,
        "GraphProto": sniffing_onnx.GRAPH,
        "NodeProto": sniffing_onnx.NODE,
        "AttributeProto": sniffing_onnx.ATTRIBUTE,
        "TensorProto": sniffing_onnx.TENSOR,
    }
    wires = {1: 1, 2: 5, 3: 0, 4: 0, 5: 0, 9: 2, 11: 2, 12: 2, 13: 0, 14: 0}
    for name, table in pairs.items():
        fields = getattr(onnx, name).DESCRIPTOR.fields
        assert {f.number for f in fields} == set(table), name
        for f in fields:
            assert wires[f.type] in table[f.number], f.full_name


def test_a_model_with_external_data_that_onnx_wrote_is_told(tmp_path, sniffed):
    onnx = pytest.importorskip("onnx", reason="onnx is not installed")
    numpy = pytest.importorskip("numpy", reason="NumPy is not installed")
    weights = onnx.numpy_helper.from_array(numpy.ones((64, 64), "float32"), "w")
    info = onnx.helper.make_tensor_value_info
    node = onnx.helper.make_node("MatMul", ["x", "w"], ["y"])
    graph = onnx.helper.make_graph(
        [node], "g", [info("x", 1, [1, 64])], [info("y", 1, [1, 64])], [weights]
    )
    made = onnx.helper.make_model(graph)
    assert sniffed(made.SerializeToString()).external == ()
    path = tmp_path / "model.onnx"
    onnx.save(made, path, save_as_external_data=True, location="w.bin", size_threshold=0)
    found = sniffed(path.read_bytes())
    assert (found.format, found.external) == (Format.ONNX, ("w.bin",))
    assert sniffed((tmp_path / "w.bin").read_bytes()).format is Format.UNKNOWN


def test_a_converted_model_is_told(format_of, formats_when_cut):
    skl2onnx = pytest.importorskip("skl2onnx", reason="skl2onnx is not installed")
    ensemble = pytest.importorskip("sklearn.ensemble", reason="scikit-learn is not installed")
    numpy = pytest.importorskip("numpy", reason="NumPy is not installed")
    data = numpy.arange(40, dtype="float32").reshape(10, 4)
    forest = ensemble.RandomForestClassifier(5, random_state=0).fit(data, [0, 1] * 5)
    content = skl2onnx.to_onnx(forest, data[:1]).SerializeToString()
    assert format_of(content) is Format.ONNX
    assert Format.PICKLE not in formats_when_cut(content)


GRAPH_DEF = field(1, field(1, "x") + field(2, "Placeholder")) + field(4, field(1, 1987))
META_GRAPH = field(1, b"") + field(2, GRAPH_DEF) + field(5, b"") + field(7, b"")
SAVED = field(1, 1) + field(2, META_GRAPH)


def test_a_saved_model_is_told(format_of, formats_when_cut):
    assert format_of(SAVED) is Format.SAVEDMODEL
    assert format_of(SAVED + field(2, META_GRAPH)) is Format.SAVEDMODEL
    assert formats_when_cut(SAVED) == {Format.UNKNOWN}


@pytest.mark.parametrize(
    "content",
    [
        field(1, 1),
        field(1, 1) + field(2, b""),
        field(1, 1) + field(2, field(1, b"")),
        field(1, 1) + field(2, field(2, b"")),
        SAVED + field(3, 1),
        SAVED + field(2, META_GRAPH + field(8, b"")),
        field(1, 1) + field(2, field(2, GRAPH_DEF + field(6, 1))),
        field(1, 1) + field(2, "producer") + field(3, "1.0"),
        SAVED + b"\0",
    ],
)
def test_what_a_saved_model_does_not_have_is_refused(content, format_of):
    assert format_of(content) is Format.UNKNOWN


EVASIONS = {
    "an empty list before it": field(5, field(4, b"") + external("hidden.bin")),
    "two numbers before it": field(5, field(5, b"\x01\x02") + external("hidden.bin")),
    "a sparse tensor": field(15, field(1, external("hidden.bin"))),
    "a list in the attribute": field(
        1, field(5, field(1, "v") + field(8, 3) + field(5, external("hidden.bin")))
    ),
    "a sparse attribute": field(
        1, field(4, "C") + field(5, field(22, field(1, external("h.bin"))))
    ),
}


@pytest.mark.parametrize("name", EVASIONS)
def test_external_data_does_not_hide(name, sniffed):
    assert sniffed(model(GRAPH + EVASIONS[name])).external, name


@pytest.mark.parametrize("number", [20, 25])
def test_external_data_in_training_and_functions_does_not_hide(number, sniffed):
    node = field(4, "Constant") + field(5, field(1, "v") + field(5, external("hidden.bin")))
    further = field(number, field(7, node))
    assert sniffed(model(GRAPH) + further).external == (sniffing_onnx.HIDDEN,)
