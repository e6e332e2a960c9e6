"""``functools.cached_property`` without the lock that Python 3.11 takes at each first look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801
    """A property that is computed when it is first asked for, and kept in the instance.

    Every entry has some twenty; an entry is judged by one thread.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> once[T]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object, owner: type) -> T | once[T]:
        """Compute and keep the value: the next look finds it before this is asked."""
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._make(instance)
        return value
