"""Files to scan: a clean pickle, a malicious one, and how they are put into a folder."""

from __future__ import annotations

import pickle
from pathlib import Path

POISON = b"cposix\nsystem\n(Vtrue\ntR."
GOOD = pickle.dumps({"weights": [1.0, 2.0]})


def put(folder: Path, **files: bytes) -> Path:
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
