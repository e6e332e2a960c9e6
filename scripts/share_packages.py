"""Let the virtual environment that runs this see the packages of another, behind its own.

``python scripts/share_packages.py .venv/bin/python``: libraries that are too large for the lock are
installed in an environment of their own, and everything else is as it is locked.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path


def main() -> int:
    """Write a ``.pth`` file; the other's own ones count, too."""
    ask = [sys.argv[1], "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    done = subprocess.run(ask, stdout=subprocess.PIPE, text=True, check=True)
    own = Path(sysconfig.get_path("purelib"))
    if sys.prefix == sys.base_prefix:
        raise SystemExit("run it with the Python of a virtual environment")
    line = f"import site; site.addsitedir({done.stdout.strip()!r})\n"
    (own / "shared.pth").write_text(line, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
