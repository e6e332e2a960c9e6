"""Types that skops is told to trust: those of the scanner's allowlist, and no list of our own.

A file that a scan calls clean holds no other. skops knows no difference between a name that is held
and one that is called; the scanner does.
"""

from __future__ import annotations

from collections.abc import Iterable

from registrar.integrations.scanning.allowlist import allowlist
from registrar.integrations.scanning.headers.skops_types import TRUSTED


def skops_types(allow: Iterable[str] = ()) -> frozenset[str]:
    """Their names, as skops writes them; ``allow`` is what a policy adds, as ``module:name``."""
    names = set(allowlist(tuple(allow)).uses).union(*TRUSTED.values())
    return frozenset(f"{module}.{name}" for module, name in names)


SKOPS_TYPES = skops_types()
"""Without what a policy adds."""
