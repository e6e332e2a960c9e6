"""registrar doctor and attributes of git: no byte of an entry changes on its way to a work tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import Repo, run
from doctored import Said, copy_of, offline

from registrar.app.doctoring import attributes


@pytest.fixture
def repo(made: Repo, tmp_path: Path) -> Repo:
    return copy_of(made, tmp_path / "registry")


def test_attributes_are_asked_of_git(repo: Repo) -> None:
    before = (repo.path / ".gitattributes").read_text()
    repo.write(".gitattributes", before + "*.onnx filter=lfs\n")
    assert "filter is lfs" in offline(repo.path).told("attributes")
    repo.write(".gitattributes", "*.onnx filter=lfs\n" + before)
    assert offline(repo.path).state("attributes") == "holds"
    repo.write(".git/info/attributes", "*.json text\n")
    assert "text is set" in offline(repo.path).told("attributes")
    repo.write(".git/info/attributes", "*.md working-tree-encoding=UTF-16\n")
    assert "working-tree-encoding is UTF-16" in offline(repo.path).told("attributes")
    repo.write(".git/info/attributes", "")
    repo.git("rm", "--quiet", "--force", ".gitattributes")  # git reads it from the index, too
    assert "attributes" in offline(repo.path).bad


def test_attributes_are_asked_for_every_file(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(60):
        for name in "abcdefghij":
            repo.write(f"model_registry/aa-1.0.{number}/{name}", "")
    repo.write("model_registry/zz-1.0.0/é:\n.odd", "")
    assert offline(repo.path).state("attributes") == "holds"
    before = (repo.path / ".gitattributes").read_text()
    repo.write(".gitattributes", before + "/model_registry/zz-1.0.0/* text eol=crlf\n")
    assert "zz-1.0.0" in offline(repo.path).told("attributes")
    repo.write(".gitattributes", before)
    monkeypatch.setattr(attributes, "_MOST", 600)  # in place of many thousand files
    assert "more than 600 files" in offline(repo.path).told("attributes")
    assert offline(repo.path).unseen == ["attributes"]


@pytest.mark.parametrize("name", ["*.joblib", "*.gz", "*.keras", "NOTICE", "*.pt", "*.tflite"])
def test_attributes_of_files_that_are_not_there_yet(repo: Repo, name: str) -> None:
    before = (repo.path / ".gitattributes").read_text()
    repo.write(".gitattributes", f"{before}{name} text\n")
    assert "text is set for model_registry/<entry>/" in offline(repo.path).told("attributes")


def edited(repo: Repo, after: str, before: str = "", path: str = ".gitattributes") -> Said:
    """What is said when lines stand after ours, or before them, or in a file of their own."""
    there = (repo.path / path).read_text() if (repo.path / path).exists() else ""
    repo.write(path, before + there + after)
    return offline(repo.path)


@pytest.mark.parametrize(
    "line",
    [
        "a.secret filter=lfs",
        "model_registry/*/weird[0-9] text",
        "model_registry/not-there-yet-2.0.0/** text=auto",
        "**/*.éé ident",
        "[Mm]odel_registry/*/x -text=auto !ident",
        "*.never binary\n*.never text",
        "[attr]media filter=lfs -text\n*.clip media",
        "[attr]inner text=auto\n[attr]outer inner\n*.clip outer",
        "[attr]binary text\n*.clip binary",
        "*.utf16 working-tree-encoding=UTF-16LE",
        "*.odd text=unset",
    ],
)
def test_no_name_that_nobody_thought_of_is_changed(repo: Repo, line: str) -> None:
    said = edited(repo, f"{line}\n")
    assert (said.code, said.bad) == (1, ["attributes"])
    number = len((repo.path / ".gitattributes").read_text().splitlines())
    assert f".gitattributes:{number}: {line.splitlines()[-1]}" in said.told("attributes")


@pytest.mark.parametrize(
    "line",
    [
        "docs/** text",
        "*.never diff=csv -merge",
        "* eol=crlf",  # means nothing beside -text
        "/src/*.py text eol=lf",
        "models/ text",
        "# *.never text",
        "!*.never text",
        "/model_registry text",
        "*.clip binary -filter -ident",
    ],
)
def test_lines_that_change_nothing_there_are_fine(repo: Repo, line: str) -> None:
    said = edited(repo, f"{line}\n")
    assert (said.code, said.state("attributes")) == (0, "holds"), said.told("attributes")
    assert "by whatever name" in said.told("attributes")


@pytest.mark.parametrize(
    "lines", ["* text=auto eol=lf\n", "*.never filter=lfs\n", "[attr]media filter=lfs\n* media\n"]
)
def test_what_stands_before_our_lines_is_overruled(repo: Repo, lines: str) -> None:
    said = edited(repo, "", before=lines)
    assert (said.code, said.state("attributes")) == (0, "holds"), said.told("attributes")


def test_an_encoding_is_not_overruled_by_our_line(repo: Repo) -> None:
    said = edited(repo, "", before="*.never working-tree-encoding=UTF-16\n")
    (line,) = said.lines("attributes")
    assert ".gitattributes:1: *.never working-tree-encoding=UTF-16" in line["details"]
    mended = line["fix"].partition(": ")[2]
    assert edited(repo, f"{mended}\n").state("attributes") == "holds"


@pytest.mark.parametrize(
    ("path", "line", "fix"),
    [
        (".git/info/attributes", "*.never text\n", "take the lines out of .git/info/attributes"),
        ("model_registry/a-1.0.0/.gitattributes", "x text\n", "model_registry/a-1.0.0/.gitattri"),
        ("model_registry/a-1.0.0/b/.gitattributes", "/x text\n", "/b/.gitattributes"),
        ("model_registry/.gitattributes", "*.never filter=x\n", "model_registry/.gitattributes"),
    ],
)
def test_files_that_win_over_ours(repo: Repo, path: str, line: str, fix: str) -> None:
    said = edited(repo, line, path=path)
    assert "attributes" in said.bad
    assert f"{path}:1: {line.strip()}" in said.told("attributes")
    assert fix in said.lines("attributes")[0]["fix"]


def test_attributes_of_the_user_count_for_what_ours_leave_open(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.write("../mine", "* text\n*.never filter=lfs\n")
    repo.git("config", "core.attributesFile", str(tmp_path / "mine"))
    assert offline(repo.path).state("attributes") == "holds"
    repo.write("../mine", "*.never working-tree-encoding=UTF-16\n")
    assert f"{tmp_path / 'mine'}:1: *.never" in offline(repo.path).told("attributes")
    repo.git("config", "--unset", "core.attributesFile")
    assert offline(repo.path).state("attributes") == "holds"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    repo.write("../xdg/git/attributes", "*.never working-tree-encoding=UTF-16\n")
    assert offline(repo.path).state("attributes") == "does not"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    repo.write("../home/.config/git/attributes", "*.never working-tree-encoding=UTF-16\n")
    assert offline(repo.path).state("attributes") == "does not"


def test_a_root_in_a_folder_and_what_lies_on_the_way(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r")
    repo.write("registrar.toml", 'schema_version = 1\n[registry]\nroot = "ml ops/caf\u00e9"\n')
    repo.commit("policy")
    assert run("init", cwd=repo.path).code == 0
    repo.commit("gate")
    assert offline(repo.path).state("attributes") == "holds"
    assert edited(repo, "*.never text\n", path="ml ops/other/.gitattributes").state(
        "attributes"
    ) == ("holds")
    assert edited(repo, "x?/* text\n", path="ml ops/.gitattributes").state("attributes") == "holds"
    said = edited(repo, "caf??/x/* text\n", path="ml ops/.gitattributes")  # bytes, not characters
    assert "ml ops/.gitattributes:2: caf??/x/* text" in said.told("attributes")


def test_lines_that_are_not_known_to_mean_everything_are_looked_at_by_a_person(repo: Repo) -> None:
    repo.write(".gitattributes", "[m]odel_registry/** -text -filter -ident\n")
    said = offline(repo.path)
    assert (said.unseen, said.bad) == (["attributes"], [])
    assert "text, filter, ident" in said.told("attributes")
    assert "model_registry/** -text -filter -ident" in said.lines("attributes")[0]["fix"]


def test_what_is_committed_counts_too(repo: Repo) -> None:
    ours = (repo.path / ".gitattributes").read_text()
    repo.write(".gitattributes", f"{ours}*.never text\n")
    repo.commit("weaken")
    repo.write(".gitattributes", ours)
    said = offline(repo.path)
    assert "HEAD:.gitattributes:" in said.told("attributes")
    repo.write(".gitattributes", "")
    repo.commit("empty")
    repo.write(".gitattributes", ours)
    said = offline(repo.path)
    assert "is not committed" in said.told("attributes")
    assert said.bad == ["attributes"]


@pytest.mark.parametrize("kind", ["link", "binary", "large", "loop", "work"])
def test_attributes_that_cannot_be_followed_never_hold(repo: Repo, kind: str) -> None:
    path = repo.path / ".git/info/attributes"
    path.parent.mkdir(exist_ok=True)
    if kind == "link":
        path = repo.path / "model_registry/.gitattributes"
        path.symlink_to("elsewhere")
    elif kind == "loop":
        path.symlink_to("attributes")
    elif kind == "work":
        chain = "".join(f"[attr]m{n} m{n + 1}\n" for n in range(20_000))
        path.write_text(chain + "*.never m0\n" * 100)
    else:
        path.write_bytes(b"\0" if kind == "binary" else b"#" * 1_100_000)
    said = offline(repo.path)
    assert said.unseen == ["attributes"], said.told("attributes")


def test_a_merge_driver_is_advice(repo: Repo) -> None:
    said = edited(repo, "CHANGELOG.md merge=union\n")
    assert (said.code, said.state("attributes")) == (0, "holds")
    assert said.state("attributes-merge") == "does not"
    assert "CHANGELOG.md merge=union" in said.told("attributes-merge")
    assert edited(repo, "* -merge\n").lines("attributes-merge") == []
