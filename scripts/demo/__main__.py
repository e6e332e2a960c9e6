"""Show what Registrar does, on real parts: the gate, publishing with DVC and MLflow, the bytes.

Run by ``make demo``. Everything happens in a temporary folder; the exit code is 0 only if every
refusal and every acceptance came as announced.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import content
import gate
import publishing
from stage import SurpriseError


def main() -> int:
    """Play all acts; 1 where something came out other than announced."""
    with tempfile.TemporaryDirectory(prefix="registrar-demo-") as folder:
        try:
            gate.play(Path(folder))
            publishing.play(Path(folder) / "publishing")
            content.play(Path(folder) / "content")
        except SurpriseError as error:
            print(f"\ndemo: not as announced: {error}", file=sys.stderr)
            return 1
    print("\nEverything came as announced.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
