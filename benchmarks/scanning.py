"""CPU time and memory of a scan against picklescan: python benchmarks/scanning.py [MiB].

Needs picklescan. The same measure as run.py: whole processes, medians of runs taken in turn.
"""

from __future__ import annotations

import os
import pickle
import random
import struct
import sys
import tempfile
from collections import OrderedDict
from pathlib import Path

from run import BIN, HEADER, in_turn, row

FILES = 1_000
ROUNDS = 11
MIB = 1024**2
ALONE = """
import sys
from registrar.integrations.scanning.finding import FilesOnDisk
from registrar.integrations.scanning.scanner import ChildScanner
files = list(FilesOnDisk().find(sys.argv[1]))
sys.exit(ChildScanner(second=False).scan(files).safety != "clean")
"""
"""Our reading alone, as where picklescan is not installed."""


def main(size: int) -> None:
    """Print the table."""
    print("\n".join(HEADER))
    with tempfile.TemporaryDirectory() as folder:
        _small(Path(folder) / "small")
        _large(Path(folder) / "large", size)


def _small(top: Path) -> None:
    """Numbers and texts alone; and the same with an import in each file."""
    maker = random.Random(1)
    for kind, of in (("plain", dict), ("importing", OrderedDict)):
        (top / kind).mkdir(parents=True)
        for index in range(FILES):
            settings = of(depth=index, names=["a", "b", "c"], note="x" * 50)
            value = {"name": f"m{index}", "w": [maker.random() for _ in range(40)], "of": settings}
            (top / kind / f"{index}.pkl").write_bytes(pickle.dumps(value, 4))
    peer = "picklescan --strict"
    for kind in ("plain", "importing"):
        commands = {
            "alone": [sys.executable, "-c", ALONE, str(top / kind)],
            "both": [str(BIN / "registrar"), "scan", str(top / kind)],
            "peer": [str(BIN / "picklescan"), "--strict", "--path", str(top / kind)],
        }
        costs = in_turn(commands, dict.fromkeys(commands, top), ROUNDS)
        what = f"{FILES:,} small pickles" + (", an import in each" if kind == "importing" else "")
        row(f"{what}: our reading alone", costs["alone"], costs["peer"], "2", peer)
        row(f"{what}: registrar scan, both readings", costs["both"], costs["peer"], "2", peer)


def _large(top: Path, size: int) -> None:
    """Bytes of many MiB against one MiB: memory must be the same."""
    commands = {}
    for name, count in (("large", size), ("little", 1)):
        (top / name).mkdir(parents=True)
        with open(top / name / "model.pkl", "wb") as file:  # a hole: this process stays small
            file.write(b"\x80\x04" + pickle.BINBYTES8 + struct.pack("<Q", count * MIB))
            file.seek(count * MIB, os.SEEK_CUR)
            file.write(pickle.STOP)
        commands[name] = [sys.executable, "-c", ALONE, str(top / name)]
    costs = in_turn(commands, dict.fromkeys(commands, top), 3)
    row(f"a pickle of {size:,} MiB", costs["large"], costs["little"], "", "a pickle of 1 MiB")
    row("a pickle of 1 MiB", costs["little"], costs["large"], "", f"a pickle of {size:,} MiB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1024)
