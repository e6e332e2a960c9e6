"""What BUILD may bring to an object, and which objects take items.

``__setstate__`` is code of the library, and runs at loading: it may look up methods on the object
that the state has just covered with something else. What is told here of classes is from
scikit-learn 0.24 to 1.9, xgboost 1.6 to 3.2, lightgbm 3.3 to 4.7.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from registrar.integrations.scanning.allowlist import Name, Use
from registrar.integrations.scanning.numpy_objects import is_array
from registrar.integrations.scanning.scipy_states import state_looked_at
from registrar.integrations.scanning.standins import is_name
from registrar.integrations.scanning.values import is_plain

State = Callable[[Any], bool]
"""Tells whether a state is one that the library writes."""
HOLDERS: frozenset[Name] = frozenset(
    {
        *(("collections", name) for name in ("Counter", "OrderedDict", "defaultdict", "deque")),
        ("sklearn.utils._bunch", "Bunch"),
    }
)
"""Containers: they take items, before they get a state."""
HIDING = HOLDERS | {("builtins", "set"), ("builtins", "frozenset"), ("functools", "partial")}
"""What is made by a call, and may hold objects that the stream has filled freely."""
CHECK_ARRAY = "sklearn.utils.validation.check_array"
_HANDLES = ("handle", "_handle")


def state_of(module: str, name: str, use: Use) -> State | None:
    """What looks at the state of an object; None for one that may be anything."""
    if use is Use.ANY:
        return None
    if module == "collections":
        return _no_attributes
    if (module, name) == ("functools", "partial"):
        return _of_partial
    if use is Use.STATE:
        return state_looked_at(module, name)
    if use is not Use.NEW:
        return is_plain
    plain: State = _of_estimator if module.startswith("sklearn.") else _attributes
    return _OF_CLASS.get((module, name), plain)


def _no_attributes(state: Any) -> bool:
    """A container has none, but for what PyTorch notes of a ``state_dict``."""
    return state is None or (type(state) is dict and state.keys() <= {"_metadata"})


def _of_partial(state: Any) -> bool:
    """The function that it was made of, no arguments in order, named ones, no attributes."""
    if type(state) is not tuple or len(state) != 4 or not is_name(state[0], CHECK_ARRAY):
        return False
    return state[1] == () and type(state[2]) is dict and is_plain(state[2]) and not state[3]


def _attributes(state: Any) -> bool:
    """Attributes of an object; none that Python or NumPy would call by itself."""
    return type(state) is dict and all(
        type(key) is str and not key.startswith("__") for key in state
    )


def _of_estimator(state: Any) -> bool:
    """Attributes; scikit-learn compares its version, and prints one that is not its own."""
    return _attributes(state) and type(state.get("_sklearn_version", "")) is str


def _of_isotonic(state: Any) -> bool:
    """Calls ``_build_f`` of itself with its thresholds."""
    if not _of_estimator(state) or "_build_f" in state:
        return False
    return _all_are(is_array, state, ("X_thresholds_", "y_thresholds_"))


def _of_coordinates(state: Any) -> bool:
    """Renames two of its attributes in the very dictionary of the stream."""
    return _attributes(state) and _all_are(is_array, state, ("row", "col"))


def _of_predictor(state: Any) -> bool:
    """Asks its nodes for their type, and calls ``astype`` of them."""
    return _of_estimator(state) and _all_are(is_array, state, ("nodes",))


def _of_xgboost(state: Any) -> bool:
    """Gives the bytes of its handle to the C library, which makes one of them."""
    return _attributes(state) and _all_are(lambda it: type(it) is bytearray, state, _HANDLES)


def _of_lightgbm(state: Any) -> bool:
    """The same with a text; at its end it frees its handle, and leaves its network."""
    if not _attributes(state) or "free_network" in state:
        return False
    return _all_are(lambda it: type(it) is str, state, _HANDLES)


def _all_are(sound: State, state: Mapping[str, Any], keys: tuple[str, ...]) -> bool:
    """Tell whether what stands under some keys is sound, or nothing."""
    return all(state.get(key) is None or sound(state[key]) for key in keys)


_OF_CLASS: Mapping[Name, State] = {
    **{(f"scipy.sparse.{name}", "coo_matrix"): _of_coordinates for name in ("_coo", "coo")},
    ("lightgbm.basic", "Booster"): _of_lightgbm,
    ("sklearn.ensemble._hist_gradient_boosting.predictor", "TreePredictor"): _of_predictor,
    ("sklearn.isotonic", "IsotonicRegression"): _of_isotonic,
    ("xgboost.core", "Booster"): _of_xgboost,
}
