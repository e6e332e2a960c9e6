"""Ways around the gate that once worked: each is tried for real, and refused."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from builders import ENTRY, POLICY, Repo, good_entry, good_repo
from changes import branch

from registrar.integrations.git import tree as git_tree

EVIL = "model_registry/evil-1.0.0"
BAD = {"model.pkl": b"\x80\x04N.", "metadata.yaml": b"license: nope\n"}
OFF = 'schema_version = 1\n[rules]\nseverity = {metadata-schema = "off", card-sections = "off"}\n'


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return branch(good_repo(tmp_path / "repo"))


def evil(repo: Repo) -> str:
    """Switch rules off, add a model without papers; the commit."""
    repo.write("registrar.toml", OFF)
    repo.add_entry("evil-1.0.0", BAD)
    return repo.commit("evil")


def raw_tree(repo: Repo, lines: Sequence[tuple[str, str, str]]) -> str:
    """A tree object that no git command would write; (mode, name, object id)."""
    body = b"".join(f"{m} {n}".encode() + b"\0" + bytes.fromhex(o) for m, n, o in lines)
    return subprocess.run(
        ["git", "-C", repo.path, "hash-object", "-t", "tree", "-w", "--literally", "--stdin"],
        input=body,
        capture_output=True,
        check=True,
        text=False,
    ).stdout.decode()[:40]


def commit_tree(repo: Repo, tree: str, parent: str = "main") -> str:
    return repo.git("commit-tree", "-p", parent, "-m", "raw", tree)


def lines_of(repo: Repo, revision: str) -> list[tuple[str, str, str]]:
    listed = [line.split(None, 3) for line in repo.git("ls-tree", revision).splitlines()]
    return [(mode.lstrip("0"), name, oid) for mode, _, oid, name in listed]


@pytest.mark.parametrize(
    "argv",
    [
        ("--base", ""),
        ("--base-tip", ""),
        ("--policy-from", ""),
        ("--base", "main", "--head", ""),
        ("--base", "main", "--policy-from", ""),
        ("--base", "^main"),
        ("--base", "main", "--head", "main..work"),
    ],
)
def test_an_empty_or_odd_revision_never_drops_the_base(repo: Repo, argv: tuple[str, ...]) -> None:
    evil(repo)
    result = repo.check(*argv)
    assert result.code == 2, result.out
    assert "is no commit of this repository" in result.err


def test_a_tag_does_not_become_the_base(repo: Repo, tmp_path: Path) -> None:
    head = evil(repo)
    clone = Repo(tmp_path / "clone", git=False)
    clone.git("clone", "--quiet", str(repo.path), ".")
    repo.git("tag", "origin/main", head)
    clone.git("fetch", "--quiet", "--tags")
    assert clone.git("rev-parse", "origin/main^{commit}") == head, "plain git is fooled"
    result = clone.check("--base", "origin/main", "--head", head)
    assert result.code == 2
    assert "origin/main is ambiguous" in result.err
    assert "refs/remotes/origin/main" in result.err
    assert clone.check("--base", "refs/remotes/origin/main", "--head", head).code == 1
    assert clone.check("--base", "refs/remotes/origin/main~1", "--head", head).code == 1


def test_a_branch_that_is_called_as_a_short_hash(repo: Repo) -> None:
    short = repo.git("rev-parse", "--short", "main")
    repo.git("branch", short, evil(repo))
    result = repo.check("--base", short, "--head", "work")
    assert (result.code, "is ambiguous" in result.err) == (2, True)


def test_a_bare_repository_in_an_entry_is_not_the_judge(repo: Repo) -> None:
    evil(repo)
    inner = repo.path / EVIL
    repo.git("clone", "--quiet", "--bare", ".", f"{EVIL}/x")
    for name in ("HEAD", "config", "objects", "refs", "packed-refs"):
        if (inner / "x" / name).exists():
            (inner / "x" / name).rename(inner / name)
    result = repo.check("--base", "main", "--head", "work", EVIL)
    assert result.code == 1
    assert result.report["checked"] == ["evil-1.0.0"]
    assert repo.check(EVIL).code == 1


def test_a_git_repository_in_the_entrys_place(repo: Repo) -> None:
    repo.add_entry("beer-1.0.0")
    repo.git("init", "--quiet", "model_registry/beer-1.0.0")
    for argv in ((), ("model_registry/beer-1.0.0",), ("--base", "main")):
        messages = [f["message"] for f in repo.check(*argv).findings]
        assert "beer-1.0.0 is a submodule" in messages, argv


@pytest.mark.parametrize("root", ["model_registry/", "./model_registry", "/model_registry"])
def test_a_root_that_matches_nothing_is_no_policy(repo: Repo, root: str) -> None:
    repo.write("registrar.toml", f'[registry]\nroot = "{root}"\n')
    assert repo.check().code == 2
    assert "gate-intact" in repo.check("--base", "main").rules


@pytest.mark.parametrize("kind", ["link", "file"])
def test_a_registry_that_is_no_folder(tmp_path: Path, kind: str) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("registrar.toml", POLICY)
    repo.commit("policy")
    for name, content in BAD.items():
        repo.write(f"models/evil-1.0.0/{name}", content)
    if kind == "link":
        (repo.path / "model_registry").symlink_to("models")
    else:
        repo.write("model_registry", "x")
    repo.git("checkout", "--quiet", "-b", "work")
    repo.commit()
    for argv in (("--base", "main"), ("--base", "main", "--head", "work"), ()):
        result = repo.check(*argv)
        assert (result.code, result.rules) == (1, ["gate-intact"])
        assert "not a folder" in result.findings[0]["message"]


@pytest.mark.parametrize("mode", ["040000", "40755"])
def test_other_spellings_of_a_folders_mode(repo: Repo, mode: str) -> None:
    head = evil(repo)
    lines = [
        (mode if name == "model_registry" else m, name, oid)
        for m, name, oid in lines_of(repo, head)
    ]
    commit = commit_tree(repo, raw_tree(repo, lines))
    assert "evil-1.0.0" in repo.check("--base", "main", "--head", commit).report["checked"]


def test_a_name_that_stands_twice_in_a_tree(repo: Repo) -> None:
    lines = lines_of(repo, "main:model_registry")
    twice = raw_tree(repo, [*lines, *lines])
    outer = [(m, n, twice if n == "model_registry" else o) for m, n, o in lines_of(repo, "main")]
    result = repo.check("--base", "main", "--head", commit_tree(repo, raw_tree(repo, outer)))
    assert result.code == 70
    assert "run git fsck" in result.err


def test_a_bomb_of_shared_subtrees(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_tree, "MAX_FILES", 5_000)
    tree = raw_tree(repo, [])
    for _ in range(12):
        tree = raw_tree(repo, [("40000", str(i), tree) for i in range(10)])
    outer = raw_tree(repo, [("40000", "bomb-1.0.0", tree)])
    lines = [(m, n, outer if n == "model_registry" else o) for m, n, o in lines_of(repo, "main")]
    result = repo.check("--base", "main", "--head", commit_tree(repo, raw_tree(repo, lines)))
    assert "bomb-1.0.0 is a folder that cannot be read" in [f["message"] for f in result.findings]


def test_many_entries_that_share_one_large_subtree(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_tree, "MAX_TOTAL", 500)
    blob = repo.git("rev-parse", "main:registrar.toml")
    shared = raw_tree(repo, [("100644", f"{i:03}", blob) for i in range(200)])
    outer = raw_tree(repo, [("40000", f"a{i}-1.0.0", shared) for i in range(9)])
    lines = [(m, n, outer if n == "model_registry" else o) for m, n, o in lines_of(repo, "main")]
    head = commit_tree(repo, raw_tree(repo, lines))
    result = repo.check("--base", "main", "--head", head, "--jobs", "1")
    said = [f["message"] for f in result.findings]
    assert "a8-1.0.0 is a folder that cannot be read" in said


def test_a_partial_clone_is_incomplete_and_fetches_nothing(repo: Repo, tmp_path: Path) -> None:
    evil(repo)
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("checkout", "--quiet", "main")
    clone = Repo(tmp_path / "clone", git=False)
    url = f"file://{repo.path}"
    clone.git("clone", "--quiet", "--no-checkout", "--filter=blob:none", url, ".")
    result = clone.check("--base", "origin/main", "--head", "origin/work")
    assert result.code == 4, result.err
    assert "is not in this repository" in result.err


def test_an_amendment_by_name_never_reaches_the_identity(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("registrar.toml", POLICY)
    files = good_entry()
    for old, new in (("model.onnx", "x-model.onnx"), ("metrics.json", "x-metrics.json")):
        files[new] = files.pop(old)
        files["metadata.yaml"] = files["metadata.yaml"].replace(old.encode(), new.encode())
    repo.add_entry("wine-1.0.0", files)
    repo.commit("entry")
    assert repo.check().code == 0
    repo.git("checkout", "--quiet", "-b", "work")
    repo.edit(f"{ENTRY}/x-metrics.json", "0.95", "0.99")
    repo.write(f"{ENTRY}/x-payload/model.pkl", b"\x80\x04N.")
    messages = [f["message"] for f in repo.check("--base", "main").findings]
    assert "x-metrics.json of a merged version was changed" in messages
    assert "x-payload/model.pkl of a merged version was added" in messages


@pytest.mark.parametrize(
    "item", ["?icense", "[f]iles", "training_has?", "*.dvc", "metrics.*", "s*"]
)
def test_a_pattern_over_the_identity_is_no_policy(repo: Repo, item: str) -> None:
    repo.write("registrar.toml", f'[immutable]\namend = ["{item}"]\n')
    result = repo.check()
    assert (result.code, "is identity" in result.err) == (2, True)


def test_an_amend_list_that_names_the_artifact_does_not_free_it(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.write("registrar.toml", POLICY + '[immutable]\namend = ["model.onnx"]\n')
    repo.commit("policy")
    repo.git("checkout", "--quiet", "-B", "work")
    repo.write(f"{ENTRY}/model.onnx", b"other")
    assert "version-immutable" in repo.check("--base", "main").rules


@pytest.mark.parametrize("name", [".gitattributes", ".gitmodules", ".dvcignore"])
def test_files_beside_the_entries_that_change_their_bytes(repo: Repo, name: str) -> None:
    repo.write(f"model_registry/{name}", "wine-1.0.0/model.onnx text eol=crlf\n")
    for argv in (("--base", "main"), ()):
        assert repo.check(*argv).rules == ["gate-intact"]


@pytest.mark.parametrize("name", ["README.md", "MODEL_METADATA_SCHEMA.json"])
def test_a_folder_that_is_called_as_what_is_no_entry(repo: Repo, name: str) -> None:
    repo.write(f"model_registry/{name}/model.pkl", b"\x80\x04N.")
    if name == "README.md":
        assert "entry-name" in repo.check("--base", "main").rules
    else:
        assert "gate-intact" in repo.check("--base", "main").rules


def test_a_branch_from_before_the_policy(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    old = repo.commit("nothing yet")
    repo.write("registrar.toml", POLICY)
    repo.commit("policy")
    repo.git("checkout", "--quiet", "-b", "work", old)
    repo.add_entry()
    repo.write(".github/CODEOWNERS", "* @me\n")
    messages = [f["message"] for f in repo.check("--base", "main").findings]
    assert any("change together" in message for message in messages)


def test_a_path_does_not_hide_what_changes_together(repo: Repo) -> None:
    repo.write("registrar.toml", POLICY + "# more\n")
    repo.add_entry("beer-1.0.0")
    assert "gate-intact" in repo.check("--base", "main", ENTRY).rules


def test_a_licence_text_beside_the_entries_is_not_taken_away(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("registrar.toml", POLICY.replace('"MIT"', '"MIT", "LicenseRef-foo"'))
    repo.write("model_registry/LICENSES/LicenseRef-foo.txt", "do as you like\n")
    repo.add_entry()
    repo.add_entry("beer-1.0.0")
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", "license: LicenseRef-foo")
    repo.commit()
    repo.git("checkout", "--quiet", "-b", "work")
    repo.git("rm", "--quiet", "model_registry/LICENSES/LicenseRef-foo.txt")
    result = repo.check("--base", "main")
    assert (result.rules, result.report["checked"]) == (["license-valid"], ["wine-1.0.0"])


def test_the_environments_path_into_the_judged_tree(repo: Repo, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    repo.write("yaml.py", f"open({str(marker)!r}, 'w')\n")
    command = [sys.executable, "-c", "from registrar.cli.guard import run; run()", "check"]
    subprocess.run([*command[:-1], "--version"], cwd=repo.path, check=True, capture_output=True)
    env = os.environ | {"PYTHONPATH": str(repo.path)}
    subprocess.run([*command, str(repo.path)], cwd="/", env=env, check=True, capture_output=True)
    assert not marker.exists()
