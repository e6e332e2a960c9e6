"""``registrar add`` on a terminal: asks for what is missing, and takes nothing that nobody said."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from adoption import snapshot
from builders import GIT_ENV, ONNX, POLICY, Repo, run
from terminal import talk

DATA = ("--dataset", "wine.csv", "--dataset-version", "1.0", "--dataset-license", "CC-BY-4.0")
GIVEN = ("--name", "wine", "--version", "1.0.0", "--license", "MIT")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "r")
    repo.write("registrar.toml", POLICY)
    repo.write("wine.csv", "a,b\nx,2\n")
    repo.commit("code")
    (tmp_path / "wine.onnx").write_bytes(ONNX)
    return repo


def ask(repo: Repo, *answers: bytes, options: tuple[str, ...] = ()) -> tuple[int, str]:
    return talk(("add", "../wine.onnx", *options), answers, repo.path, GIT_ENV)


def entry(repo: Repo, folder: str) -> tuple[dict[str, object], dict[str, object]]:
    path = repo.path / "model_registry" / folder
    names = ("metadata.yaml", "dataset-manifest.yaml")
    metadata, manifest = (yaml.safe_load((path / name).read_text()) for name in names)
    return metadata, manifest


def test_all_that_is_missing_is_asked_in_order(repo: Repo) -> None:
    typed = (b"\n", b"\n", b"MIT\n", b"wine.csv\n", b"\n", b"2026.10.0\n", b"CC-BY-4.0\n")
    typed += (b"ada@example.org\n",)
    code, shown = ask(repo, *typed)
    assert code == 1, shown
    assert "Name of the model [wine, as the file; Enter takes it]: " in shown
    assert "Version of this entry [1.0.0, the first one; Enter takes it]: " in shown
    assert "added model_registry/wine-1.0.0\n" in shown
    assert "Name of the dataset" not in shown, "its one file is called wine"
    assert "Another one, such as test=data/test.csv? [Enter: go on]: " in shown
    metadata, manifest = entry(repo, "wine-1.0.0")
    assert metadata["license"] == "MIT"
    assert metadata["owners"] == [{"name": "ada@example.org", "contact": "ada@example.org"}]
    assert (manifest["name"], manifest["version"]) == ("wine", "2026.10.0")
    assert manifest["license"] == "CC-BY-4.0"


def test_what_the_last_version_says_is_shown_and_may_be_taken(repo: Repo) -> None:
    assert run("add", "../wine.onnx", *GIVEN, *DATA, cwd=repo.path).code == 1
    options = ("--name", "wine", "--dataset", "wine.csv")
    code, shown = ask(repo, b"\n", b"\n", b"2.0\n", b"\n", b"\n", options=options)
    assert code == 1, shown
    assert "[1.1.0, after 1.0.0; Enter takes it]" in shown
    assert "[MIT, as wine-1.0.0; Enter takes it]" in shown
    assert "[1.0, as wine-1.0.0; Enter takes it]" in shown
    metadata, manifest = entry(repo, "wine-1.1.0")
    assert metadata["license"] == "MIT"
    assert (manifest["version"], manifest["license"]) == ("2.0", "CC-BY-4.0")


def test_without_a_terminal_and_with_yes_nothing_of_that_is_taken(repo: Repo) -> None:
    assert run("add", "../wine.onnx", *GIVEN, *DATA, cwd=repo.path).code == 1
    before = snapshot(repo.path)
    options = ("--name", "wine", "--dataset", "wine.csv")
    code, shown = ask(repo, options=(*options, "--yes"))
    said = run("add", "../wine.onnx", *options, cwd=repo.path)
    assert (code, said.code) == (2, 2)
    for told in (shown, said.err):
        assert "--version, --license, --dataset-version, --dataset-license\n" in told
    line = "registrar add ../wine.onnx --name wine --dataset wine.csv --version VERSION "
    line += "--license LICENSE --dataset-version DATA-VERSION --dataset-license DATA-LICENSE\n"
    assert f"= hint: {line}" in said.err
    assert snapshot(repo.path) == before


def test_an_answer_that_cannot_be_is_asked_again(repo: Repo) -> None:
    typed = (b"Wine!\n", b"wine\n", b"1.0\n", b"\xff\n", b"1.0.0\n", b"Apache 2\n", b"MIT\n")
    typed += (b"nothing.csv\n", b"wine.csv\n", b"\n")
    typed += (b"\n", b"1\n", b"\n", b"none\n", b"MIT\n", b"\n")
    code, shown = ask(repo, *typed)
    assert code == 1, shown
    for told in (
        "is no name of an entry",
        "is free text",
        "there is no nothing.csv",
        "nothing was",
    ):
        assert told in shown
    assert entry(repo, "wine-1.0.0")[1]["version"] == "1"


def test_several_files_their_splits_and_what_they_are_of(repo: Repo) -> None:
    repo.write("data/train.csv", "a,b\nx,2\n")
    repo.write("data/test.csv", "a,b\nx,3\n")
    repo.commit("data")
    typed = (b"train=data/train.csv\n", b"test=data/no.csv\n", b"test=data/test.csv\n", b"\n")
    typed += (b"\n", b"wine\n", b"1\n", b"MIT\n", b"\n")
    code, shown = ask(repo, *typed, options=GIVEN)
    assert code == 1, shown
    assert "there is no data/no.csv" in shown
    assert "Name of the dataset, of which the files are parts: " in shown, "train names a split"
    assert "[Enter: the card's contact is left to write]: " in shown
    metadata, manifest = entry(repo, "wine-1.0.0")
    assert manifest["name"] == "wine"
    files = manifest["files"]
    assert isinstance(files, list)
    assert [(one["path"], one["split"]) for one in files] == [
        ("data/train.csv", "train"),
        ("data/test.csv", "test"),
    ]
    assert "owners" not in metadata
    typed = (b"\n", b"wine.csv\n", b"data/test.csv\n", b"\n", b"\n", b"\n", b"\n", b"a@b.org\n")
    code, shown = ask(repo, *typed, options=(*GIVEN[:2], *GIVEN[4:]))
    assert "[wine, as wine-1.0.0; Enter takes it]" in shown
    assert entry(repo, "wine-1.1.0")[1]["name"] == "wine"


def test_the_owner_of_the_last_version_is_shown(repo: Repo) -> None:
    assert run("add", "../wine.onnx", *GIVEN, *DATA, "--owner", "Ada", cwd=repo.path).code == 1
    _, shown = ask(repo, b"\n", options=(*GIVEN[:2], *GIVEN[4:], *DATA, "--version", "1.1.0"))
    assert "Who answers for the model: an address or a name [Ada, as wine-1.0.0; Enter" in shown
    assert entry(repo, "wine-1.1.0")[0]["owners"] == [{"name": "Ada"}]


def test_after_three_of_them_it_ends(repo: Repo) -> None:
    before = snapshot(repo.path)
    code, shown = ask(repo, *[b"Apache 2\n"] * 3, options=(*GIVEN[:4], *DATA))
    assert code == 2
    assert "no answer to: Licence of the weights" in shown
    assert "give --license LICENSE; nothing was changed" in shown
    assert snapshot(repo.path) == before


@pytest.mark.parametrize(("key", "code", "said"), [(b"\x03", 130, "interrupted"), (b"\x04", 2, "")])
def test_ctrl_c_and_ctrl_d_leave_nothing_behind(
    repo: Repo, key: bytes, code: int, said: str
) -> None:
    before = snapshot(repo.path)
    found, shown = ask(repo, b"wine\n", key)
    assert (found, said in shown) == (code, True), shown
    assert "Traceback" not in shown
    assert snapshot(repo.path) == before


def test_what_a_file_suggests_is_escaped(repo: Repo, tmp_path: Path) -> None:
    """A licence of the tree that would act on the terminal."""
    assert run("add", "../wine.onnx", *GIVEN, *DATA, cwd=repo.path).code == 1
    manifest = repo.path / "model_registry/wine-1.0.0/dataset-manifest.yaml"
    text = manifest.read_text().replace("license: CC-BY-4.0", 'license: "a\\u202eb"')
    manifest.write_text(text)
    _, shown = ask(repo, b"\x03", options=(*GIVEN[:2], "--version", "2.0.0", "--license", "MIT"))
    assert "\u202e" not in shown


def test_no_questions_into_a_file(repo: Repo, tmp_path: Path) -> None:
    """stdin is a terminal, stderr is not: nobody would see the question."""
    import os
    import pty
    import subprocess
    import sys

    ours, theirs = pty.openpty()
    with (tmp_path / "err").open("wb") as err:
        command = [sys.executable, "-m", "registrar", "add", "../wine.onnx"]
        done = subprocess.run(
            command, stdin=theirs, stderr=err, cwd=repo.path, timeout=60, check=False
        )
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 2
    assert "needs more than is known" in (tmp_path / "err").read_text()
