"""Write src/registrar/reading/data/spdx.json from the pinned package ``packaging``.

Usage: python scripts/generate_spdx.py [--check]
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path

from packaging.licenses import _spdx

TARGET = Path(__file__).parent.parent / "src/registrar/reading/data/spdx.json"

REPLACED = {
    "AGPL-1.0": "AGPL-1.0-only",
    "AGPL-3.0": "AGPL-3.0-only",
    "BSD-2-Clause-FreeBSD": "BSD-2-Clause",
    "BSD-2-Clause-NetBSD": "BSD-2-Clause",
    "bzip2-1.0.5": "bzip2-1.0.6",
    "eCos-2.0": "GPL-2.0-or-later WITH eCos-exception-2.0",
    "GFDL-1.1": "GFDL-1.1-only",
    "GFDL-1.2": "GFDL-1.2-only",
    "GFDL-1.3": "GFDL-1.3-only",
    "GPL-1.0": "GPL-1.0-only",
    "GPL-1.0+": "GPL-1.0-or-later",
    "GPL-2.0": "GPL-2.0-only",
    "GPL-2.0+": "GPL-2.0-or-later",
    "GPL-2.0-with-autoconf-exception": "GPL-2.0-only WITH Autoconf-exception-2.0",
    "GPL-2.0-with-bison-exception": "GPL-2.0-or-later WITH Bison-exception-2.2",
    "GPL-2.0-with-classpath-exception": "GPL-2.0-only WITH Classpath-exception-2.0",
    "GPL-2.0-with-font-exception": "GPL-2.0-only WITH Font-exception-2.0",
    "GPL-2.0-with-GCC-exception": "GPL-2.0-only WITH GCC-exception-2.0",
    "GPL-3.0": "GPL-3.0-only",
    "GPL-3.0+": "GPL-3.0-or-later",
    "GPL-3.0-with-autoconf-exception": "GPL-3.0-only WITH Autoconf-exception-3.0",
    "GPL-3.0-with-GCC-exception": "GPL-3.0-only WITH GCC-exception-3.1",
    "LGPL-2.0": "LGPL-2.0-only",
    "LGPL-2.0+": "LGPL-2.0-or-later",
    "LGPL-2.1": "LGPL-2.1-only",
    "LGPL-2.1+": "LGPL-2.1-or-later",
    "LGPL-3.0": "LGPL-3.0-only",
    "LGPL-3.0+": "LGPL-3.0-or-later",
    "Net-SNMP": None,
    "Nunit": "zlib-acknowledgement",
    "StandardML-NJ": "SMLNJ",
    "wxWindows": "LGPL-2.0-or-later WITH WxWindows-exception-3.1",
}
"""Deprecated ids and what the SPDX list names in their place."""


def render() -> str:
    """The data file, the same bytes on every run."""
    licenses = [value["id"] for value in _spdx.LICENSES.values()]
    deprecated = {
        value["id"]: REPLACED.get(value["id"])
        for value in _spdx.LICENSES.values()
        if value["deprecated"]
    }
    document = {
        "about": {
            "origin": "SPDX License List, https://spdx.org/licenses/ (data under CC0-1.0), "
            f"taken from the package packaging {version('packaging')} "
            "(Apache-2.0 OR BSD-2-Clause)",
            "list_version": _spdx.VERSION,
            "written_by": "scripts/generate_spdx.py",
        },
        "deprecated": dict(sorted(deprecated.items())),
        "exceptions": sorted(value["id"] for value in _spdx.EXCEPTIONS.values()),
        "licenses": sorted(licenses),
    }
    return json.dumps(document, indent=0, ensure_ascii=True) + "\n"


def main(argv: list[str]) -> int:
    """Write the file, or with ``--check`` compare it."""
    text = render()
    if "--check" in argv:
        same = TARGET.read_text(encoding="utf-8") == text
        print(f"{TARGET.name}: {'as generated' if same else 'differs: run this script'}")
        return 0 if same else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
