"""Registries whose bytes DVC itself keeps on a remote: a folder beside the repository."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from builders import COMMIT, POLICY, SHA, Repo, good_entry

from registrar.domain.digests import folder_digest

FILE, FOLDER = "wine-1.0.0", "wine-1.1.0"
NETWORK = '[network]\ndvc_remotes = ["storage"]\n'
_MODELS = Path(__file__).parents[2] / "model_registry"
PARTS = {
    "a.onnx": (_MODELS / "digits-classifier-1.0.0/model.onnx").read_bytes(),
    "sub/b.onnx": (_MODELS / "wine-cultivar-1.1.0/model.onnx").read_bytes(),
    "config.json": b'{"labels": 3}\n',
}


def dvc(path: Path, *arguments: str, check: bool = True) -> str:
    """Run DVC with an index cache of its own, and nothing of this machine."""
    env = {
        **{key: value for key, value in os.environ.items() if not key.startswith("DVC_")},
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(path.parent / "site-cache"),
        "DO_NOT_TRACK": "1",
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments],
        cwd=path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not (check and done.returncode), done.stdout + done.stderr
    return done.stdout + done.stderr


def _with_remote(text: bytes, commit: str) -> bytes:
    """Metadata that names the remote, and this repository as the source."""
    told = text.decode().replace("https://github.com/acme/wine", ".").replace(COMMIT, commit)
    return told.encode() + b"dvc: {remote: storage}\n"


def tracked_repo(path: Path, url: str = "../../remote") -> Repo:
    """A registry with a file and a folder behind pointers, not pushed, committed on main."""
    repo = Repo(path)
    repo.write("registrar.toml", POLICY + NETWORK)
    dvc(path, "init", "--quiet")
    dvc(path, "remote", "add", "--quiet", "--default", "storage", "s3://replaced")
    config = (path / ".dvc/config").read_text().replace("s3://replaced", url)
    (path / ".dvc/config").write_text(config)
    commit = repo.commit("policy")
    files = good_entry()
    files["metadata.yaml"] = _with_remote(files["metadata.yaml"], commit)
    repo.add_entry(FILE, files)
    repo.add_entry(FOLDER, _folder_entry(commit))
    for entry, name in ((FILE, "model.onnx"), (FOLDER, "model")):
        dvc(path, "add", "--quiet", f"model_registry/{entry}/{name}")
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message", "entries")
    return repo


def _folder_entry(commit: str) -> dict[str, bytes]:
    files = good_entry()
    del files["model.onnx"]
    digests = {path: hashlib.sha256(raw).hexdigest() for path, raw in PARTS.items()}
    listed = [
        {"path": f"model/{path}", "sha256": digests[path], "size": len(raw)}
        for path, raw in sorted(PARTS.items())
    ]
    text = files["metadata.yaml"].decode().replace('"1.0.0"', '"1.1.0"')
    text = text.replace(f"sha256:{SHA}", f"sha256:{folder_digest(digests)}")
    text = text.replace("artifact: model.onnx", "artifact: model")
    before, _, after = text.partition("files:\n")
    text = before + f"files: {json.dumps(listed)}\n" + after.partition("\n")[2]
    return {
        **files,
        "metadata.yaml": _with_remote(text.encode(), commit),
        **{f"model/{path}": raw for path, raw in PARTS.items()},
    }


def without_bytes(repo: Repo, cache: bool = False) -> None:
    """As in a fresh clone: the pointers are here, the bytes and DVC's cache are not."""
    (repo.path / f"model_registry/{FILE}/model.onnx").unlink()
    shutil.rmtree(repo.path / f"model_registry/{FOLDER}/model", ignore_errors=True)
    if not cache:
        shutil.rmtree(repo.path / ".dvc/cache", ignore_errors=True)


def stored(remote: Path, raw: bytes) -> Path:
    """Where a remote keeps these bytes."""
    md5 = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    return remote / "files/md5" / md5[:2] / md5[2:]


def listing(remote: Path) -> Path:
    """The only list of a folder on a remote."""
    (found,) = remote.rglob("*.dir")
    return found


def overwrite(path: Path, raw: bytes) -> None:
    """Replace an object that DVC made read-only."""
    path.chmod(0o644)
    path.write_bytes(raw)
