"""CPU time of the gate against check-jsonschema, in one run: python benchmarks/run.py [N …].

Figures are CPU seconds (user and system, all processes) of whole runs, the median of several
taken in turn; memory is the largest single process. Ratios are what counts: the machine is
noisy, and both sides of a ratio saw the same noise.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from registries import build

BIN = Path(sys.executable).parent
SIZES = (100, 1_000, 10_000)
ROUNDS = {100: 5, 1_000: 5, 10_000: 3}


@dataclass(frozen=True)
class Cost:
    """CPU seconds and peak memory in MiB of one run."""

    cpu: float
    memory: float


def measure(command: Sequence[str], folder: Path, expect: int = 0) -> Cost:
    """Run a command once; all of its processes count."""
    with open(os.devnull, "wb") as sink:
        process = subprocess.Popen(command, cwd=folder, stdout=sink, stderr=sink)
        _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code != expect:
        raise SystemExit(f"{command[:3]} answered {code}, not {expect}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def compare(ours: Sequence[str], theirs: Sequence[str], folder: Path, rounds: int) -> list[Cost]:
    """Median costs of two commands, taken in turn."""
    runs = [(measure(ours, folder), measure(theirs, folder)) for _ in range(rounds)]
    return [
        Cost(
            statistics.median(run[side].cpu for run in runs), max(run[side].memory for run in runs)
        )
        for side in (0, 1)
    ]


def table(sizes: Sequence[int]) -> None:
    """Print the table."""
    print("| what | ours, CPU s | peer, CPU s | ratio | budget | ours, MiB | peer |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            top = Path(folder) / str(size)
            build(top, size)
            files = sorted(str(p) for p in top.glob("model_registry/*/metadata.yaml"))
            schema = BIN.parent.parent / "model_registry/MODEL_METADATA_SCHEMA.json"
            peer = [str(BIN / "check-jsonschema"), "--schemafile", str(schema), *files]
            gate = [str(BIN / "registrar"), "check"]
            _row(
                f"{size:,} entries",
                *compare(gate, peer, top, ROUNDS[size]),
                "0.3",
                "check-jsonschema",
            )
        one = Path(folder) / "one"
        build(one, 1)
        bare = [sys.executable, "-c", "pass"]
        entry = [str(BIN / "registrar"), "check"]
        _row("one entry", *compare(entry, bare, one, 9), "0.25 s", "python -c pass")
        help_ = [str(BIN / "registrar"), "--help"]
        _row("--help", *compare(help_, bare, one, 9), "5", "python -c pass")


def _row(what: str, ours: Cost, theirs: Cost, budget: str, peer: str) -> None:
    ratio = ours.cpu / theirs.cpu if theirs.cpu else float("inf")
    print(
        f"| {what} | {ours.cpu:.3f} | {theirs.cpu:.3f} | {ratio:.2f} | {budget} "
        f"| {ours.memory:.0f} | {peer} |",
        flush=True,
    )


if __name__ == "__main__":
    table([int(size) for size in sys.argv[1:]] or SIZES)
