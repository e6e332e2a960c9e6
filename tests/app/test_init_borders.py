"""Places where registrar init must not write, or not there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from adoption import adopt, done, snapshot
from builders import Repo, run


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "répo with spaces")


def refused(repo: Repo, said: str, *options: str) -> None:
    before = snapshot(repo.path)
    result = adopt(repo, *options)
    assert (result.code, result.out) == (2, ""), result
    assert said in result.err
    assert "hint" in result.err
    assert snapshot(repo.path) == before


def test_no_repository(tmp_path: Path) -> None:
    result = run("init", cwd=tmp_path)
    assert (result.code, result.out) == (2, "")
    assert "git init" in result.err
    (tmp_path / "model_registry").mkdir()
    assert run("init", cwd=tmp_path).code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["model_registry"]


def test_a_bare_repository(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "bare.git", git=False)
    repo.git("init", "--quiet", "--bare")
    refused(repo, "bare repository")


def test_a_repository_that_git_cannot_read(repo: Repo) -> None:
    repo.write(".git/HEAD", "nonsense")
    refused(repo, "git cannot read the repository")


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("registrar.toml", "registrar.toml"),
        (".github/CODEOWNERS", ".github/CODEOWNERS is a symbolic link"),
        (".github", ".github is a symbolic link"),
        ("model_registry", "model_registry is a symbolic link"),
        ("scripts", "scripts is a symbolic link"),
        ("scripts/registrar.pyz", "scripts/registrar.pyz is a symbolic link"),
    ],
)
@pytest.mark.parametrize("dangling", [True, False])
def test_links_are_refused(
    repo: Repo, tmp_path: Path, link: str, said: str, dangling: bool
) -> None:
    aim = tmp_path / "elsewhere"
    if not dangling:
        aim.mkdir()
    path = repo.path / link
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(aim)
    refused(repo, said)
    assert aim.exists() is not dangling
    assert dangling or not list(aim.iterdir())


def test_other_things_in_the_place_of_files_and_folders(repo: Repo) -> None:
    repo.write("docs", "a file")
    (repo.path / "registrar.pyz").mkdir()
    refused(repo, "docs is a file, and must be a folder")
    (repo.path / "docs").unlink()
    (repo.path / ".gitattributes").mkdir()
    refused(repo, ".gitattributes is a folder, and must be a file")
    (repo.path / ".gitattributes").rmdir()
    os.mkfifo(repo.path / ".pre-commit-config.yaml")
    refused(repo, "is a special file")


def test_a_submodule_in_the_place_of_a_folder(repo: Repo) -> None:
    Repo(repo.path / "docs")
    refused(repo, "docs is another repository")


def test_a_policy_with_a_typo(repo: Repo) -> None:
    repo.write("registrar.toml", "[artifcat]\n")
    refused(repo, "registrar.toml is not valid")


def test_wrong_options(repo: Repo) -> None:
    refused(repo, "no name of a branch", "--branch", "a..b")
    refused(repo, "is no owner", "--owner", "somebody")
    refused(repo, "is no owner", "--owner", "@a b")
    refused(repo, "not allowed with", "--no-github", "--github-event", "pull_request")


def test_from_a_sub_folder_it_goes_to_the_top(repo: Repo) -> None:
    repo.write("training/deep/train.py", "")
    said = run("init", cwd=repo.path / "training/deep")
    assert "the top of the repository" in said.out.splitlines()[0]
    assert "cd '" in said.out
    assert (repo.path / "registrar.toml").is_file()
    assert [p.name for p in (repo.path / "training/deep").iterdir()] == ["train.py"]


def test_a_worktree_and_a_submodule_are_repositories(repo: Repo, tmp_path: Path) -> None:
    repo.commit("first")
    repo.git("worktree", "add", "--quiet", "-b", "adopt", str(tmp_path / "tree"))
    tree = Repo(tmp_path / "tree", git=False)
    assert "default branch main" in adopt(tree).out
    assert (tree.path / "registrar.toml").is_file()
    assert not (repo.path / "registrar.toml").exists()
    outer = Repo(tmp_path / "outer")
    outer.git(
        "-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(repo.path), "in"
    )
    adopt(Repo(outer.path / "in", git=False))
    assert (outer.path / "in/registrar.toml").is_file()
    assert not (outer.path / "registrar.toml").exists()


READ_ONLY = """
import os, sys
from registrar.cli.main import main
from registrar.integrations.work_tree_writer import WorkTreeWriter
write = WorkTreeWriter.write
def as_nobody(self, files):  # what was read is read; nobody may not be able to read the program
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
    return write(self, files)
WorkTreeWriter.write = as_nobody
sys.exit(main(["init"]))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("closed", ["the top", "a folder of the third file"])
def test_a_read_only_work_tree(repo: Repo, closed: str) -> None:
    for folder in (repo.path, *repo.path.parents):
        if folder.owner() == "root" and str(folder).count("/") > 1:
            folder.chmod(0o755)
    path = "registrar.toml"
    if closed != "the top":
        (repo.path / "scripts").mkdir(mode=0o755)
        os.chown(repo.path, 65534, 65534)
        (Path.home() / ".gitconfig").write_text("[safe]\n\tdirectory = *\n", encoding="utf-8")
        path = "scripts/registrar.pyz"
    command = [sys.executable, "-c", READ_ONLY]
    ran = subprocess.run(command, cwd=repo.path, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (70, ""), ran
    assert f"{path} cannot be written: Permission denied" in ran.stderr
    assert "nothing was changed" in ran.stderr
    left = [p for p in repo.path.rglob("*") if ".git" not in p.parts]
    assert left == ([repo.path / "scripts"] if closed != "the top" else [])


@pytest.mark.parametrize(
    ("make", "branch", "said"),
    [
        (("checkout", "-q", "-b", "work"), "main", "a branch of that name is here"),
        (("checkout", "-q", "--detach"), "main", "a branch of that name is here"),
        (("branch", "-m", "main", "trunk"), "trunk", "the only branch"),
        (("config", "init.defaultBranch", "main"), "main", "the only branch"),
    ],
)
def test_the_default_branch(repo: Repo, make: tuple[str, ...], branch: str, said: str) -> None:
    repo.commit("first")
    repo.git(*make)
    assert f"default branch {branch} ({said})" in adopt(repo, "--dry-run").out


def test_the_default_branch_that_git_was_told(repo: Repo) -> None:
    repo.commit("first")
    repo.git("branch", "--move", "main", "develop")
    repo.git("checkout", "--quiet", "-b", "work")
    assert "default branch work (the branch that is checked out)" in adopt(repo, "--dry-run").out
    repo.git("config", "init.defaultBranch", "develop")
    assert "default branch develop (init.defaultBranch)" in adopt(repo, "--dry-run").out
    repo.git("config", "--unset", "init.defaultBranch")
    repo.git("checkout", "--quiet", "--detach")
    assert "default branch main (a guess" in adopt(repo, "--dry-run").out
    assert "default branch x/y (--branch)" in adopt(repo, "--dry-run", "--branch", "x/y").out


def test_the_default_branch_of_the_remote(repo: Repo, tmp_path: Path) -> None:
    repo.commit("first")
    repo.git("branch", "--move", "main", "production")
    clone = Repo(tmp_path / "clone", git=False)
    clone.git("clone", "--quiet", str(repo.path), ".")
    clone.git("checkout", "--quiet", "-b", "main")
    said = adopt(clone, "--dry-run").out
    assert "default branch production (the default branch of origin)" in said
    assert "merge it into production" in said


def test_a_file_that_changes_in_between_is_not_overwritten(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stands in for somebody who writes at the same time; nothing real does so on demand."""
    import registrar.app.init as service

    decide = service.decide

    def and_then(*arguments: object) -> object:
        repo.write("registrar.toml", "# somebody's\n")
        return decide(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "decide", and_then)
    result = adopt(repo)
    assert result.code == 70
    assert "registrar.toml cannot be written: File exists" in result.err
    assert snapshot(repo.path) == {"registrar.toml": (0o100644, b"# somebody's\n")}


def test_hostile_names_are_escaped(repo: Repo) -> None:
    repo.write("registrar.toml", '[registry]\nroot = "model_registry"\n# \x1b[31m\n')
    (repo.path / "registrar.toml").unlink()
    repo.write(".github/workflows/model-registry.yml", "name: \x1b[31mred\u202e\n")
    said = adopt(repo).out
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert done(repo)[".github/workflows/model-registry.yml"] == "differs"
