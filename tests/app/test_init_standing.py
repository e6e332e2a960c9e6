"""Lines of somebody that stand where init would put ours, or win over them: told, never lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from adoption import adopt, done, snapshot
from builders import Repo, run

from registrar.reading.codeowners import read_codeowners

GITHUB, GITLAB = ".github/CODEOWNERS", ".gitlab/CODEOWNERS"
ON_GITLAB = ("--no-github", "--gitlab")
HEADING = "[Model registry gate]"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def told(repo: Repo, path: str, *options: str) -> tuple[str, str]:
    report = adopt(repo, "--format", "json", *options).report
    (file,) = [file for file in report["files"] if file["path"] == path]
    return file["done"], file["told"]


def needed(repo: Repo, path: str, section: str | None = None) -> tuple[str, ...]:
    """Who must approve a change of a path, in a section that is required."""
    read = read_codeowners((repo.path / GITLAB).read_bytes(), gitlab=True)
    owners: tuple[str, ...] = ()
    for name in {"", *read.sections} - read.optional:
        entry = read.entry_of(path, name)
        owners += entry.owners if entry is not None and section in (None, name) else ()
    return owners


def test_an_owner_who_stands_is_told(repo: Repo) -> None:
    adopt(repo, "--owner", "@acme/ml")
    before = snapshot(repo.path)
    state, said = told(repo, GITHUB, "--owner", "@other")
    assert (state, snapshot(repo.path)) == ("same", before)
    assert said == (
        "line 2: @acme/ml stands for /registrar.toml and 14 more lines, and @other was not written "
        f"there: edit {GITHUB} to change that"
    )
    assert said in adopt(repo, "--owner", "@other").out
    assert told(repo, GITHUB, "--owner", "@acme/ml") == ("same", "")
    assert told(repo, GITHUB) == ("same", "")


def test_an_owner_of_one_line_is_told_beside_what_is_added(repo: Repo) -> None:
    repo.write(GITHUB, "/registrar.toml @devops # theirs\n/waivers.yaml\t@lee  @devops\n")
    state, said = told(repo, GITHUB, "--owner", "@acme/ml")
    assert state == "added"
    assert [line.partition(" stands for ")[0] for line in said.splitlines()] == [
        *("line 1: @devops", "line 2: @lee @devops"),
    ]
    text = (repo.path / GITHUB).read_text("utf-8")
    assert text.startswith("/registrar.toml @devops # theirs\n/waivers.yaml\t@lee  @devops\n\n#")
    assert "/registrar.toml @acme/ml" not in text


@pytest.mark.parametrize(
    "line", ["/registrar.toml", "/registrar.toml # nobody", "/registrar.toml x"]
)
def test_a_line_without_an_owner_is_not_ours(repo: Repo, line: str) -> None:
    repo.write(GITHUB, f"* @acme/all\n{line}\n")
    assert done(repo, "--owner", "@acme/ml")[GITHUB] == "added"
    raw = (repo.path / GITHUB).read_bytes()
    assert raw.startswith(f"* @acme/all\n{line}\n".encode())
    assert read_codeowners(raw).owners_of("registrar.toml") == ("@acme/ml",)
    assert done(repo, "--owner", "@acme/ml")[GITHUB] == "same"


def test_a_line_that_wins_over_ours_is_told(repo: Repo) -> None:
    adopt(repo, "--owner", "@acme/ml")
    ours = (repo.path / GITHUB).read_text("utf-8")
    repo.write(GITHUB, f"{ours}/scripts/\n* @all\n/waivers.yaml @acme/ml\n")
    before = snapshot(repo.path)
    state, said = told(repo, GITHUB)
    assert state == "by hand"
    assert said == (
        "line 18, * @all, decides about registrar.toml and 13 more files of the gate, in the stead of "
        "our lines: put ours last"
    )
    repo.write(GITHUB, f"{ours}/scripts/\n")
    assert told(repo, GITHUB)[1].startswith(
        "line 17, /scripts/, takes away the owners of scripts/validate_model_metadata.py and 2 more"
    )
    repo.write(GITHUB, f"{ours}/model_registry/ @data\n/docs/ @writers\n")
    assert (
        "line 17, /model_registry/ @data, decides about model_registry/M" in told(repo, GITHUB)[1]
    )
    repo.write(GITHUB, f"* @all\n{ours}/training/ @all\n")
    assert told(repo, GITHUB) == ("same", "")
    repo.write(GITHUB, f"{ours}/scripts/\n* @all\n/waivers.yaml @acme/ml\n")
    assert snapshot(repo.path) == before
    assert f"do by hand what is shown above for {GITHUB}" in adopt(repo).out


@pytest.mark.parametrize("heading", ["^[Docs]", "[Docs] @writers", "[Docs][2]", "^[Docs] @writers"])
def test_no_section_of_somebody_takes_our_lines(repo: Repo, heading: str) -> None:
    theirs = f"* @acme/all\n{heading}\n/docs/ @writers"
    repo.write(GITLAB, theirs)
    assert done(repo, *ON_GITLAB, "--owner", "@acme/ml/gate")[GITLAB] == "added"
    text = (repo.path / GITLAB).read_text("utf-8")
    assert text.startswith(f"{theirs}\n\n# registrar: ")
    assert text.count(HEADING) == 1
    for path in ("registrar.toml", "scripts/registrar.pyz", ".gitlab-ci.yml"):
        assert "@acme/ml/gate" in needed(repo, path, HEADING[1:-1].lower()), path
    assert told(repo, GITLAB, *ON_GITLAB, "--owner", "@acme/ml/gate") == ("same", "")


def test_a_file_without_sections_gets_none(repo: Repo) -> None:
    repo.write(GITLAB, "* @acme/all\n")
    adopt(repo, *ON_GITLAB, "--owner", "@acme/ml")
    assert HEADING not in (repo.path / GITLAB).read_text("utf-8")
    repo.write(GITHUB, "[Docs]\n* @acme/all\n")  # GitHub knows no sections
    adopt(repo, "--github-event", "pull_request", "--owner", "@acme/ml")
    assert HEADING not in (repo.path / GITHUB).read_text("utf-8")


def test_a_line_in_an_optional_section_is_not_ours(repo: Repo) -> None:
    repo.write(GITLAB, "^[Ops]\n/registrar.toml @ops\n[Must] @lead\n/waivers.yaml\n")
    adopt(repo, *ON_GITLAB, "--owner", "@acme/ml")
    assert needed(repo, "registrar.toml") == ("@acme/ml",)
    assert needed(repo, "waivers.yaml") == ("@lead",), "the owner of the section"


def test_an_exclusion_is_not_in_our_section(repo: Repo) -> None:
    repo.write(GITLAB, "* @acme/all\n!/registrar.toml\n")
    adopt(repo, *ON_GITLAB, "--owner", "@acme/ml")
    assert needed(repo, "registrar.toml") == ("@acme/ml",)
    text = (repo.path / GITLAB).read_text("utf-8")
    repo.write(GITLAB, f"{text}!*.pyz\n")
    state, said = told(repo, GITLAB, *ON_GITLAB)
    assert state == "by hand"
    assert "!*.pyz, takes away the owners of scripts/registrar.pyz of the gate" in said


def test_owners_named_later_take_the_place_in_the_section(repo: Repo) -> None:
    theirs = "^[Docs]\n/docs/ @writers\n"
    repo.write(GITLAB, theirs)
    adopt(repo, *ON_GITLAB)
    assert "# /registrar.toml @your-org" in (repo.path / GITLAB).read_text("utf-8")
    assert done(repo, *ON_GITLAB)[GITLAB] == "same"
    adopt(repo, *ON_GITLAB, "--owner", "@acme/ml")
    text = (repo.path / GITLAB).read_text("utf-8")
    assert text.startswith(f"{theirs}\n# registrar: ")
    assert (text.count(HEADING), text.count("# registrar"), "@your-org" in text) == (1, 1, False)


def test_our_section_that_somebody_made_optional_is_told(repo: Repo) -> None:
    repo.write(GITLAB, f"^{HEADING}\n")
    before = (repo.path / GITLAB).read_bytes()
    assert done(repo, *ON_GITLAB, "--owner", "@acme/ml")[GITLAB] == "by hand"
    assert (repo.path / GITLAB).read_bytes() == before


@pytest.mark.parametrize("mark", ["\u2028", "\x85", "\x0c", "\u00a0"])
def test_a_comment_with_an_odd_character_is_no_line_of_ours(repo: Repo, mark: str) -> None:
    exact = "model_registry/** -text -filter -ident"
    theirs = f"# see{mark}{exact}\n{exact.replace(' ', mark)}\n"
    repo.write(".gitattributes", theirs)
    repo.write(GITHUB, f"# see{mark}/registrar.toml @acme/ml\n")
    states = done(repo, "--owner", "@acme/ml")
    assert (states[".gitattributes"], states[GITHUB]) == ("added", "added")
    text = (repo.path / ".gitattributes").read_text("utf-8")
    assert text.startswith(theirs)
    path = "model_registry/w-1.0.0/a.yaml"
    assert repo.git("check-attr", "text", "--", path).endswith("text: unset")
    assert set(done(repo, "--owner", "@acme/ml").values()) == {"same"}


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (
            "model_registry/** text",
            "for model_registry/name-1.0.0/metadata.yaml git says text is set",
        ),
        ("*.onnx filter=lfs", "for model_registry/name-1.0.0/model.onnx git says filter is lfs"),
        ("* !ident", "git says ident is unspecified"),
        ("scripts/* text=auto", "for scripts/registrar.pyz git says text is auto"),
    ],
)
def test_an_attribute_that_wins_over_ours_is_told(repo: Repo, later: str, said: str) -> None:
    adopt(repo)
    text = (repo.path / ".gitattributes").read_text("utf-8")
    repo.write(".gitattributes", f"{text}# theirs\n{later}\n")
    before = snapshot(repo.path)
    state, shown = told(repo, ".gitattributes")
    assert state == "by hand"
    assert said in shown
    assert shown.endswith(f"line 6: # theirs\nline 7: {later}")
    assert snapshot(repo.path) == before
    repo.write(".gitattributes", f"{later}\n{text}*.png binary\n")
    assert told(repo, ".gitattributes") == ("same", "")


def test_attributes_nearer_to_the_models_are_told(repo: Repo) -> None:
    adopt(repo)
    repo.write("model_registry/.gitattributes", "* text\n")
    assert "nearer to the files" in told(repo, ".gitattributes")[1]


def test_stages_without_ours_are_told(repo: Repo) -> None:
    pipeline = "stages:\n- build\n- deploy\n"
    repo.write(".gitlab-ci.yml", pipeline)
    state, said = told(repo, ".gitlab-ci.yml", "--gitlab")
    assert state == "by hand"
    assert said.startswith("add to it:\ninclude:\n- local: .gitlab/model-registry")
    assert "its stages have no test" in said
    assert said.endswith("add to its stages:\n- test")
    include = "include:\n- local: .gitlab/model-registry.gitlab-ci.yml\n"
    repo.write(".gitlab-ci.yml", include + pipeline)
    state, said = told(repo, ".gitlab-ci.yml", "--gitlab")
    assert (state, said[:24]) == ("by hand", "its stages have no test,")
    for fine in (f"{include}{pipeline}- test\n", include, f"{include}stages: *them\n"):
        repo.write(".gitlab-ci.yml", fine)
        assert told(repo, ".gitlab-ci.yml", "--gitlab") == ("same", "")
    (job,) = yaml.safe_load(
        (repo.path / ".gitlab/model-registry.gitlab-ci.yml").read_bytes()
    ).values()
    assert job["stage"] == "test"


def test_hostile_lines_are_escaped_and_short(repo: Repo) -> None:
    adopt(repo, "--owner", "@acme/ml")
    for path, line in (
        (GITHUB, "*\x1b[31m @x\n* @all\n"),
        (".gitattributes", "*\x1b[31m x\n* text\n"),
    ):
        text = (repo.path / path).read_text("utf-8")
        repo.write(path, f"{text}{line}{'#' * 5}{'z' * 5000}\n")
    result = adopt(repo)
    assert "\x1b" not in result.out
    assert max(map(len, result.out.splitlines())) < 1000
    assert json.loads(adopt(repo, "--format", "json").out)["files"]


def test_lines_that_take_ours_away_are_told_in_the_run_that_adds_them(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r")
    repo.write(".gitlab/CODEOWNERS", "[Model registry gate] @a\n!/registrar.toml\n")
    repo.commit("theirs")
    said = run("init", "--gitlab", "--no-github", "--owner", "@org/team", cwd=repo.path)
    assert said.code == 0
    assert "takes away the owners of registrar.toml" in said.out


def test_files_that_are_too_large_to_add_to(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r")
    repo.write(".gitattributes", b"\n" * (9 * 1024 * 1024))
    repo.commit("theirs")
    said = run("init", cwd=repo.path)
    assert said.code == 2
    assert ".gitattributes is larger than 8,388,608 bytes" in said.err
