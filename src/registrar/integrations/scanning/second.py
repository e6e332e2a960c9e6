"""``picklescan`` as a second opinion on pickles, where it is installed.

Its strict mode takes everything that is not on its own short list for dangerous, the classes of
scikit-learn among them. So its verdict does not count, but what it *saw* does: an import that it
finds and that is not on our allowlist is one that our reading missed.
"""

from __future__ import annotations

import importlib
import logging
import os
import re
from dataclasses import dataclass
from typing import Any

from registrar.domain.formats import Format
from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.allowlist import Allowlist, Use
from registrar.integrations.scanning.machines import judged_use
from registrar.integrations.scanning.parts import Sure
from registrar.integrations.scanning.words import dangerous

_FORMATS = frozenset({Format.PICKLE, Format.PYTORCH, Format.ZIP, Format.NPZ, Format.NPY})
_MOST = 20
_DIST = re.compile(r"picklescan-[0-9][0-9A-Za-z.+!]*\.dist-info")


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """Another reader of pickles, asked what it sees."""

    version: str
    scanner: Any
    allowlist: Allowlist

    def asked(self, sure: Sure, place: str) -> Sure:
        """What is said of a file, with what only the other reader found in it."""
        if sure.format not in _FORMATS or sure.troubles:
            return sure
        try:
            found = self.scanner.scan_file_path(place, strict=True)
        except Exception:  # it raises anything on bytes that it cannot read, and does not judge
            return sure
        missed = [trouble for name in found.globals if (trouble := self._missed(name)) is not None]
        return Sure(sure.format, (*sure.troubles, *missed[:_MOST]), sure.external)

    def _missed(self, name: Any) -> Trouble | None:
        use, module, last = judged_use(self.allowlist, str(name.module), str(name.name))
        if use is not Use.FORBIDDEN:
            return None
        message = f"{self.version} sees an import of {module}.{last}, which is not on the allowlist"
        return dangerous(message, "do not load it: two readers see different things in it")


def second_opinion(allowlist: Allowlist) -> SecondOpinion | None:
    """The second reader; None where it is not installed."""
    try:
        scanner = importlib.import_module("picklescan.scanner")
    except ImportError:
        return None
    told = f"picklescan {_version(str(scanner.__file__))}"
    logging.disable(logging.CRITICAL)  # it logs what it finds, to stderr
    return SecondOpinion(told, scanner, allowlist)


def _version(file: str) -> str:
    """The version by the folder that pip leaves: importlib.metadata costs more than the reading."""
    site = os.path.dirname(os.path.dirname(file))
    found = [name for name in os.listdir(site) if _DIST.fullmatch(name)]
    return found[0].removesuffix(".dist-info").partition("-")[2] if found else "of no known version"
