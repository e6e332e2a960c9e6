"""Hashing against OpenSSL and model_signing, in one run: python benchmarks/bytes.py [MiB [FILES]].

Whole processes, medians of runs taken in turn. Two tables: CPU time, as run.py has it, and the time
that a person waits, for verify reads on all cores.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from registries import COMMIT
from run import BIN, HEADER, Cost, in_turn, row

ROUNDS = 7
MIB = 1024**2
FILE = 100 * 1024
PEERS = BIN.parent / "bench/bin/python"
"""Where `make bench` installs requirements/bench.txt."""
HASHED = "import sys; from model_signing import hashing; hashing.Config().hash(sys.argv[1])"
METADATA = """\
schema_version: 1
name: {name}
version: "1.0.0"
source: {{repository: "https://github.com/acme/{name}", commit: {commit}}}
dataset_manifest: dataset-manifest.yaml
training_hash: sha256:{digest}
license: MIT
artifact: {artifact}
"""


def main(size: int, files: int) -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [*_one(Path(folder), size), *_many(Path(folder), files)]
    for title, part in (("CPU", "cpu"), ("wall", "wall")):
        print("\n".join(line.replace("CPU s", f"{title} s") for line in HEADER))
        for what, ours, theirs, budget, peer in rows:
            if theirs is None:
                print(f"| {what} | {getattr(ours, part):.3f} | | | {budget} | | {peer} |")
            else:
                seen = [replace(cost, cpu=getattr(cost, part)) for cost in (ours, theirs)]
                row(what, *seen, budget, peer)
        print()


_Row = tuple[str, Cost, Cost | None, str, str]


def _one(top: Path, size: int) -> list[_Row]:
    """One large file, and one of no size to speak of: what is left is the hashing."""
    for name, count in (("large", size), ("little", 1)):
        digest = hashlib.sha256()
        (top / name).mkdir()
        with open(top / name / "model.onnx", "wb") as file:
            for _ in range(count):
                block = os.urandom(MIB)
                digest.update(block)
                file.write(block)
        _describe(top / name, "model.onnx", digest.hexdigest())
    openssl = _openssl()
    commands = {
        "large": _verify("large"),
        "little": _verify("little"),
        "openssl": [openssl, "dgst", "-sha256", "large/model.onnx"],
        "openssl's start": [openssl, "dgst", "-sha256", "little/model.onnx"],
    }
    costs = in_turn(commands, dict.fromkeys(commands, top), ROUNDS)
    peer, what = "openssl dgst -sha256", f"SHA-256 of {size:,} MiB"
    alone = (
        _without(costs["large"], costs["little"]),
        _without(costs["openssl"], costs["openssl's start"]),
    )
    return [
        (what, costs["large"], costs["openssl"], "1.1", peer),
        (f"{what}, without the start of either", *alone, "1.1", peer),
    ]


def _many(top: Path, files: int) -> list[_Row]:
    """A folder of many files."""
    lines = []
    (top / "many/model").mkdir(parents=True)
    for index in range(files):
        name, block = f"{index:06}.bin", os.urandom(FILE)
        (top / "many/model" / name).write_bytes(block)
        lines.append(f"{hashlib.sha256(block).hexdigest()}  {name}\n")
    _describe(top / "many", "model", hashlib.sha256("".join(lines).encode()).hexdigest())
    commands: dict[str, Sequence[str]] = {"ours": _verify("many")}
    names = [f"many/model/{index:06}.bin" for index in range(files)]
    commands["openssl"] = [_openssl(), "dgst", "-sha256", *names]
    if PEERS.exists():
        commands["peer"] = [str(PEERS), "-I", "-c", HASHED, "many/model"]
    costs = in_turn(commands, dict.fromkeys(commands, top), ROUNDS)
    what, peer = f"{files:,} files of {FILE // 1024} KiB", "model_signing"
    told = peer if "peer" in costs else f"{peer} is not installed: make bench brings it"
    return [
        (what, costs["ours"], costs.get("peer"), "0.333", told),
        (what, costs["ours"], costs["openssl"], "", "openssl dgst -sha256"),
    ]


def _openssl() -> str:
    found = shutil.which("openssl")
    if found is None:
        raise SystemExit("openssl is not installed")
    return found


def _verify(name: str) -> list[str]:
    return [str(BIN / "registrar"), "verify", name]


def _describe(folder: Path, artifact: str, digest: str) -> None:
    text = METADATA.format(name=folder.name, commit=COMMIT, digest=digest, artifact=artifact)
    (folder / "metadata.yaml").write_text(text, encoding="utf-8")


def _without(whole: Cost, start: Cost) -> Cost:
    return Cost(whole.cpu - start.cpu, whole.memory, whole.wall - start.wall)


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    main(*numbers, *(1024, 10_000)[len(numbers) :])
