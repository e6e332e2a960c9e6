"""A work tree and a git revision are the same tree."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from builders import Repo

from registrar.assemble import find_top, world_at
from registrar.domain.trees import Kind, UnreadableError
from registrar.errors import GitError, MissingObjectError
from registrar.integrations.work_tree import WorkTree
from registrar.ports import Ancestry, Tree


def nothing(tree: Tree, path: str) -> frozenset[str]:
    return frozenset()


@pytest.fixture(params=["sha1", "sha256"])
def repo(request: pytest.FixtureRequest, tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "repo", git=False)
    made.git("init", "--quiet", f"--object-format={request.param}", "--initial-branch=main")
    made.write("m/a/x", "one")
    made.write("m/a/b/y", "two")
    made.write("m/a/b.c", "three")
    made.write("m/a/b0/z", "four")
    made.write("m/run.sh", "#!/bin/sh\n").chmod(0o755)
    made.write("m/é/日", b"\x00\xff")
    (made.path / "m/link").symlink_to("a/x")
    (made.path / "m/empty").mkdir()
    made.commit()
    return made


def test_fingerprints_are_gits_own(repo: Repo) -> None:
    world = world_at(str(repo.path))
    assert world.work_tree is not None
    assert world.history is not None
    git = world.history.tree(repo.git("rev-parse", "HEAD"))
    ours = world.work_tree.fingerprints("m", nothing)
    assert ours == git.fingerprints("m", nothing)
    for name, value in ours.items():
        assert value.split()[1] == repo.git("rev-parse", f"HEAD:m/{name}")
    git.close()


def test_both_trees_say_the_same(repo: Repo) -> None:
    world = world_at(str(repo.path))
    assert world.work_tree is not None
    assert world.history is not None
    git = world.history.tree(repo.git("rev-parse", "HEAD"))
    ours, theirs = world.work_tree.walk("m"), git.walk("m")
    assert [n for n in ours if n.kind is Kind.FILE] == [n for n in theirs if n.kind is Kind.FILE]
    assert [(n.path, n.kind) for n in ours] == [(n.path, n.kind) for n in theirs]
    for path in ("m/a/x", "m/é/日", "m/a", "m/link", "m/gone", "m/run.sh"):
        one, other = world.work_tree.node(path), git.node(path)
        assert (one and one.kind) == (other and other.kind), path
    assert world.work_tree.read("m/é/日", 1) == git.read("m/é/日", 1) == b"\x00\xff"
    for tree in (world.work_tree, git):
        for path in ("m/gone", "m/a", "m/a\nb"):
            with pytest.raises(UnreadableError):
                tree.read(path, 10)
        assert tree.children("m/a/x") == []
        assert tree.children("gone") == []
        tree.close()


def test_a_link_is_never_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/x").write_text("x")
    (tmp_path / "top").mkdir()
    (tmp_path / "top/link").symlink_to(tmp_path / "real")
    tree = WorkTree(str(tmp_path / "top"))
    assert tree.children("link") == []
    assert tree.walk("link") == []
    assert tree.node("link/x") is None
    node = tree.node("link")
    assert node is not None
    assert node.kind is Kind.SYMLINK
    with pytest.raises(UnreadableError):
        tree.open("link")


def test_covered_files_are_not_in_git(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("m/a/x", "one")
    repo.commit()
    repo.write("m/a/model/deep/file", "bytes")
    tree = WorkTree(str(repo.path))
    before = repo.git("rev-parse", "HEAD:m/a")
    assert tree.fingerprints("m", lambda t, p: frozenset({"model"})) == {"a": f"040000 {before}"}
    assert tree.fingerprints("m", nothing) != {"a": f"040000 {before}"}


def test_a_killed_git_is_started_again(repo: Repo) -> None:
    world = world_at(str(repo.path))
    assert world.history is not None
    tree = world.history.tree(repo.git("rev-parse", "HEAD"))
    assert tree.read("m/a/x", 10) == b"one"
    tree.close()
    assert tree.read("m/a/x", 10) == b"one"
    tree.close()


def raw_tree(repo: Repo, *lines: tuple[str, bytes, str]) -> str:
    """A tree object that no git command would write."""
    body = b"".join(f"{m} ".encode() + n + b"\0" + bytes.fromhex(o) for m, n, o in lines)
    made = subprocess.run(
        ["git", "-C", repo.path, "hash-object", "-t", "tree", "-w", "--literally", "--stdin"],
        input=body,
        capture_output=True,
        check=True,
    )
    return made.stdout.decode().strip()


@pytest.mark.parametrize("names", [(b"x", b"x"), (b"..",), (b"",), (b"a/b",), (b".GIT",)])
def test_a_tree_that_fsck_would_refuse_is_not_read(repo: Repo, names: tuple[bytes, ...]) -> None:
    blob = repo.git("rev-parse", "HEAD:m/a/x")
    oid = raw_tree(repo, *(("100644", name, blob) for name in names))
    history = world_at(str(repo.path)).history
    assert history is not None
    tree = history.tree(oid)
    with pytest.raises(GitError, match="the tree"):
        tree.children("")
    tree.close()


def test_a_missing_object_is_not_an_empty_folder(repo: Repo) -> None:
    oid = raw_tree(repo, ("40000", b"m", "1" * len(repo.git("rev-parse", "HEAD"))))
    history = world_at(str(repo.path)).history
    assert history is not None
    tree = history.tree(oid)
    with pytest.raises(MissingObjectError):
        tree.children("m")
    tree.close()


def test_history(repo: Repo) -> None:
    history = world_at(str(repo.path)).history
    assert history is not None
    head = repo.git("rev-parse", "HEAD")
    for name in ("HEAD", "main", head):
        assert history.resolve(name) == head
    for name in ("", "-x", "--all", "nope", "a\nb", "HEAD:m"):
        assert history.resolve(name) is None
    absent = "1" * len(head)
    blob = repo.git("rev-parse", "HEAD:m/a/x")
    assert history.ancestry([head, absent, blob], head) == {
        **{head: Ancestry.YES, absent: Ancestry.ABSENT, blob: Ancestry.ABSENT},
    }
    assert history.ancestry([], head) == {}
    assert history.upstream() is None
    assert not history.shallow
    empty = history.empty_tree()
    assert empty.children("") == []
    empty.close()


def test_the_top_of_a_repository(repo: Repo, tmp_path: Path) -> None:
    assert find_top(str(repo.path / "m/a")) == os.path.realpath(repo.path)
    assert find_top(str(repo.path / "m/a/x")) == os.path.realpath(repo.path)
    plain = tmp_path / "plain"
    (plain / "model_registry/x-1.0.0").mkdir(parents=True)
    assert find_top(str(plain / "model_registry/x-1.0.0")) == os.path.realpath(plain)
    (tmp_path / "nothing").mkdir()
    assert find_top(str(tmp_path / "nothing")) is None


def test_a_repository_that_git_cannot_read(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / ".git").write_text("gitdir: /nonexistent\n")
    world = world_at(str(broken))
    assert world.history is None
    assert "git cannot read the repository" in world.history_reason
