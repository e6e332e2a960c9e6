"""Values that a library's code may be handed while a pickle is read.

An estimator that has got its state can carry a callable under the name of any method of its own:
whoever iterates, compares or converts it runs that. So code that is called at loading gets plain
values, arrays, and what was made by calls of the allowlist, never an object that was filled freely.
"""

from __future__ import annotations

from typing import Any

from registrar.integrations.scanning.limits import LimitError
from registrar.integrations.scanning.standins import Finished, Imported, Inert, is_opaque

_BRANCHES = (tuple, list, set, frozenset)
_FIXED = (bool, int, float, complex, str, bytes, type(None))
_MOST = 1_000_000
ITERABLE = (*_BRANCHES, dict, str, bytes, bytearray)
"""Containers whose items are passed over by Python itself, whatever they are."""


def is_fixed(value: Any) -> bool:
    """Tell a value into which nothing can be put later, as it can into a list."""
    if type(value) in _FIXED or isinstance(value, Imported):
        return True
    return isinstance(value, Finished) and not is_opaque(value)


def is_plain(value: Any) -> bool:
    """Tell whether nothing in a value was filled freely; raises LimitError for too large a one."""
    waiting = [value]
    seen: set[int] = set()
    count = 0
    while waiting:
        item = waiting.pop()
        kind = type(item)
        if kind is dict or kind in _BRANCHES:
            if id(item) in seen:
                continue
            seen.add(id(item))
            count += len(item)
            if count > _MOST:
                raise LimitError(f"more than {_MOST:,} values in the arguments of one call")
            waiting += [*item.keys(), *item.values()] if kind is dict else item
        elif isinstance(item, Inert) and is_opaque(item):
            return False
    return True
