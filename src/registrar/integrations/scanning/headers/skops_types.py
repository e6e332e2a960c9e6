"""What skops files are made of: the shapes of their nodes, and types that need no allowlist.

Source: ``skops.io`` 0.16, protocols 0 to 2: ``__loader__`` names the node's class, which decides
what ``__module__`` and ``__class__`` are imported for, and where further nodes lie.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

Pair = tuple[str, str]
PROTOCOLS = (0, 1, 2)


class Kind(Enum):
    """What lies under a key of a node."""

    NODE = auto()
    MAYBE = auto()
    """A node, or nothing."""
    LIST = auto()
    NAMED = auto()
    """Nodes by name."""
    TEXT = auto()
    FILE = auto()
    """The name of a member."""
    PLAIN = auto()
    """Numbers, texts, nothing, by name."""
    METHOD = auto()
    """An object, and the name of a method of it."""


_LIST = {"content": Kind.LIST}
_NODE = {"content": Kind.NODE}
_NAMED = {"content": Kind.NAMED}
_FILE = {"file": Kind.FILE}
_REDUCED = {"content": Kind.NODE, "__reduce__": Kind.NAMED}
SHAPES: Mapping[str, Mapping[str, Kind]] = {
    "BytearrayNode": _FILE,
    "BytesNode": _FILE,
    "CachedNode": {},
    "ConstructorFromReduceNode": _NODE,
    "DTypeNode": _NODE,
    "DefaultDictNode": _NAMED,
    "DictNode": {"key_types": Kind.NODE, "content": Kind.NAMED},
    "FunctionNode": {},
    "JsonNode": {"content": Kind.TEXT},
    "ListNode": _LIST,
    "LossNode": _REDUCED,
    "MaskedArrayNode": _NAMED,
    "MethodNode": {"content": Kind.METHOD},
    "ObjectNode": {"content": Kind.MAYBE},
    "OperatorFuncNode": {"attrs": Kind.NODE},
    "PartialNode": _NAMED,
    "QuantileForestNode": _REDUCED,
    "RandomGeneratorNode": _NAMED,
    "RandomStateNode": _NODE,
    "SetNode": _LIST,
    "SliceNode": {"content": Kind.PLAIN},
    "SparseMatrixNode": {"file": Kind.FILE, "type": Kind.TEXT},
    "TreeNode": _REDUCED,
    "TupleNode": _LIST,
    "TypeNode": {},
    "_DictWithDeprecatedKeysNode": _NAMED,
}
ARRAY_SHAPES: Mapping[str, Mapping[str, Kind]] = {
    "numpy": {"file": Kind.FILE, "type": Kind.TEXT},
    "json": {"content": Kind.LIST, "shape": Kind.NODE, "type": Kind.TEXT},
}
"""Of NdArrayNode, by its ``type``."""
COMMON = frozenset(
    {"__class__", "__module__", "__loader__", "__id__", "protocol", "_skops_version", "is_json"}
)

_SCALARS = frozenset(
    ("numpy", name)
    for name in (
        *("bool", "bool_", "bytes_", "str_", "object_", "void", "datetime64", "timedelta64"),
        *("float16", "float32", "float64", "longdouble", "complex64", "complex128"),
        *("clongdouble", "int8", "int16", "int32", "int64", "longlong"),
        *("uint8", "uint16", "uint32", "uint64", "ulonglong"),
    )
)
KEY_TYPES = _SCALARS | {("builtins", name) for name in ("int", "float", "str", "bool", "bytes")}
"""Types that skops calls with the text of a dictionary's key."""
BIT_GENERATORS = frozenset({"MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"})
"""Of ``numpy.random``: skops looks the name up there, and calls what it finds."""
OPERATORS = frozenset({"attrgetter", "itemgetter", "methodcaller"})
"""Of ``operator``; skops calls whatever name stands there, ``call`` too."""

_LOSSES = frozenset(
    ("sklearn._loss._loss", f"Cy{name}")
    for name in (
        *("AbsoluteError", "ExponentialLoss", "HalfBinomialLoss", "HalfGammaLoss", "HuberLoss"),
        *("HalfMultinomialLoss", "HalfPoissonLoss", "HalfSquaredError", "HalfTweedieLoss"),
        *("HalfTweedieLossIdentity", "PinballLoss"),
    )
) | {
    ("sklearn.linear_model._sgd_fast", name)
    for name in (
        *("EpsilonInsensitive", "Hinge", "Huber", "Log", "ModifiedHuber", "SquaredLoss"),
        *("SquaredEpsilonInsensitive", "SquaredHinge"),
    )
}
_UFUNC_NAMES = (
    "abs absolute acos acosh add arccos arccosh arcsin arcsinh arctan arctan2 arctanh asin"
    " asinh atan atan2 atanh cbrt ceil conjugate copysign cos cosh deg2rad degrees divide"
    " exp exp2 expm1 fabs float_power floor floor_divide fmax fmin fmod heaviside hypot"
    " isfinite isinf isnan log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not"
    " logical_or logical_xor maximum minimum mod multiply negative positive pow power rad2deg"
    " radians reciprocal remainder rint sign signbit sin sinh sqrt square subtract tan tanh"
    " true_divide trunc"
)
_SPECIAL_NAMES = (
    "boxcox boxcox1p cbrt erf erfc erfinv exp10 exp2 expit expm1 gamma gammaln inv_boxcox"
    " inv_boxcox1p log1p log_expit logit ndtr ndtri psi xlog1py xlogy"
)
_UFUNCS = frozenset(("numpy", name) for name in _UFUNC_NAMES.split())
_SPECIAL = frozenset(
    (f"scipy.special.{module}", name)
    for module in ("_ufuncs", "_special_ufuncs")
    for name in _SPECIAL_NAMES.split()
)
_SPARSE = frozenset(
    (f"scipy.sparse._{form}", f"{form}_{kind}")
    for form in ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")
    for kind in ("array", "matrix")
)
TRUSTED: Mapping[str, frozenset[Pair]] = {
    "BytearrayNode": frozenset({("builtins", "bytearray")}),
    "BytesNode": frozenset({("builtins", "bytes")}),
    "DTypeNode": frozenset({("numpy", "dtype")}),
    "DefaultDictNode": frozenset({("collections", "defaultdict")}),
    "DictNode": frozenset({("builtins", "dict"), ("collections", "OrderedDict")}),
    "FunctionNode": _UFUNCS | _SPECIAL,
    "ListNode": frozenset({("builtins", "list")}),
    "LossNode": _LOSSES,
    "MaskedArrayNode": frozenset({("numpy.ma", "MaskedArray"), ("numpy.ma.core", "MaskedArray")}),
    "NdArrayNode": _SCALARS | {("numpy", "ndarray")},
    "OperatorFuncNode": frozenset({("operator", "itemgetter")}),
    "PartialNode": frozenset({("functools", "partial")}),
    "RandomGeneratorNode": frozenset({("numpy.random._generator", "Generator")}),
    "RandomStateNode": frozenset({("numpy.random.mtrand", "RandomState")}),
    "SetNode": frozenset({("builtins", "set")}),
    "SliceNode": frozenset({("builtins", "slice")}),
    "SparseMatrixNode": _SPARSE,
    "TupleNode": frozenset({("builtins", "tuple")}),
    "TypeNode": KEY_TYPES
    | {("builtins", name) for name in ("list", "set", "tuple", "dict", "complex", "NoneType")},
    "_DictWithDeprecatedKeysNode": frozenset(
        {("sklearn.covariance._graph_lasso", "_DictWithDeprecatedKeys")}
    ),
}
"""What a node of a loader may name without the allowlist: containers, arrays, mathematics."""
HOLDERS = frozenset({"FunctionNode", "ObjectNode", "TypeNode"})
"""Loaders that hold a name, or make an empty instance and give it its state; others call it."""
