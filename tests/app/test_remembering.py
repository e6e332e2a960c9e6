"""What is remembered of entries: only what is plainly good, and only while nothing changes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import known_entries
import pytest
from builders import POLICY, Repo
from known_entries import WINE, Judgements, _edit, _same_size_and_mtime, checked

judged = known_entries.judged
known = known_entries.known


def test_what_has_not_changed_is_not_judged_again(known: Repo, judged: Judgements) -> None:
    assert checked(known).code == 0
    assert judged == []
    known.check("--no-cache")
    assert judged == ["beer-1.0.0", "wine-1.0.0"]


def _replace_by_a_copy(repo: Repo) -> None:
    path = repo.path / WINE / "metadata.yaml"
    status = path.stat()
    other = path.with_name("other")
    other.write_bytes(path.read_bytes().replace(b"license: Apache-2.0", b"license: Apache-9.9"))
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)


def _add(repo: Repo) -> None:
    repo.write(f"{WINE}/.gitattributes", "* text\n")


def _add_deep(repo: Repo) -> None:
    repo.write(f"{WINE}/a/b/c/.gitattributes", "* text\n")


def _remove(repo: Repo) -> None:
    (repo.path / WINE / "model.onnx").unlink()


def _rename(repo: Repo) -> None:
    (repo.path / WINE / "MODEL_CARD.md").rename(repo.path / WINE / "CARD.md")


def _link(repo: Repo) -> None:
    path = repo.path / WINE / "model.onnx"
    path.rename(repo.path / "elsewhere.onnx")
    path.symlink_to("../../elsewhere.onnx")


def _pipe(repo: Repo) -> None:
    os.mkfifo(repo.path / WINE / "pipe")


def _mode(repo: Repo) -> None:
    (repo.path / WINE / "metadata.yaml").unlink()
    (repo.path / WINE / "metadata.yaml").mkdir()


@pytest.mark.parametrize(
    "change",
    [
        *(_edit, _same_size_and_mtime, _replace_by_a_copy, _add, _add_deep, _remove, _rename),
        *(_link, _pipe, _mode),
    ],
)
def test_an_entry_that_changed_is_judged_again(
    known: Repo, judged: Judgements, change: Callable[[Repo], None]
) -> None:
    change(known)
    for _ in range(2):  # a finding is never remembered
        assert checked(known).code == 1
        assert judged == ["wine-1.0.0"]
        judged.clear()


def test_an_edit_taken_back_is_judged_again_once(known: Repo, judged: Judgements) -> None:
    path = known.path / WINE / "metadata.yaml"
    path.write_bytes(path.read_bytes())
    assert [checked(known).code for _ in range(2)] == [0, 0]
    assert judged == ["wine-1.0.0"]


@pytest.mark.parametrize(
    ("path", "text", "again"),
    [
        ("registrar.toml", POLICY.replace('"Apache-2.0", ', ""), ["beer-1.0.0", "wine-1.0.0"]),
        ("registrar.toml", POLICY + "# said\n", []),
        ("waivers.yaml", "waivers: []\n", []),
        ("model_registry/LICENSES/LicenseRef-x.txt", "text\n", ["beer-1.0.0", "wine-1.0.0"]),
        ("model_registry/README.md", "text\n", []),
    ],
)
def test_what_judges_is_part_of_the_answer(
    known: Repo, judged: Judgements, path: str, text: str, again: list[str]
) -> None:
    known.write(path, text)
    checked(known)
    assert judged == again


def test_another_schema_judges_anew(known: Repo, judged: Judgements, top: Path) -> None:
    schema = json.loads((top / "model_registry/MODEL_METADATA_SCHEMA.json").read_bytes())
    schema["required"].append("owners")
    known.write("model_registry/MODEL_METADATA_SCHEMA.json", json.dumps(schema))
    assert checked(known).code == 1
    assert judged == ["beer-1.0.0", "wine-1.0.0"]


def test_a_sibling_that_collides_judges_anew(known: Repo, judged: Judgements) -> None:
    known.add_entry("ale-1.0.0")
    checked(known)
    assert judged == ["ale-1.0.0"]
    judged.clear()
    known.write("model_registry/Wine-1.0.0/x.md", "x")
    assert "wine-1.0.0" in {f["entry"] for f in checked(known).findings}
    assert "wine-1.0.0" in judged


def test_an_entry_under_another_name_is_another(known: Repo, judged: Judgements) -> None:
    (known.path / WINE).rename(known.path / "model_registry/wine-2.0.0")
    assert checked(known).rules == ["entry-name"]
    assert judged == ["wine-2.0.0"]


def test_two_entries_that_change_places(known: Repo, judged: Judgements) -> None:
    root = known.path / "model_registry"
    for old, new in (("wine-1.0.0", "x"), ("beer-1.0.0", "wine-1.0.0"), ("x", "beer-1.0.0")):
        (root / old).rename(root / new)
    assert checked(known).rules == ["entry-name"]
    assert judged == ["beer-1.0.0", "wine-1.0.0"]


def test_what_is_gone_is_forgotten_and_what_is_not_asked_for_is_kept(
    known: Repo, judged: Judgements, tmp_path: Path
) -> None:
    checked(known, WINE)
    checked(known)
    assert judged == []
    shutil.rmtree(known.path / WINE)
    checked(known)
    (cache,) = (Path(os.environ["XDG_CACHE_HOME"]) / "registrar").iterdir()
    assert b"wine-1.0.0" not in cache.read_bytes()
    assert b"beer-1.0.0" in cache.read_bytes()


def test_nothing_is_written_where_nothing_is_new(known: Repo) -> None:
    known.write("model_registry/LICENSES/LicenseRef-x.txt", "text\n")
    known.commit("beer")
    known.git("update-ref", "refs/remotes/origin/main", "HEAD")
    known.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    checked(known)
    (cache,) = (Path(os.environ["XDG_CACHE_HOME"]) / "registrar").iterdir()
    before = cache.stat().st_ino
    checked(known)
    assert cache.stat().st_ino == before
