"""The next steps of ``registrar add``: pasted into a shell as they are printed, they do it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from added import commands
from builders import GIT_ENV, ONNX, POLICY, Repo, run
from tracked import NETWORK, dvc

pytestmark = pytest.mark.filterwarnings("ignore")  # those of DVC's libraries
SENTENCE = "It tells three cultivars of wine apart by thirteen chemical measurements of each."
OPTIONS = (
    *("--name", "wine", "--version", "1.0.0", "--license", "Apache-2.0", "--metrics", "m.json"),
    *("--dataset", "wine.csv", "--dataset-version", "1.0", "--dataset-license", "CC-BY-4.0"),
    *("--owner", "ada@example.org"),
)
NAME = "mo del's $(touch x).onnx"
"""A file name that does something in a shell unless it is quoted."""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "r")
    repo.write("registrar.toml", POLICY + NETWORK)
    repo.write("wine.csv", "a,b\nx,2\n")
    repo.write("m.json", '{"test": {"accuracy": 0.95}}\n')
    repo.commit("code")
    (tmp_path / NAME).write_bytes(ONNX)
    return repo


def paste(repo: Repo, lines: list[str], folder: Path | None = None) -> str:
    """Run the lines in a shell that stops at the first failure."""
    bin_ = Path(sys.executable).parent
    (repo.path.parent / "bin").mkdir(exist_ok=True)
    editor = repo.path.parent / "bin/editor"
    editor.write_text(f"#!/bin/sh\nsed -i 's/\\[to be written\\]/{SENTENCE}/' \"$1\"\n")
    editor.chmod(0o755)
    (repo.path.parent / "bin/registrar").write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -I -m registrar "$@"\n'
    )
    (repo.path.parent / "bin/registrar").chmod(0o755)
    env = dict(os.environ) | GIT_ENV | {"EDITOR": str(editor), "DVC_NO_ANALYTICS": "1"}
    env |= {"PATH": f"{repo.path.parent / 'bin'}:{bin_}:{env['PATH']}"}
    env |= {"DVC_SITE_CACHE_DIR": str(repo.path.parent / "site")}
    script = "set -e\n" + "\n".join(lines)
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        cwd=folder or repo.path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("below", ["", "notebooks/deep"])
def test_behind_dvc_from_any_folder(repo: Repo, below: str) -> None:
    dvc(repo.path, "init", "--quiet")
    dvc(repo.path, "remote", "add", "--quiet", "--default", "storage", "../remote")
    (repo.path / "notebooks/deep").mkdir(parents=True)
    folder = repo.path / below
    options = [word.replace("wine.csv", str(repo.path / "wine.csv")) for word in OPTIONS]
    options = [word.replace("m.json", str(repo.path / "m.json")) for word in options]
    said = run("add", str(repo.path.parent / NAME), *options, "--dvc", cwd=folder)
    assert said.code == 1, said.err
    typed = commands(said.out)
    assert [line.split()[0] for line in typed] == [
        "${EDITOR:-vi}",
        "registrar",  # judged again
        *("git", "git"),  # the configuration of DVC
        *("git", "git"),  # the entry
        *("dvc", "registrar"),
    ]
    out = paste(repo, typed, folder)
    assert out.count("PASS: 1 entry checked, no findings") == 2
    assert repo.git("status", "--short") == ""
    assert repo.git("log", "--format=%s", "-2") == "Add wine 1.0.0\nSet up DVC"
    files = repo.git("ls-files", "-z", "model_registry").split("\0")
    assert f"model_registry/wine-1.0.0/{NAME}.dvc" in files
    assert "model_registry/wine-1.0.0/.gitignore" in files
    assert not (folder / "x").exists()


def test_in_git_nothing_is_pushed_and_what_git_ignores_is_forced(repo: Repo) -> None:
    repo.edit("registrar.toml", '"10 MiB"', '"1 KiB"')
    repo.write(".gitignore", "*.onnx\n*.json\n")
    repo.commit("ignored")
    said = run("add", f"../{NAME}", *OPTIONS, "--no-dvc", cwd=repo.path)
    assert "error[artifact-size]" in said.out
    assert "mend what else is told above, and judge it again" in said.out
    typed = commands(said.out)
    assert [line.split()[0] for line in typed] == ["${EDITOR:-vi}", "registrar", *["git"] * 3]
    paste(repo, [line for line in typed if line.startswith(("git", "$"))])
    assert repo.git("status", "--short", "--ignored=no") == ""
    files = repo.git("ls-files", "-z", "model_registry").split("\0")
    assert f"model_registry/wine-1.0.0/{NAME}" in files
    assert "model_registry/wine-1.0.0/metrics.json" in files


def test_only_what_is_still_to_be_done(repo: Repo) -> None:
    dvc(repo.path, "init", "--quiet")
    dvc(repo.path, "remote", "add", "--quiet", "--default", "storage", "../remote")
    repo.commit("dvc")
    run("add", f"../{NAME}", *OPTIONS, cwd=repo.path)
    card = (repo.path / "model_registry/wine-1.0.0/MODEL_CARD.md").read_text()
    repo.write("card.md", card.replace("[to be written]", SENTENCE).replace("1.0.0", "1.1.0"))
    again = (*OPTIONS, "--dvc", "--version", "1.1.0", "--card", "card.md", "--push")
    said = run("add", f"../{NAME}", *again, cwd=repo.path)
    assert said.code == 0, said.out + said.err
    entry = "model_registry/wine-1.1.0"
    assert commands(said.out) == [
        f"git add -- {entry}",
        f"git commit --message 'Add wine 1.1.0' -- {entry}",
    ]


def test_without_a_remote_it_says_so(repo: Repo) -> None:
    dvc(repo.path, "init", "--quiet")
    repo.commit("dvc")
    said = run("add", f"../{NAME}", *OPTIONS, "--dvc", cwd=repo.path)
    assert "name a remote for DVC" in said.out
    assert commands(said.out)[-2].startswith("dvc push 'model_registry/wine-1.0.0/mo del'")
