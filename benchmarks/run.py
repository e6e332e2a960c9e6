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
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from registries import build

from registrar.integrations.cache.place import AUTOMATIC, HOOKS

BIN = Path(sys.executable).parent
SIZES = (100, 1_000, 10_000)
ROUNDS = {100: 5, 1_000: 5, 10_000: 3}
HEADER = (
    "| what | ours, CPU s | peer, CPU s | ratio | budget | ours, MiB | peer |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)
PEERS = ("check-jsonschema", "python -c pass")
SETTLED = 2.5
"""Seconds: younger files are not remembered."""
WITHOUT_FAST = """
import sys
sys.modules["jsonschema_rs"] = None  # as where it is not installed
from registrar.cli.guard import run
run()
"""


@dataclass(frozen=True)
class Cost:
    """CPU seconds, peak memory in MiB and seconds on the clock of one run."""

    cpu: float
    memory: float
    wall: float = 0.0


def measure(command: Sequence[str], folder: Path, expect: int = 0) -> Cost:
    """Run a command once; all of its processes count."""
    began = time.monotonic()
    with open(os.devnull, "wb") as sink:
        process = subprocess.Popen(command, cwd=folder, stdout=sink, stderr=sink)
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    code = os.waitstatus_to_exitcode(status)
    if code != expect:
        raise SystemExit(f"{command[:3]} answered {code}, not {expect}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, wall)


def in_turn(
    commands: dict[str, Sequence[str]], folders: dict[str, Path], rounds: int
) -> dict[str, Cost]:
    """Median costs of several commands, taken in turn."""
    runs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(measure(command, folders[name]))
    return {name: median(costs) for name, costs in runs.items()}


def median(costs: Sequence[Cost]) -> Cost:
    """The medians of the times, and the most memory."""
    cpu, wall = (
        statistics.median(times) for times in zip(*((c.cpu, c.wall) for c in costs), strict=True)
    )
    return Cost(cpu, max(c.memory for c in costs), wall)


def table(sizes: Sequence[int]) -> None:
    """Print the table."""
    print("\n".join(HEADER))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = str(Path(folder) / "cache")
        for name in (*AUTOMATIC, *HOOKS):
            os.environ.pop(name, None)
        for size in sizes:
            _registry(Path(folder) / str(size), size)
        one = Path(folder) / "one"
        build(one, 1)
        gate = [str(BIN / "registrar"), "check", "--no-cache"]
        commands = {
            "one entry": gate,
            "--help": [str(BIN / "registrar"), "--help"],
            PEERS[1]: [sys.executable, "-c", "pass"],
        }
        costs = in_turn(commands, dict.fromkeys(commands, one), 9)
        row("one entry", costs["one entry"], costs[PEERS[1]], "0.25 s", PEERS[1])
        row("--help", costs["--help"], costs[PEERS[1]], "5", PEERS[1])


def _registry(top: Path, size: int) -> None:
    """The rows of a registry of one size: judged anew, and unchanged."""
    build(top, size)
    clone = top.with_name(f"{size}-clone")
    build(clone, size)
    _with_upstream(clone)
    files = sorted(str(path) for path in top.glob("model_registry/*/metadata.yaml"))
    schema = BIN.parent.parent / "model_registry/MODEL_METADATA_SCHEMA.json"
    check = [str(BIN / "registrar"), "check"]
    commands: dict[str, Sequence[str]] = {
        "": [sys.executable, "-c", WITHOUT_FAST, "check", "--no-cache"],
        ", [fast]": [*check, "--no-cache"],
        ", unchanged": check,
        ", unchanged, with an upstream": check,
        PEERS[0]: [str(BIN / "check-jsonschema"), "--schemafile", str(schema), *files],
    }
    folders = dict.fromkeys(commands, top) | {", unchanged, with an upstream": clone}
    time.sleep(SETTLED)
    for folder in (top, clone):
        measure(check, folder)  # what is unchanged has been seen before
    costs = in_turn(commands, folders, ROUNDS.get(size, 3))
    for name in list(commands)[:-1]:
        budget = "0.02" if "unchanged" in name else "0.1" if "fast" in name else "0.25"
        row(f"{size:,} entries{name}", costs[name], costs[PEERS[0]], budget, PEERS[0])


def _with_upstream(top: Path) -> None:
    """Make it a clone whose upstream is known, at the commit that is checked out."""
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    for words in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "--all", "--force"),
        (*identity, "commit", "--quiet", "--message", "entries"),
        ("update-ref", "refs/remotes/origin/main", "HEAD"),
        ("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"),
    ):
        subprocess.run(["git", *words], cwd=top, check=True)


def row(what: str, ours: Cost, theirs: Cost, budget: str, peer: str) -> None:
    """Print one row of the table."""
    ratio = ours.cpu / theirs.cpu if theirs.cpu else float("inf")
    print(
        f"| {what} | {ours.cpu:.3f} | {theirs.cpu:.3f} | {ratio:.3f} | {budget} "
        f"| {ours.memory:.0f} | {peer} |",
        flush=True,
    )


if __name__ == "__main__":
    table([int(size) for size in sys.argv[1:]] or SIZES)
