"""Stands for ``python3 -I -m venv FOLDER`` where there is no index: GATE -I -m venv FOLDER.

The environment sees the libraries of GATE, and its pip installs nothing: it only refuses what the
gate must never be installed with.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PIP = """\
import sys

wanted = {"install", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r"}
missing = wanted - set(sys.argv)
assert not missing and sys.flags.isolated, missing
assert open(sys.argv[-1], "rb").read().count(b"--hash=sha256:") > 4
"""

if __name__ == "__main__":
    gate, isolated, module, venv, folder = sys.argv[1:]
    assert [isolated, module, venv] == ["-I", "-m", "venv"]
    subprocess.run([sys.executable, "-I", "-m", "venv", "--without-pip", folder], check=True)
    (site,) = Path(folder).glob("lib/python*/site-packages")
    (site / "gate.pth").write_text(f"{gate}\n", encoding="utf-8")
    (site / "pip.py").write_text(PIP, encoding="utf-8")
