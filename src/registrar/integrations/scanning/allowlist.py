"""What a pickle may import: exact names, in a file for each framework, and what each is good for.

No pattern, no prefix. The files are data: ``scripts/generate_allowlists.py`` writes those of the
libraries that are installed, the others are written by hand.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

Name = tuple[str, str]
"""A module, and a name in it."""


class Use(StrEnum):
    """What a pickle may do with an imported name."""

    NAME = "name"
    """Hold it as a value, as a type of data or the function of a transformer; never call it."""
    NEW = "new"
    """Make an empty instance, and give it its state."""
    STATE = "state"
    """Make an empty instance in a pickle, and give it a state that is looked at word by word."""
    CALL = "call"
    """Call it as its library does."""
    ANY = "any"
    """Call it with anything: a policy trusts it."""
    FORBIDDEN = "forbidden"


IN_PICKLES: frozenset[Name] = frozenset({("builtins", "getattr")})
"""Names that are called in pickles alone, where what they are called with can be looked at."""
DISCRETE = "scipy.stats._discrete_distns"
"""Whose distributions keep a method of theirs, which is pickled as a call of ``getattr``."""
FRAMEWORKS = ("python", "numpy", "scipy", "scikit-learn", "joblib", "torch", "xgboost", "lightgbm")


class Allowlist(NamedTuple):
    """Exact names, and the digest that a verdict is recorded with."""

    uses: Mapping[Name, Use]
    digest: str
    """SHA-256 over the sorted lines ``module:name use``."""

    @property
    def called(self) -> frozenset[Name]:
        """Names that may be called, wherever they stand."""
        return self._of(Use.CALL, Use.ANY) - IN_PICKLES

    @property
    def held(self) -> frozenset[Name]:
        """Names that may be held, or made empty and given any state, but not called."""
        return self._of(Use.NAME, Use.NEW)

    def _of(self, *uses: Use) -> frozenset[Name]:
        return frozenset(name for name, use in self.uses.items() if use in uses)

    def use(self, module: str, name: str) -> Use:
        """What may be done with a name."""
        return self.uses.get((module, name), Use.FORBIDDEN)


@lru_cache(maxsize=8)
def allowlist(extra: tuple[str, ...] = ()) -> Allowlist:
    """The shipped names, and those that a policy adds as ``module:name``, which may be called."""
    uses: dict[Name, Use] = {}
    for framework in FRAMEWORKS:
        uses.update(_read(framework))
    for item in extra:
        module, _, name = item.partition(":")
        uses.setdefault((module, name), Use.ANY)
    lines = sorted(f"{module}:{name} {use.value}\n" for (module, name), use in uses.items())
    return Allowlist(MappingProxyType(uses), _sha256("".join(lines).encode()))


def _sha256(content: bytes) -> str:
    """The digest by Python's own code: loading OpenSSL costs more than all of the lists."""
    for module in ("_sha2", "_sha256", "hashlib"):  # from Python 3.12 on, before, and in any case
        with suppress(ImportError):
            digest: str = importlib.import_module(module).sha256(content).hexdigest()
            return digest
    raise ImportError("no SHA-256")


def _read(framework: str) -> Iterable[tuple[Name, Use]]:
    place = os.path.join(os.path.dirname(__file__), "data", f"{framework}.json")
    loader: Any = globals()["__loader__"]  # what pkgutil asks, which costs more than the reading
    data = json.loads(loader.get_data(place))
    for use in (Use.NAME, Use.NEW, Use.CALL, Use.STATE):
        for module, names in data.get(use.value, {}).items():
            yield from (((module, name), use) for name in names)
