"""Write dist/registrar.pyz, reproducibly: python scripts/build_pyz.py [TARGET]."""

from __future__ import annotations

import sys
from pathlib import Path

import registrar
from registrar.app.build_pyz import build_pyz

if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "dist/registrar.pyz")
    digest = build_pyz(Path(registrar.__file__).parent, target)
    print(f"{digest}  {target}")
