"""``registrar add`` on a small file system with so many bytes left; run in a mount namespace.

Arguments: the repository, an empty folder, what lies on the small disk, the bytes left there, and
the command's. Prints what happened as JSON; the disk goes with the namespace.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

BLOCK = 4096


def state(repo: Path, cache: Path) -> dict[str, str]:
    """Digests of the registry, DVC's cache and git's index, by path; and what git says."""
    found = [repo / ".git/index"]
    for folder in (repo / "model_registry", cache):
        found += [path for path in folder.rglob("*") if not path.is_dir()]
        found += [path for path in folder.glob(".*") if path.is_dir()]
    found += cache.parent.glob("cache.adding-*")
    told = {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in found
    }
    git = subprocess.run(
        ["git", "--no-optional-locks", "status", "--short", "--ignored"],
        cwd=repo,
        capture_output=True,
        text=True,
    )
    lines = [line for line in git.stdout.splitlines() if not line.endswith(".dvc/tmp/")]
    return told | {"git": "\n".join(lines)}


def main() -> None:
    """Lay out, fill, run, look, make room, run again."""
    source, disk, what, left, *command = sys.argv[1:]
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "none", disk], check=True)
    repo, small = Path(source), Path(disk)
    if what == "registry":
        repo = small / "r"
        shutil.copytree(source, repo, symlinks=True)
    cache = repo / ".dvc/cache"
    if what == "cache":
        cache = small / "cache"
        (repo / ".dvc/config.local").write_text(f"[cache]\n    dir = {cache}\n")
    cache.mkdir(exist_ok=True)
    told = os.statvfs(disk)
    ballast = small / "ballast"
    ballast.write_bytes(bytes(max(0, told.f_bavail * told.f_frsize - int(left) - BLOCK)))
    env = dict(os.environ)
    if what == "site":  # where DVC keeps its own databases
        env["DVC_SITE_CACHE_DIR"] = str(small / "site")

    def run() -> dict[str, object]:
        done = subprocess.run(
            [sys.executable, "-m", "registrar", *command],
            cwd=repo,
            env=env,
            capture_output=True,
            text=True,
        )
        return {"code": done.returncode, "out": done.stdout, "err": done.stderr}

    before = state(repo, cache)
    first = run()
    after = state(repo, cache)
    ballast.unlink()
    print(json.dumps({"before": before, "first": first, "after": after, "again": run()}))


if __name__ == "__main__":
    main()
