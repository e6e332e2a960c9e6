"""A repository that steers git, an environment that steers git, and no git at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders import ENTRY, POLICY, Repo, good_repo
from changes import branch


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return branch(good_repo(tmp_path / "repo"))


def forbidden(repo: Repo) -> str:
    """Change a merged model; the commit."""
    raw = (repo.path / ENTRY / "model.onnx").read_bytes()
    repo.write(f"{ENTRY}/model.onnx", raw.replace(b"wine", b"beer", 1))
    return repo.commit("other bytes")


def test_replace_refs_do_not_move_the_base(repo: Repo) -> None:
    base, head = repo.git("rev-parse", "main"), forbidden(repo)
    repo.git("replace", base, head)
    assert repo.git("diff", "--stat", "main", "work") == "", "plain git is fooled"
    result = repo.check("--base", "main", "--head", "work")
    assert "version-immutable" in result.rules


def test_a_replaced_blob_is_not_read(repo: Repo) -> None:
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", "license: GPL-3.0-only")
    repo.commit()
    bad, good = (repo.git("rev-parse", f"{r}:{ENTRY}/metadata.yaml") for r in ("work", "main"))
    repo.git("replace", bad, good)
    assert "GPL" not in repo.git("show", f"work:{ENTRY}/metadata.yaml"), "plain git is fooled"
    assert "license-policy" in repo.check("--base", "main", "--head", "work").rules


def test_grafts_do_not_make_ancestors(repo: Repo) -> None:
    tip = repo.git("rev-parse", "main")
    repo.git("checkout", "--quiet", "--orphan", "other")
    repo.git("rm", "-rf", "--quiet", ".")
    orphan = repo.commit("another history")
    repo.write(".git/info/grafts", f"{orphan} {tip}\n")
    result = repo.check("--base-tip", "main", "--head", "other")
    assert "the head does not descend from the old tip" in {f["message"] for f in result.findings}


@pytest.mark.parametrize("bit", ["--assume-unchanged", "--skip-worktree"])
def test_bits_of_the_index_hide_nothing(repo: Repo, bit: str) -> None:
    repo.git("update-index", bit, f"{ENTRY}/metrics.json")
    repo.edit(f"{ENTRY}/metrics.json", "0.95", "0.99")
    assert repo.git("status", "--porcelain") == "", "git status is fooled"
    assert "version-immutable" in repo.check("--base", "main").rules


def test_ignored_files_are_seen(repo: Repo) -> None:
    repo.write(".git/info/exclude", "*\n")
    repo.add_entry("beer-1.0.0", {"metadata.yaml": b"- 1\n"})
    assert repo.git("status", "--porcelain") == "", "git status is fooled"
    assert "beer-1.0.0" in repo.check("--base", "main").report["checked"]


CONFIGURATIONS = {
    "core.fsmonitor": "{script}",
    "core.hooksPath": "{folder}",
    "core.sshCommand": "{script}",
    "diff.external": "{script}",
    "filter.x.smudge": "{script}",
    "core.pager": "{script}",
    "alias.rev-parse": "!{script}",
    "credential.helper": "{script}",
    "uploadpack.packObjectsHook": "{script}",
}


def test_configuration_of_the_repository_runs_nothing(repo: Repo, tmp_path: Path) -> None:
    marker, script = tmp_path / "marker", tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {marker}\n")
    script.chmod(0o755)
    for key, value in CONFIGURATIONS.items():
        repo.git("config", key, value.format(script=script, folder=tmp_path))
    repo.write(".gitattributes", "* filter=x diff=x\n")
    repo.git("status")
    assert marker.exists(), "plain git runs it"
    marker.unlink()
    forbidden(repo)
    marker.unlink(missing_ok=True)
    assert "version-immutable" in repo.check("--base", "main", "--head", "work").rules
    assert "version-immutable" in repo.check("--base", "main").rules
    assert not marker.exists()


@pytest.mark.parametrize(
    "name",
    [
        *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"),
        *("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CEILING_DIRECTORIES", "GIT_COMMON_DIR"),
        *("GIT_EXTERNAL_DIFF", "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE"),
    ],
)
def test_the_environment_steers_nothing(
    name: str, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbidden(repo)
    monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    result = repo.check("--base", "main", "--head", "work")
    assert result.rules == ["artifact-digest", "version-immutable"]


def test_static_rules_run_without_git(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", "license: GPL-3.0-only")
    monkeypatch.setenv("PATH", "/nonexistent")
    result = repo.check()
    assert result.rules == ["license-policy"]
    result = repo.check("--base", "main")
    assert result.code == 2
    assert "git is not installed" in result.err


def test_a_commit_of_this_repository_is_unchecked_without_git(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = "repository: https://github.com/acme/wine"
    repo.edit(f"{ENTRY}/metadata.yaml", old, 'repository: "."')
    monkeypatch.setenv("PATH", "/nonexistent")
    result = repo.check()
    assert result.code == 4
    assert [i["rule"] for i in result.report["unchecked"]] == ["source-in-history"]


def test_no_repository_at_all(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "plain", git=False)
    repo.write("registrar.toml", POLICY)
    repo.add_entry()
    assert repo.check().code == 0
    assert repo.check("--base", "main").code == 2


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "new")
    repo.write("registrar.toml", POLICY)
    repo.add_entry()
    assert repo.check().code == 0
    assert repo.check("--base", "HEAD").code == 2
    old = "repository: https://github.com/acme/wine"
    repo.edit(f"{ENTRY}/metadata.yaml", old, 'repository: "."')
    assert repo.check().rules == ["source-in-history"]


def test_a_squashed_training_commit_is_refused(repo: Repo) -> None:
    repo.write("train.py", "print('better')\n")
    gone = repo.commit("training code")
    repo.add_entry("beer-1.0.0")
    metadata = "model_registry/beer-1.0.0/metadata.yaml"
    repo.edit(metadata, "repository: https://github.com/acme/wine", 'repository: "."')
    repo.edit(metadata, "3f786850e387550fdab836ed7e6dc881de23001b", gone)
    repo.commit("entry")
    repo.git("checkout", "--quiet", "main")
    repo.git("merge", "--quiet", "--squash", "work")
    repo.commit("squashed")
    repo.git("branch", "--quiet", "-D", "work")
    assert "source-in-history" in repo.check().rules


def test_entries_of_a_tree_with_odd_modes_and_names(repo: Repo) -> None:
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'a' * 40},{ENTRY}/sub")
    blob = repo.git("hash-object", "-w", "--stdin", env={})
    repo.git("update-index", "--add", "--cacheinfo", f"120000,{blob},{ENTRY}/link")
    repo.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{ENTRY}/a\nb")
    repo.git("commit", "--quiet", "--message", "odd")
    result = repo.check("--base", "main", "--head", "work")
    messages = {f["message"] for f in result.findings if f["rule"] == "entry-files"}
    assert {"sub is a submodule", "link is a symbolic link"} <= messages
    assert any("does not survive every system" in m for m in messages)


def test_python_dash_m_with_a_planted_program(repo: Repo) -> None:
    repo.write("yaml.py", "raise SystemExit('planted')\n")
    done = subprocess.run(
        [sys.executable, "-I", "-m", "registrar", "check"],
        cwd=repo.path,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]},
        check=False,
    )
    assert (done.returncode, "planted" in done.stderr) == (0, False), done.stderr
