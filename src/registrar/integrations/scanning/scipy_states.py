"""Objects of SciPy and NumPy that only a state which is looked at word by word may be given.

A distribution of ``scipy.stats`` runs text of its state by ``exec`` when it is loaded, and calls
methods that the state could cover. So its text must be what SciPy itself writes for the names of
its parameters, and its attributes are of a closed list, each a plain value: then loading runs the
code of the class alone. Sources: ``scipy/stats/_distn_infrastructure.py`` of SciPy 1.6 to 1.17
(before, the state was another), ``scipy/sparse/_dok.py``, ``numpy/polynomial/_polybase.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from registrar.integrations.scanning.allowlist import DISCRETE, Use
from registrar.integrations.scanning.numpy_objects import is_array
from registrar.integrations.scanning.standins import (
    Finished,
    Inert,
    RefusedError,
    instance,
    is_opaque,
)
from registrar.integrations.scanning.values import is_plain

State = Callable[[Any], bool]
DOKS = frozenset(
    f"scipy.sparse.{module}.{name}"
    for module in ("_dok", "dok")
    for name in ("dok_matrix", "dok_array")
)
"""Sparse matrices that are dictionaries."""
_CONTINUOUS = "scipy.stats._continuous_distns"
_FROZEN = "scipy.stats._distn_infrastructure"
_SHAPES = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,30}(?:, [A-Za-z_][A-Za-z0-9_]{0,30}){0,15}")
_VALUES = (bool, int, float, str, type(None))
_RANDOM = frozenset(f"numpy.random._pickle.__{kind}_ctor" for kind in ("randomstate", "generator"))
_PLAIN = {
    *("_parse_arg_template", "_stats_has_moments", "__doc__", "a", "b", "badvalue", "extradoc"),
    *("longname", "name", "numargs", "shapes"),
}
_PLAIN_OF = {_CONTINUOUS: {"moment_type", "xtol"}, DISCRETE: {"inc", "moment_tol", "values"}}
_OTHERS = {"_ctor_param", "_random_state", "_support", "vecentropy"}
_LOCATIONS = {_CONTINUOUS: ("loc=0, scale=1", "loc, scale"), DISCRETE: ("loc=0", "loc, 1")}
_POLYNOMIAL_ARRAYS = ("coef", "domain", "window")


class EntropyMethod(Finished):
    """A method of a distribution that has no state yet; nobody may be handed it to call it."""

    __slots__ = ()
    opaque = True


def entropy_of(args: tuple[Any, ...]) -> EntropyMethod:
    """``getattr(distribution, "_entropy")``, which discrete ones keep; of nothing else.

    A state cannot cover that name, so that it is always the method of the class.
    """
    if len(args) != 2 or args[1] != "_entropy" or type(args[1]) is not str:
        raise RefusedError("takes an attribute of an object")
    if not _is_distribution(args[0], DISCRETE):
        raise RefusedError("takes an attribute of an object")
    made: EntropyMethod = instance(EntropyMethod)
    return made


def state_looked_at(module: str, name: str) -> State:
    """What looks at the state of an object that may be given no other."""
    if module in _LOCATIONS:
        return lambda state: _of_distribution(state, module)
    if module == _FROZEN:
        return _of_frozen
    if f"{module}.{name}" in DOKS:
        return _of_dok
    if module.startswith("numpy.polynomial."):
        return _of_polynomial
    return _of_vectorize if (module, name) == ("numpy", "vectorize") else lambda _: False


def _is_distribution(value: Any, *modules: str) -> bool:
    kind = type(value)
    if not isinstance(value, Inert) or kind.use is not Use.STATE:
        return False
    return kind.shown.rpartition(".")[0] in modules


def _of_distribution(state: Any, module: str) -> bool:
    """Attributes of a distribution; the text must be the one that its parameters make.

    Loading adds 1 to ``numargs``, and compares ``moment_type``.
    """
    plain = _PLAIN | _PLAIN_OF[module]
    if not _keys(state, plain | _OTHERS) or type(state.get("numargs")) is not int:
        return False
    if module == _CONTINUOUS and type(state.get("moment_type")) is not int:
        return False
    return (
        all(_is_value(state[key]) for key in state.keys() & plain)
        and _are_others(state)
        and _is_text(state, *_LOCATIONS[module])
    )


def _are_others(state: Mapping[str, Any]) -> bool:
    """Attributes that are no single value: nothing that loading would call or compare."""
    made, support = state.get("_ctor_param", {}), state.get("_support", ())
    if type(made) is not dict or type(support) is not tuple:
        return False
    entropy = state.get("vecentropy")
    return (
        all(type(key) is str and (_is_value(it) or _is_random(it)) for key, it in made.items())
        and all(map(_is_value, support))
        and _is_random(state.get("_random_state"))
        and (entropy is None or _is_vectorize(entropy))
    )


def _is_text(state: Mapping[str, Any], inner: str, outer: str) -> bool:
    """Tell whether the text that is run only defines the functions that read the arguments."""
    shapes = state.get("shapes")
    if shapes is not None and (type(shapes) is not str or not _SHAPES.fullmatch(shapes)):
        return False
    if state["numargs"] != (shapes.count(",") + 1 if shapes else 0):
        return False
    args = f"{shapes}, " if shapes else ""
    text = (
        f"\ndef _parse_args(self, {args} {inner}):\n    return ({args}), {outer}\n"
        f"\ndef _parse_args_rvs(self, {args} {inner}, size=None):\n"
        f"    return self._argcheck_rvs({args} {outer}, size=size)\n"
        f"\ndef _parse_args_stats(self, {args} {inner}, moments='mv'):\n"
        f"    return ({args}), {outer}, moments\n"
    )
    given = state.get("_parse_arg_template")
    return type(given) is str and given == text


def _of_frozen(state: Any) -> bool:
    """A distribution with its arguments."""
    if not _keys(state, {"args", "kwds", "dist", "a", "b"}):
        return False
    args, named = state.get("args"), state.get("kwds")
    if type(args) is not tuple or type(named) is not dict:
        return False
    if not all(type(key) is str for key in named):
        return False
    values = (*args, *named.values(), state.get("a"), state.get("b"))
    distribution = _is_distribution(state.get("dist"), _CONTINUOUS, DISCRETE)
    return distribution and all(_is_value(value) or is_array(value) for value in values)


def _of_vectorize(state: Any) -> bool:
    """``numpy.vectorize`` of that one method, as it is before it is used."""
    keys = {"pyfunc", "cache", "signature", "_ufunc", "__name__", "_doc", "__doc__", "otypes"}
    if not _keys(state, keys | {"excluded", "_in_and_out_core_dims", "nin"}):
        return False
    if type(state.get("pyfunc")) is not EntropyMethod:
        return False
    rest = [value for key, value in state.items() if key != "pyfunc"]
    return all(_is_value(value) or _is_empty(value) for value in rest)


def _is_empty(value: Any) -> bool:
    """Tell an empty container; protocols before 4 call ``set``."""
    if isinstance(value, Inert):
        return type(value).shown == "builtins.set" and not is_opaque(value)
    return type(value) in (dict, set) and not value


def _is_vectorize(value: Any) -> bool:
    return isinstance(value, Inert) and type(value).shown == "numpy.vectorize"


def _of_dok(state: Any) -> bool:
    """Shape, type and items, none of which loading looks at."""
    return _keys(state, {"_shape", "maxprint", "_dict", "dtype", "_M", "_N"}) and is_plain(state)


def _of_polynomial(state: Any) -> bool:
    """Arrays of numbers, and the name of the variable."""
    if not _keys(state, {*_POLYNOMIAL_ARRAYS, "_symbol", "symbol"}):
        return False
    arrays = all(is_array(state.get(key)) for key in _POLYNOMIAL_ARRAYS)
    return arrays and all(
        type(value) is str for key, value in state.items() if key not in _POLYNOMIAL_ARRAYS
    )


def _keys(state: Any, known: set[str]) -> bool:
    return type(state) is dict and state.keys() <= known


def _is_value(value: Any) -> bool:
    """Tell whether it is a number, a text or nothing, of Python or of NumPy."""
    return type(value) in _VALUES or type(value) is Finished


def _is_random(value: Any) -> bool:
    return value is None or (isinstance(value, Inert) and type(value).shown in _RANDOM)
