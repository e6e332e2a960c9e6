"""Models of ONNX by name, with the verdict expected of each."""

from __future__ import annotations

from looking import CLEAN, DANGEROUS, UNREAD
from onnx import TensorProto, helper
from onnx_maker import (
    beside,
    external,
    field,
    function,
    graph_of,
    model,
    nested,
    node,
    tensor,
    value,
    varint,
)

PLAIN = model()
HERE = {"w.bin": 8, "data/w.bin": 8, "link.bin": -1}
CALL = node("F", "local")
TWICE = [node("F0", "local"), node("F0", "local")]
BILLION = [function("F39", [node()])] + [
    function(f"F{n}", [node(f"F{n + 1}", "local"), node(f"F{n + 1}", "local")]) for n in range(39)
]
GRAPH = helper.make_graph(
    [helper.make_node("Neg", ["y"], ["z"])], "evil", [], []
).SerializeToString()
NODE = node().SerializeToString()
OUT = field(12, b"")
CONTEXT = node("EPContext", "com.microsoft", embed_mode=0, ep_cache_context="../evil.so")
LOOP = node("If", then_branch=helper.make_graph([node()], "t", [], [value("y")]), else_branch=helper.make_graph([node("Evil", "evil")], "e", [], [value("y")]))  # fmt: skip


def types(depth: int) -> bytes:
    """A list of lists of …"""
    made = b""
    for _ in range(depth):
        made = field(4, field(1, made))
    return made


BENIGN = {
    "one node": (CLEAN, PLAIN),
    "the same operator set twice, as skl2onnx writes it": (CLEAN, PLAIN + field(8, field(1, "") + field(2, 21))),
    "an own function": (CLEAN, model([CALL], [function("F", [node()])], domains=["local"])),
    "functions that call each other": (CLEAN, model([CALL], [function("F", [node("G", "local")]), function("G", [node()])], domains=["local"])),
    "a domain that nobody uses": (CLEAN, model(domains=["pkg.onnxscript.torch_lib"])),
    "operators of ONNX Runtime": (CLEAN, model([node("FusedMatMul", "com.microsoft", ("x", "x"))], domains=["com.microsoft"])),
    "the longer word for the standard": (CLEAN, model([node(domain="ai.onnx")])),
    "data beside it": (CLEAN, beside(location="w.bin", offset="0", length="8"), HERE),
    "data in a folder beside it": (CLEAN, beside(location="data/w.bin"), HERE),
    "data with a dot before": (CLEAN, beside(location="./w.bin", checksum="0"), HERE),
    "graphs in graphs": (CLEAN, nested(10)),
    "four-bit numbers": (CLEAN, model(tensors=[external((3,), TensorProto.INT4, location="w.bin", length="2")]), HERE),
    "a packed shape": (CLEAN, graph_of(field(1, NODE) + field(5, field(1, b"\2\1") + field(2, 1) + field(9, bytes(8))) + OUT)),
}  # fmt: skip
MALICIOUS = {
    "a custom operator": (DANGEROUS, model([node("Evil", "evil")], domains=["evil"])),
    "a custom operator in a branch": (DANGEROUS, model([LOOP], domains=["evil"])),
    "a custom operator in a function": (DANGEROUS, model([CALL], [function("F", [node("Evil", "evil")])], domains=["local"])),
    "a custom operator in training": (DANGEROUS, PLAIN + field(20, field(2, field(1, node("Evil", "evil").SerializeToString())))),
    "an operator that is nearly a function": (DANGEROUS, model([node("G", "local")], [function("F", [node()])], domains=["local"])),
    "Python in a node": (DANGEROUS, model([node("PyOp", "ai.onnx.contrib", code="import os")], domains=["ai.onnx.contrib"])),
    "a compiled program": (DANGEROUS, model([CONTEXT], domains=["com.microsoft"])),
    "a compiled program behind a function of its name": (DANGEROUS, model([CONTEXT], [function("EPContext", [node()], "com.microsoft")], domains=["com.microsoft"])),
    "a class of Python": (DANGEROUS, model([node("PythonOp", "com.microsoft", func_name="os.system")], domains=["com.microsoft"])),
    "a function named as a standard operator": (DANGEROUS, model([node()], [function("Relu", [node("Neg")], "")])),
    "the same in the longer word": (DANGEROUS, model([node()], [function("Relu", [node("Neg")], "ai.onnx")])),
    "a function twice": (DANGEROUS, model([CALL], [function("F", [node()]), function("F", [node("Neg")])], domains=["local"])),
    "a function that calls itself": (DANGEROUS, model([CALL], [function("F", [CALL])], domains=["local"])),
    "functions in a ring": (DANGEROUS, model([CALL], [function("F", [node("G", "local")]), function("G", [CALL])], domains=["local"])),
    "2^40 nodes of 40 functions": (DANGEROUS, model(TWICE, BILLION, domains=["local"])),
    "two graphs": (DANGEROUS, PLAIN + field(7, GRAPH)),
    "an operator twice in a node": (DANGEROUS, graph_of(field(1, NODE + field(4, "Neg")) + OUT)),
    "a domain twice in a node": (DANGEROUS, graph_of(field(1, NODE + field(7, "") + field(7, "ai.onnx.ml")) + OUT)),
    "data that leaves by dots": (DANGEROUS, beside(location="../../etc/passwd"), HERE),
    "data that leaves and comes back": (DANGEROUS, beside(location="data/../w.bin"), HERE),
    "data at an absolute path": (DANGEROUS, beside(location="/etc/passwd"), HERE),
    "data behind backslashes": (DANGEROUS, beside(location="..\\w.bin"), HERE),
    "data on a drive": (DANGEROUS, beside(location="C:w.bin"), HERE),
    "data behind a link": (DANGEROUS, beside(location="link.bin"), HERE),
    "data in the runtime's memory": (DANGEROUS, beside(location="*/_ORT_MEM_ADDR_/*", offset="4096"), HERE),
    "data nowhere": (DANGEROUS, beside(location=""), HERE),
    "data of another length": (DANGEROUS, beside(location="w.bin", length="4"), HERE),
    "data in both places": (DANGEROUS, graph_of(field(5, external(location="w.bin").SerializeToString() + field(9, bytes(8))) + field(1, NODE)), HERE),
    "more bytes than its shape": (DANGEROUS, model(tensors=[tensor(bytes(16))])),
    "fewer bytes than its shape": (DANGEROUS, model(tensors=[tensor(bytes(4), (2**20,))])),
    "a sparse tensor of another size": (DANGEROUS, graph_of(field(1, NODE) + field(15, field(1, tensor(bytes(16)).SerializeToString())))),
    "a tensor twice": (DANGEROUS, model(tensors=[tensor(), tensor(bytes(4))])),
    "an operator set twice": (DANGEROUS, PLAIN + field(8, field(1, "") + field(2, 7))),
    "an operator set twice, in the longer word": (DANGEROUS, PLAIN + field(8, field(1, "ai.onnx") + field(2, 7))),
    "data behind the end": (UNREAD, beside(location="w.bin", offset="4", length="8"), HERE),
    "data at 2^63": (UNREAD, beside(location="w.bin", offset=str(2**63 - 1)), HERE),
    "data at a negative place": (UNREAD, beside(location="w.bin", offset="-8"), HERE),
    "data that is not here": (UNREAD, beside(location="other.bin"), HERE),
    "data with a key that nobody knows": (UNREAD, beside(location="w.bin", __class__="evil"), HERE),
    "graphs nested without end": (UNREAD, nested(200)),
    "a field that ONNX does not have": (UNREAD, PLAIN + field(99, "evil")),
    "a group": (UNREAD, PLAIN + b"\x0b"),
    "a graph of 2^63 bytes": (UNREAD, field(1, 10) + varint(7 << 3 | 2) + varint(2**63) + b"x"),
    "a varint without end": (UNREAD, field(1, 10) + b"\x08" + b"\xff" * 50),
    "a shape without end": (UNREAD, graph_of(field(1, NODE) + field(5, field(1, b"\1" * 5000)))),
    "a shape of a million sizes": (UNREAD, graph_of(field(1, NODE) + field(5, b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f" * 1_000_000))),
    "a million keys of external data": (UNREAD, graph_of(field(1, NODE) + field(5, field(13, field(1, "k" * 900)) * 10_000))),
    "a million different operators": (UNREAD, graph_of(b"".join(field(1, field(4, f"F{n}")) for n in range(100_001)))),
    "a million fields twice": (DANGEROUS, graph_of(field(1, NODE + field(4, "Neg") * 100_000))),
    "a shape of 2^63": (DANGEROUS, model(tensors=[tensor(bytes(4), (2**62, 2**62, 2**62))])),
    "an input that is no type": (UNREAD, graph_of(field(1, NODE) + field(11, b"evil"))),
    "types of types without end": (UNREAD, graph_of(field(1, NODE) + field(11, field(2, types(100))))),
    "a note that is none": (UNREAD, PLAIN + field(14, b"\xff")),
    "a list of numbers that ends within one": (UNREAD, graph_of(field(1, NODE) + field(5, field(4, b"123")))),
    "a list of varints that ends within one": (UNREAD, graph_of(field(1, NODE + field(5, field(8, b"\1\xff"))))),
    "an empty graph": (UNREAD, field(1, 10) + field(7, b"")),
    "a tensor in parts": (UNREAD, graph_of(field(1, NODE) + field(5, field(3, b"")))),
    "a name of a megabyte": (UNREAD, graph_of(field(1, field(4, "x" * 2**20)))),
    "data at a place that nobody knows": (UNREAD, graph_of(field(1, NODE) + field(5, field(14, 7)))),
    "no graph": (UNREAD, field(1, 10)),
    "no version": (UNREAD, field(7, field(1, NODE))),
    "0 bytes": (UNREAD, b""),
}  # fmt: skip
