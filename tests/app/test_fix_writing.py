"""What ``registrar fix`` writes and shows: files, staged changes, the diff and the JSON."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import fixing
import pytest
from builders import ENTRY, POLICY, Repo, good_entry, good_repo, run
from fixing import METADATA, SIZE, fix, texts

repo = fixing.repo


def test_what_is_staged_stays_staged(tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    repo.edit(METADATA, "license: Apache-2.0", "license: apache-2.0")
    repo.git("add", "--all")
    staged = repo.git("diff", "--cached")
    assert "nothing was staged or committed" in fix(repo).out
    assert repo.git("diff", "--cached") == staged
    assert "+license: Apache-2.0" in repo.git("diff")


def test_diff_writes_nothing_and_is_what_fix_does(repo: Repo) -> None:
    repo.edit(METADATA, "license: Apache-2.0", "license: apache-2.0 # ü")
    repo.edit(METADATA, SIZE, "")
    before = texts(repo)
    shown = fix(repo, "--diff")
    assert texts(repo) == before
    assert (shown.code, shown.err.count("would mend")) == (0, 2)
    fixed = Repo(repo.path.parent / "fixed", git=False)
    for path, raw in before.items():
        fixed.write(path, raw)
    fix(repo)
    (repo.path.parent / "diff").write_text(shown.out, encoding="utf-8", newline="")
    fixed.git("init", "--quiet")
    fixed.git("apply", str(repo.path.parent / "diff"))
    assert texts(fixed) == texts(repo)
    assert fix(repo, "--diff").out == ""


def test_the_diff_is_utf_8_in_every_locale(repo: Repo) -> None:
    repo.edit(METADATA, "license: Apache-2.0", "license: apache-2.0 # ü日")
    done = subprocess.run(
        [sys.executable, "-m", "registrar", "fix", "--diff"],
        cwd=repo.path,
        env=os.environ | {"PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=False,
    )
    assert "+license: Apache-2.0 # ü日\n".encode() in done.stdout


def test_the_json_is_versioned_and_says_all(repo: Repo) -> None:
    repo.edit(METADATA, "license: Apache-2.0", "license: apache-2.0")
    report = fix(repo, "--diff", "--format", "json").report
    assert report["diff"].startswith("diff --git a/model_registry/")
    assert (report["fix_version"], report["written"]) == (1, False)
    report = fix(repo, "--format", "json").report
    assert report.pop("tool")["name"] == "registrar"
    (applied,) = report.pop("applied")
    assert report == {
        "fix_version": 1, "written": True, "exit_code": 0, "found": 1, "refused": [], "left": 0,
        "files": [METADATA], "diff": None,
    }  # fmt: skip
    assert applied == {
        "rule": "license-valid", "entry": "wine-1.0.0", "path": METADATA, "line": 8, "column": 10,
        "message": '"apache-2.0" is Apache-2.0 on the SPDX list', "title": "write Apache-2.0",
    }  # fmt: skip


def test_nothing_to_check_and_a_broken_policy(repo: Repo) -> None:
    assert (fix(repo, "elsewhere").code, fix(repo, "elsewhere").out.count("holds no entry")) == (
        3,
        1,
    )
    repo.write("registrar.toml", "no policy")
    assert fix(repo).code == 2


def test_a_bare_repository_has_nothing_to_mend(tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    repo.git("clone", "--quiet", "--bare", str(repo.path), str(tmp_path / "bare.git"))
    result = run("fix", cwd=tmp_path / "bare.git")
    assert result.code == 2
    assert "run it in a clone" in result.err


def test_files_behind_links_are_not_mended(repo: Repo, tmp_path: Path) -> None:
    repo.edit(METADATA, "license: Apache-2.0", "license: apache-2.0")
    (repo.path / METADATA).rename(tmp_path / "outside.yaml")
    (repo.path / METADATA).symlink_to(tmp_path / "outside.yaml")
    before = (tmp_path / "outside.yaml").read_bytes()
    assert fix(repo).code == 1
    assert (tmp_path / "outside.yaml").read_bytes() == before
    assert (repo.path / METADATA).is_symlink()


AS_NOBODY = """
import contextlib, io, os, sys, traceback
from registrar.cli.main import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    main(["fix", "--diff"])  # loads all that it needs, from folders that nobody may not read
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.exit(main(["fix", *sys.argv[1:]]))
"""


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that another user reaches; pytest closes its own whenever it starts."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_work_tree_that_cannot_be_written(public: Path) -> None:
    repo = Repo(public / "repo", git=False)
    repo.write("registrar.toml", POLICY)
    repo.add_entry()
    repo.edit(METADATA, "license: Apache-2.0", "license: apache-2.0")
    before = texts(repo)

    def as_nobody(*argv: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", AS_NOBODY, *argv]
        return subprocess.run(command, cwd=repo.path, capture_output=True, text=True, check=False)

    done = as_nobody()
    assert done.returncode == 70, done.stderr
    assert f"{METADATA} cannot be written: Permission denied" in done.stderr
    assert "nothing was changed" in done.stderr
    assert texts(repo) == before
    assert "+license: Apache-2.0" in as_nobody("--diff").stdout


def test_good_entries_are_left_as_they_are(repo: Repo) -> None:
    before = {path: os.stat(repo.path / path).st_mtime_ns for path in texts(repo)}
    assert fix(repo).code == 0
    assert {path: os.stat(repo.path / path).st_mtime_ns for path in texts(repo)} == before
    assert set(good_entry()) <= {path.removeprefix(f"{ENTRY}/") for path in before}
