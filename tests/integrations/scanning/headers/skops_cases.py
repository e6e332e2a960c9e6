"""Tricks in skops files by name, with the verdict expected of each; and the types of its models."""

from __future__ import annotations

import functools
import io
import operator
import pickle
from typing import Any

import numpy as np
from looking import DANGEROUS, UNREAD
from scipy import sparse
from skops_maker import array, called, listed, mapped, node, npy, skops_file, text, tupled

ALLOWED = frozenset(
    {
        ("sklearn.cluster._kmeans", "KMeans"),
        ("sklearn.decomposition._pca", "PCA"),
        ("sklearn.ensemble._forest", "RandomForestClassifier"),
        ("sklearn.ensemble._gb", "GradientBoostingClassifier"),
        ("sklearn._loss.link", "Interval"),
        ("sklearn._loss.link", "MultinomialLogit"),
        ("sklearn._loss.loss", "HalfMultinomialLoss"),
        ("sklearn.dummy", "DummyClassifier"),
        ("sklearn.linear_model._base", "LinearRegression"),
        ("sklearn.linear_model._logistic", "LogisticRegression"),
        ("sklearn.linear_model._ridge", "Ridge"),
        ("sklearn.linear_model._stochastic_gradient", "SGDClassifier"),
        ("sklearn.naive_bayes", "GaussianNB"),
        ("sklearn.neighbors._classification", "KNeighborsClassifier"),
        ("sklearn.neighbors._kd_tree", "KDTree"),
        ("sklearn.neural_network._multilayer_perceptron", "MLPClassifier"),
        ("sklearn.neural_network._stochastic_optimizers", "AdamOptimizer"),
        ("sklearn.pipeline", "Pipeline"),
        ("sklearn.preprocessing._data", "StandardScaler"),
        ("sklearn.preprocessing._encoders", "OneHotEncoder"),
        ("sklearn.preprocessing._function_transformer", "FunctionTransformer"),
        ("sklearn.preprocessing._label", "LabelBinarizer"),
        ("sklearn.svm._classes", "SVC"),
        ("sklearn.tree._classes", "DecisionTreeClassifier"),
        ("sklearn.tree._classes", "DecisionTreeRegressor"),
        ("sklearn.tree._tree", "Tree"),
    }
)
HELD = frozenset({("sklearn.metrics._dist_metrics", "EuclideanDistance64")})
OBJECT = node(
    "ObjectNode", "sklearn.linear_model._base", "LinearRegression", content=mapped({"a": text()})
)
SORTED = mapped({"coef_": array(), "n": text(3)})
MODEL = skops_file(node("ObjectNode", "sklearn.linear_model._base", "LinearRegression", content=SORTED), {"a.npy": npy(np.ones(4))})  # fmt: skip
ITSELF = node("ListNode", "builtins", "list", __id__=7, content=[node("ListNode", "builtins", "list", __id__=7, content=[])])  # fmt: skip
REDUCED = {"content": mapped({}), "__reduce__": {"args": tupled(text(1))}}
GENERATOR = mapped({"bit_generator": text("seed"), "state": text()})


def deep(depth: int) -> Any:
    made = text()
    for _ in range(depth):
        made = listed(made)
    return made


def npz(objects: bool) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, data=np.array([{}] if objects else [1.0]), allow_pickle=True)
    return stream.getvalue()


MATRIX = node("SparseMatrixNode", "scipy.sparse._csr", "csr_matrix", type="scipy", file="a.npz")
BYTES = node("BytesNode", "builtins", "bytes", file="a.bin")
BENIGN_OBJECTS = {
    "a sparse matrix": sparse.csr_matrix(np.eye(30)),
    "a sparse array": sparse.csc_array(np.eye(30)),
    "random states": [np.random.RandomState(0), np.random.default_rng(0)],
    "an array of objects": np.array([[1, "a"], [None, 2.0]], dtype=object),
    "a masked array": np.ma.masked_array([1, 2], [0, 1]),  # type: ignore[no-untyped-call]
    "scalars": [
        np.float64(1),
        np.int32(2),
        np.bool_(True),
        np.datetime64("2020"),
        1,
        "a",
        None,
        1.5,
    ],
    "containers": {"a": (1, [2], {3}), 4: b"bytes", 5.5: bytearray(b"x"), True: slice(1, 2)},
    "a dtype": np.dtype("float32"),
    "partial mathematics": functools.partial(np.add, 1),
    "the second of a row": operator.itemgetter(1),
    "a nested list": [[1, [2, [3, {"a": [4]}]]]],
    "records": np.zeros(3, dtype=[("left", "<i8"), ("value", "<f8")]),
}
MALICIOUS = {
    "a function of os": (DANGEROUS, skops_file(called("os", "system", text("true")))),
    "a class that is not allowed": (DANGEROUS, skops_file(node("ObjectNode", "sklearn.evil", "Evil", content=mapped({})))),
    "an allowed name of another module": (DANGEROUS, skops_file(node("ObjectNode", "evil", "LinearRegression", content=mapped({})))),
    "an allowed class, deep below a bad one": (DANGEROUS, skops_file(listed(listed(OBJECT, called("builtins", "exec", text("1")))))),
    "a name that is held, called": (DANGEROUS, skops_file(called("sklearn.metrics._dist_metrics", "EuclideanDistance64"))),
    "a function as type": (DANGEROUS, skops_file(node("TypeNode", "os", "system"))),
    "a function": (DANGEROUS, skops_file(node("FunctionNode", "os", "system"))),
    "a partial of a function": (DANGEROUS, skops_file(node("PartialNode", "functools", "partial", content={"func": node("FunctionNode", "os", "system"), "args": tupled(), "kwds": mapped({}), "namespace": mapped({})}))),
    "operator.call": (DANGEROUS, skops_file(node("OperatorFuncNode", "operator", "call", attrs=tupled(node("FunctionNode", "numpy", "exp"))))),
    "operator.attrgetter": (DANGEROUS, skops_file(node("OperatorFuncNode", "operator", "attrgetter", attrs=tupled(text("__class__.__base__"))))),
    "operator.methodcaller": (DANGEROUS, skops_file(node("OperatorFuncNode", "operator", "methodcaller", attrs=tupled(text("system"), text("true"))))),
    "a method of an allowed object": (DANGEROUS, skops_file(node("MethodNode", "sklearn.linear_model._base", "LinearRegression", content={"func": "__reduce__", "obj": OBJECT}))),
    "a constructor by ReduceNode": (DANGEROUS, skops_file(node("ReduceNode", "os", "system", **REDUCED))),
    "a loss that is none": (DANGEROUS, skops_file(node("LossNode", "os", "system", **REDUCED))),
    "a tree that is none": (DANGEROUS, skops_file(node("TreeNode", "os", "system", **REDUCED))),
    "a tree under an allowed name": (DANGEROUS, skops_file(node("TreeNode", "sklearn.pipeline", "Pipeline", **REDUCED))),
    "a list that is a function": (DANGEROUS, skops_file(node("ListNode", "builtins", "exec", content=[]))),
    "a dictionary that is a function": (DANGEROUS, skops_file(node("DictNode", "os", "abort", content={}, key_types=listed()))),
    "a tuple that is a function": (DANGEROUS, skops_file(node("TupleNode", "os", "system", content=[]))),
    "a set that is a function": (DANGEROUS, skops_file(node("SetNode", "os", "system", content=[]))),
    "an array that is a function": (DANGEROUS, skops_file(array() | {"__module__": "numpy", "__class__": "load"}, {"a.npy": npy(np.ones(2))})),
    "a key whose type is a function": (DANGEROUS, skops_file(mapped({"touch evil": text()}, node("TypeNode", "os", "system")))),
    "a key whose type is an allowed class": (DANGEROUS, skops_file(mapped({"a": text()}, node("TypeNode", "sklearn.pipeline", "Pipeline")))),
    "a key whose type is a call": (DANGEROUS, skops_file(mapped({"a": text()}, called("os", "system", text("true"))))),
    "a default that is a function": (DANGEROUS, skops_file(node("DefaultDictNode", "collections", "defaultdict", content={"main": mapped({}), "default_factory": node("FunctionNode", "os", "system")}))),
    "another bit generator": (DANGEROUS, skops_file(node("RandomGeneratorNode", "numpy.random._generator", "Generator", content={"bit_generator": GENERATOR, "seed_seq": mapped({})}))),
    "the same in protocol 1": (DANGEROUS, skops_file(node("RandomGeneratorNode", "numpy.random._generator", "Generator", content={"bit_generator": GENERATOR, "seed_seq": mapped({})}), protocol=1)),
    "a loader that nobody knows": (DANGEROUS, skops_file(node("EvilNode"))),
    "two objects under one id": (DANGEROUS, skops_file(listed(text() | {"__id__": 7}, OBJECT | {"__id__": 7}))),
    "an object that lies in itself": (DANGEROUS, skops_file(ITSELF)),
    "a reference to what is above": (DANGEROUS, skops_file(node("ListNode", "builtins", "list", __id__=7, content=[{"__loader__": "CachedNode", "__module__": None, "__class__": None, "__id__": 7}]))),
    "a key twice in the schema": (DANGEROUS, skops_file({}, raw=b'{"__loader__":"TypeNode","__module__":"builtins","__class__":"str","__class__":"int","protocol":2}')),
    "an array of objects": (DANGEROUS, skops_file(array(), {"a.npy": npy(np.array([{}], dtype=object), pickled=True)})),
    "bytes behind an array": (DANGEROUS, skops_file(array(), {"a.npy": npy(np.ones(2)) + b"evil"})),
    "objects in a sparse matrix": (DANGEROUS, skops_file(MATRIX, {"a.npz": npz(True)})),
    "bytes behind a sparse matrix": (DANGEROUS, skops_file(MATRIX, {"a.npz": npz(False) + b"evil"})),
    "a pickle as bytes": (DANGEROUS, skops_file(BYTES, {"a.bin": pickle.dumps([1, 2, {"a": 3}])})),
    "a pickle as bytes that change": (DANGEROUS, skops_file(BYTES | {"__loader__": "BytearrayNode", "__class__": "bytearray"}, {"a.bin": pickle.dumps([1, 2, {"a": 3}], protocol=0)})),
    "bytes before the zip": (DANGEROUS, b"#!/bin/sh\n" + MODEL),
    "the same member twice": (DANGEROUS, MODEL.replace(b"b.npy", b"a.npy") + b"x"),
    "an array that is none": (UNREAD, skops_file(array(), {"a.npy": b"evil"})),
    "an array that is cut": (UNREAD, skops_file(array(), {"a.npy": npy(np.ones(99))[:-8]})),
    "an array of 2^63 bytes": (UNREAD, skops_file(array(), {"a.npy": npy(np.ones(9)).replace(b"(9,), } ", b"(2**60,)").replace(b"(9,)", b"(9" + b"0" * 17 + b",)")})),
    "a member that is not there": (UNREAD, skops_file(array())),
    "a member outside": (UNREAD, skops_file(array("../../etc/passwd"))),
    "a member that nobody names": (UNREAD, skops_file(text(), {"evil.py": b"import os"})),
    "a reference to nothing": (UNREAD, skops_file(listed({"__loader__": "CachedNode", "__module__": None, "__class__": None, "__id__": 7}))),
    "protocol 3": (UNREAD, skops_file(text(), protocol=3)),
    "protocol -1": (UNREAD, skops_file(text(), protocol=-1)),
    "protocol true": (UNREAD, skops_file(text(), protocol=True)),
    "no protocol": (UNREAD, skops_file(text(), protocol=None)),
    "an old function, in protocol 0": (DANGEROUS, skops_file(node("FunctionNode", content={"module_path": "os", "function": "system"}), protocol=0)),
    "nested 300 deep": (UNREAD, skops_file(deep(300))),
    "JSON nested without end": (UNREAD, skops_file({}, raw=b'{"a":' * 100_000)),
    "JSON in JSON nested without end": (UNREAD, skops_file(text() | {"content": "[" * 100_000})),
    "no node": (UNREAD, skops_file({"evil": 1})),
    "a list at the top": (UNREAD, skops_file([1])),
    "a key that nobody knows": (UNREAD, skops_file(text() | {"__reduce_ex__": 1})),
    "content of another kind": (UNREAD, skops_file(node("ListNode", "builtins", "list", content={"a": 1}))),
    "an id of another kind": (UNREAD, skops_file(text() | {"__id__": "7"})),
    "not JSON": (UNREAD, skops_file({}, raw=b"\xff")),
    "no schema": (UNREAD, skops_file({}).replace(b"schema.json", b"schema.jsou")),
    "0 bytes": (UNREAD, b""),
}  # fmt: skip
