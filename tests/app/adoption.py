"""Repositories that are to become registries."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import pytest
from builders import Repo, Result, good_entry, run

COMMITTED = "git add -- "
VENDORED = ("scripts/registrar.pyz", "scripts/validate_model_metadata.py")


def adopt(repo: Repo, *options: str) -> Result:
    """``registrar init`` at the top of a repository."""
    return run("init", *options, cwd=repo.path)


def done(repo: Repo, *options: str) -> dict[str, str]:
    """What init did with each file, by path."""
    result = adopt(repo, "--format", "json", *options)
    assert (result.code, result.err) == (0, "")
    return {file["path"]: file["done"] for file in result.report["files"]}


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder but git's own: its modes and bytes."""
    return {
        path.relative_to(folder).as_posix(): (path.lstat().st_mode, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def monorepo(path: Path) -> Repo:
    """Training code, and papers of its own where init would put some."""
    repo = Repo(path)
    repo.write("training/train.py", "print('training')\n")
    repo.write(".github/CODEOWNERS", "* @acme/everybody\n/training/ @acme/ml")
    repo.write(".gitattributes", "* text=auto\r\n*.png binary\r\n")
    repo.write(".pre-commit-config.yaml", PRE_COMMIT)
    repo.write(".vscode/settings.json", '{\n  // of this team\n  "editor.tabSize": 2,\n}\n')
    repo.write(".vscode/extensions.json", '{"recommendations": ["redhat.vscode-yaml"]}\n')
    repo.write("docs/index.md", "# Ours\n")
    repo.commit("ours")
    return repo


PRE_COMMIT = """\
# hooks of this team
default_language_version: {python: python3}
repos:
  - repo: local
    hooks:
      - {id: tidy, name: tidy, entry: "true", language: system}  # ours
"""


def pickled_entry() -> dict[str, bytes]:
    """A good wine-1.1.0 but for its format."""
    entry = good_entry()
    onnx, pickled = entry.pop("model.onnx"), pickle.dumps({"weights": [1.0] * 10})
    metadata = entry["metadata.yaml"].replace(b"model.onnx", b"model.pkl")
    metadata = metadata.replace(b'"1.0.0"', b'"1.1.0"')
    old, new = (hashlib.sha256(raw).hexdigest().encode() for raw in (onnx, pickled))
    metadata = metadata.replace(old, new).replace(
        b"size: %d" % len(onnx), b"size: %d" % len(pickled)
    )
    return entry | {"metadata.yaml": metadata, "model.pkl": pickled}


@pytest.fixture
def empty(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "empty")
