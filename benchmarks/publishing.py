"""CPU time of publishing against DVC, in one run: python benchmarks/publishing.py [MiB].

Needs DVC. The same measure as run.py: whole processes, medians of runs taken in turn.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from registries import POLICY, build
from run import BIN, HEADER, Cost, in_turn, measure, median, row

DVC = [sys.executable, "-I", "-m", "dvc"]
ENTRIES = 1_000
ROUNDS = 5
MIB = 1024**2
ONLY_BYTES = """
[rules]
severity = {source-reachable = "off"}
[network]
dvc_remotes = ["storage"]
"""


def main(size: int) -> None:
    """Print the table."""
    os.environ["DVC_NO_ANALYTICS"] = "1"
    print("\n".join(HEADER))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = str(Path(folder) / "cache")
        os.environ["DVC_SITE_CACHE_DIR"] = str(Path(folder) / "site")
        _existence(Path(folder) / "existence")
        _add(Path(folder) / "add", size)


def _existence(top: Path) -> None:
    """Is every object on the remote: the gate with that question, without it, and DVC."""
    remote = top.with_name("remote")
    build(top, ENTRIES, remote)
    (top / "registrar.toml").write_text(POLICY + ONLY_BYTES, encoding="utf-8")
    _repository(top, remote)
    shutil.copytree(remote, top / ".dvc/cache")  # DVC compares the remote with what it has here
    check = [str(BIN / "registrar"), "check", "--no-cache"]
    commands = {
        "with": [*check, "--remote"],
        "without": check,
        "dvc": [*DVC, "status", "--cloud", "--quiet"],
    }
    costs = in_turn(commands, dict.fromkeys(commands, top), ROUNDS)
    part = Cost(costs["with"].cpu - costs["without"].cpu, costs["with"].memory)
    peer = "dvc status -c"
    row(f"{ENTRIES:,} entries, existence: what --remote adds", part, costs["dvc"], "0.1", peer)
    row(f"{ENTRIES:,} entries, the whole gate --remote", costs["with"], costs["dvc"], "", peer)


def _add(folder: Path, size: int) -> None:
    """An entry of one large file, SHA-256 and all, and ``dvc add`` of the same file."""
    folder.mkdir()
    model = folder / "model.onnx"
    with model.open("wb") as stream:
        for _ in range(size // MIB):
            stream.write(os.urandom(MIB))
    words = ["--name", "large", "--version", "1.0.0", "--license", "MIT", "--dataset", "data.csv"]
    words += ["--dataset-version", "1.0.0", "--dataset-license", "MIT", "--dvc", "--yes"]
    commands = {
        "ours": ([str(BIN / "registrar"), "add", str(model), *words], 1),  # a card to be written
        "dvc": ([*DVC, "add", "--quiet", "model.onnx"], 0),
    }
    runs: dict[str, list[Cost]] = {name: [] for name in commands}
    for number in range(ROUNDS):
        for name, (command, expect) in commands.items():
            top = folder / f"{name}-{number}"
            build(top, 0)
            _repository(top, folder / "remote")
            (top / "data.csv").write_text("a,b\n1,2\n", encoding="utf-8")
            if name == "dvc":  # which takes the file where it lies
                shutil.copyfile(model, top / "model.onnx")
            runs[name].append(measure(command, top, expect))
            shutil.rmtree(top)
    row(f"add, {size // MIB:,} MiB", median(runs["ours"]), median(runs["dvc"]), "1.2", "dvc add")


def _repository(top: Path, remote: Path) -> None:
    """Make it a git repository of DVC with a remote, everything committed."""
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    config = f"[core]\n    remote = storage\n['remote \"storage\"']\n    url = {remote}\n"
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], cwd=top, check=True)
    subprocess.run([*DVC, "init", "--quiet"], cwd=top, check=True)
    (top / ".dvc/config").write_text(config, encoding="utf-8")
    subprocess.run(["git", "add", "--all"], cwd=top, check=True)
    subprocess.run(["git", *identity, "commit", "--quiet", "-m", "init"], cwd=top, check=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) * MIB if sys.argv[1:] else 1024 * MIB)
