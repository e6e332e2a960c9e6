"""SPDX licence expressions as a tree, and whether a list of licences allows one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class License:
    """A licence of the SPDX list, perhaps "or any later version" by ``+``."""

    id: str
    or_later: bool = False

    def __str__(self) -> str:
        return self.id + ("+" if self.or_later else "")


@dataclass(frozen=True, slots=True)
class LicenseRef:
    """A licence that SPDX does not know; its text is ``LICENSES/<ref>.txt``."""

    ref: str

    def __str__(self) -> str:
        return self.ref


@dataclass(frozen=True, slots=True)
class With:
    """A licence with an exception of the SPDX list."""

    license: License | LicenseRef
    exception: str

    def __str__(self) -> str:
        return f"{self.license} WITH {self.exception}"


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold at once."""

    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return " AND ".join(f"({p})" if isinstance(p, Or) else str(p) for p in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """One part may be chosen."""

    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return " OR ".join(str(part) for part in self.parts)


Expression = License | LicenseRef | With | And | Or
Leaf = License | LicenseRef | With


def leaves(expression: Expression) -> Iterator[Leaf]:
    """The licences of an expression, from left to right."""
    if isinstance(expression, And | Or):
        for part in expression.parts:
            yield from leaves(part)
    else:
        yield expression


def refs(expression: Expression) -> tuple[str, ...]:
    """The ``LicenseRef-…`` of an expression."""
    found = [leaf.license if isinstance(leaf, With) else leaf for leaf in leaves(expression)]
    return tuple(dict.fromkeys(leaf.ref for leaf in found if isinstance(leaf, LicenseRef)))


def allowed(expression: Expression, allow: Collection[str]) -> bool:
    """Evaluate the tree against an allow list, without regard to case.

    Of OR one part must be allowed, of AND all. ``X WITH e`` is allowed as a pair, or where
    ``X`` is: an exception only permits more. ``X+`` needs ``X+`` or ``X-or-later`` on the list.
    """
    listed = frozenset(item.strip().lower() for item in allow)
    return _allowed(expression, listed)


def refused_branches(expression: Expression, allow: Collection[str]) -> tuple[Leaf, ...]:
    """The licences of an expression that are not allowed."""
    listed = frozenset(item.strip().lower() for item in allow)
    return tuple(dict.fromkeys(leaf for leaf in leaves(expression) if not _allowed(leaf, listed)))


def _allowed(expression: Expression, listed: frozenset[str]) -> bool:
    match expression:
        case Or(parts):
            return any(_allowed(part, listed) for part in parts)
        case And(parts):
            return all(_allowed(part, listed) for part in parts)
        case With(license=inner):
            return str(expression).lower() in listed or _allowed(inner, listed)
        case License(id=name, or_later=True):
            return f"{name}+".lower() in listed or f"{name}-or-later".lower() in listed
        case _:
            return str(expression).lower() in listed
