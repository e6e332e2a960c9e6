"""Types that skops is told to trust: those of the scanner's allowlist, and no list of our own.

A file that a scan calls clean holds no other. skops knows no difference between a name that is held
and one that is called; the scanner does. What only a state that was looked at makes safe is for
pickles alone, and not trusted here.
"""

from __future__ import annotations

from registrar.integrations.scanning.allowlist import allowlist
from registrar.integrations.scanning.headers.skops_types import TRUSTED

SKOPS_TYPES = frozenset(
    f"{module}.{name}"
    for module, name in (allowlist().called | allowlist().held).union(*TRUSTED.values())
)
"""As skops writes their names."""
