"""Which version of a package is installed, by the folder that pip leaves.

``importlib.metadata`` would know it, too; importing it costs more than reading a small file.
"""

from __future__ import annotations

import os
import re
import sys

_VERSION = r"-([0-9][0-9A-Za-z.+!]*)\.dist-info"


def installed(name: str) -> str | None:
    """The version of a package where Python finds packages; None where it is not there."""
    wanted = re.compile(re.escape(name) + _VERSION, re.IGNORECASE)
    for place in sys.path:
        try:
            found = os.listdir(place or ".") if place else []
        except OSError:
            continue
        for item in sorted(found):
            if version := wanted.fullmatch(item):
                return version[1]
    return None
