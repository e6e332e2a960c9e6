"""registrar init on repositories that we have never seen."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

import adoption
import pytest
import yaml
from adoption import PRE_COMMIT, adopt, done, monorepo, pickled_entry, snapshot
from builders import Repo

import registrar.cli.init as command
from registrar.app.build_pyz import program_bytes
from registrar.app.shipped import remembered

empty = adoption.empty


EVERYTHING = {
    *("registrar.toml", "model_registry/MODEL_METADATA_SCHEMA.json", "scripts/registrar.pyz"),
    *("scripts/validate_model_metadata.py", "scripts/registrar-requirements.txt"),
    *(".github/workflows/model-registry.yml", ".github/rulesets/model-registry.json"),
    *(".github/CODEOWNERS", ".gitattributes", ".pre-commit-config.yaml"),
    *(".vscode/settings.json", ".vscode/extensions.json"),
    *("docs/model_card_template.md", "docs/model_registry_policy.md"),
}


def test_an_empty_repository_gets_everything(empty: Repo, top: Path) -> None:
    assert done(empty) == dict.fromkeys(EVERYTHING, "wrote")
    assert snapshot(empty.path).keys() == EVERYTHING
    program = (empty.path / "scripts/registrar.pyz").read_bytes()
    assert program == program_bytes()
    policy = tomllib.loads((empty.path / "registrar.toml").read_text("utf-8"))
    assert policy["program"]["sha256"] == hashlib.sha256(program).hexdigest()
    assert policy["artifact"]["formats"] == ["onnx", "safetensors", "gguf"]
    modes = {path: mode & 0o777 for path, (mode, _) in snapshot(empty.path).items()}
    assert {path for path, mode in modes.items() if mode & 0o111} == {"scripts/registrar.pyz"}
    for ours, theirs in (
        ("requirements/gate.txt", "scripts/registrar-requirements.txt"),
        ("scripts/validate_model_metadata.py", "scripts/validate_model_metadata.py"),
        ("docs/model_card_template.md", "docs/model_card_template.md"),
        ("docs/model_registry_policy.md", "docs/model_registry_policy.md"),
        ("model_registry/MODEL_METADATA_SCHEMA.json",) * 2,
    ):
        assert (empty.path / theirs).read_bytes() == (top / ours).read_bytes(), theirs


def test_a_registry_judges_by_its_policy(empty: Repo) -> None:
    adopt(empty)
    empty.commit("gate")
    assert empty.check().code == 3
    empty.add_entry()
    assert (empty.check().code, empty.check().findings) == (0, [])
    empty.add_entry("wine-1.1.0", pickled_entry())
    assert empty.check().rules == ["artifact-format"], "the built-in policy would only warn"


@pytest.mark.parametrize("options", [(), ("--gitlab",), ("--no-github", "--owner", "@acme/ml")])
def test_twice_changes_nothing(tmp_path: Path, options: tuple[str, ...]) -> None:
    for repo in (Repo(tmp_path / "empty"), monorepo(tmp_path / "mono")):
        adopt(repo, *options)
        before = snapshot(repo.path)
        states = done(repo, *options)
        assert set(states.values()) <= {"same", "by hand"}
        assert "nothing to write" in adopt(repo, *options).out
        assert snapshot(repo.path) == before


def test_what_was_asked_for_once_is_asked_for_again(empty: Repo) -> None:
    adopt(empty, "--github-event", "pull_request", "--branch", "release/1", "--gitlab")
    assert set(done(empty).values()) == {"same"}
    assert "release/1 (as the ruleset that is here says)" in adopt(empty).out


def test_a_dry_run_writes_nothing_and_says_the_same(tmp_path: Path) -> None:
    for repo in (Repo(tmp_path / "empty"), monorepo(tmp_path / "mono")):
        before = snapshot(repo.path)
        planned = adopt(repo, "--dry-run", "--format", "json").report
        assert "nothing was written" in adopt(repo, "--dry-run").out
        assert snapshot(repo.path) == before
        real = adopt(repo, "--format", "json").report
        assert planned | {"dry_run": False} == real


def test_a_monorepo_keeps_its_own(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "mono")
    before = snapshot(repo.path)
    states = done(repo, "--owner", "@acme/ml", "--owner", "@lee")
    added = (".github/CODEOWNERS", ".gitattributes", ".pre-commit-config.yaml")
    assert {path for path, state in states.items() if state == "added"} == set(added)
    assert states[".vscode/settings.json"] == "by hand"
    assert states[".vscode/extensions.json"] == "same"
    after = snapshot(repo.path)
    for path in before:
        if path in added:
            assert after[path][1].startswith(before[path][1]), "only added at the end"
        else:
            assert after[path] == before[path]
    owners = after[".github/CODEOWNERS"][1].decode().splitlines()
    assert "/scripts/registrar.pyz @acme/ml @lee" in owners
    attributes = after[".gitattributes"][1]
    assert attributes.count(b"\n") == attributes.count(b"\r\n"), "its own line ends"
    loaded = yaml.safe_load(after[".pre-commit-config.yaml"][1])
    old = yaml.safe_load(PRE_COMMIT)
    assert loaded["repos"][:-1] == old["repos"]
    assert loaded | {"repos": 0} == old | {"repos": 0}
    assert loaded["repos"][-1]["hooks"][0]["pass_filenames"] is True


def test_git_hands_models_out_byte_for_byte(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "mono")
    repo.write("registrar.toml", '[registry]\nroot = "ml/my models"\n')
    adopt(repo)
    for path in ("ml/my models/wine-1.0.0/metadata.yaml", "scripts/registrar.pyz"):
        assert repo.git("check-attr", "text", "--", path).endswith("text: unset"), path
    raw = b"a: 1\r\n$Id$\n"
    repo.write("ml/my models/wine-1.0.0/x.yaml", raw)
    repo.commit("as it is")
    assert repo.git("show", "HEAD:ml/my models/wine-1.0.0/x.yaml").encode() + b"\n" == raw.replace(
        b"\r\n", b"\n"
    )  # text mode of the helper; the sizes tell
    assert repo.git("cat-file", "-s", "HEAD:ml/my models/wine-1.0.0/x.yaml") == str(len(raw))


def test_a_root_of_its_own_is_respected(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("registrar.toml", '[registry]\nroot = "ml/Modelle für alle"\n')
    states = done(repo)
    root = "ml/Modelle für alle"
    assert states[f"{root}/MODEL_METADATA_SCHEMA.json"] == "wrote"
    assert states["registrar.toml"] == "by hand"
    assert f'"{root}/** -text' not in repo.path.joinpath(".gitattributes").read_text(
        "ascii", "ignore"
    )
    assert f'"{root}/**" -text' in repo.path.joinpath(".gitattributes").read_text("utf-8")
    for path in (".pre-commit-config.yaml", ".vscode/settings.json", "docs/model_card_template.md"):
        text = repo.path.joinpath(path).read_text("utf-8")
        assert "model_registry/" not in text.replace("model_registry/**", ""), path
    assert not (repo.path / "model_registry").exists()


def test_a_new_program_takes_its_two_lines_along(empty: Repo) -> None:
    adopt(empty)
    new = (empty.path / "registrar.toml").read_text("utf-8")
    old_program = b"#!/usr/bin/env python3\nan older one"
    digest = hashlib.sha256(old_program).hexdigest()
    (empty.path / "scripts/registrar.pyz").write_bytes(old_program)
    sha = tomllib.loads(new)["program"]["sha256"]
    old = new.replace(sha, digest).replace('version = "0.1.0"', 'version = "0.0.9"')
    old = old.replace("90   ", "30   ") + "# a comment at the end\n"
    empty.write("registrar.toml", old)
    before = snapshot(empty.path)
    states = done(empty)
    assert states["scripts/registrar.pyz"] == "differs"
    assert states["registrar.toml"] == "same", "it names the program that is there"
    assert snapshot(empty.path) == before
    assert "rm scripts/registrar.pyz && registrar init" in adopt(empty).out
    (empty.path / "scripts/registrar.pyz").unlink()
    states = done(empty)
    assert states["scripts/registrar.pyz"] == "wrote"
    assert states["registrar.toml"] == "updated"
    text = (empty.path / "registrar.toml").read_text("utf-8")
    assert text == old.replace(digest, sha).replace('"0.0.9"', '"0.1.0"')
    assert empty.check().code == 3


def test_a_policy_that_names_another_program_is_told(empty: Repo) -> None:
    adopt(empty)
    text = (empty.path / "registrar.toml").read_text("utf-8")
    sha = tomllib.loads(text)["program"]["sha256"]
    empty.write("registrar.toml", text.replace(sha, "0" * 64))
    assert done(empty)["registrar.toml"] == "by hand"
    assert "names another program" in adopt(empty).out


def test_a_workflow_that_was_edited_is_left_and_told(empty: Repo) -> None:
    adopt(empty)
    path = ".github/workflows/model-registry.yml"
    empty.edit(path, "timeout-minutes: 15", "timeout-minutes: 5")
    before = snapshot(empty.path)
    said = adopt(empty).out
    assert "-    timeout-minutes: 5" in said
    assert "+    timeout-minutes: 15" in said
    assert f"rm {path} && registrar init" in said
    assert snapshot(empty.path) == before


def test_paths_that_git_ignores_are_named(empty: Repo) -> None:
    empty.write(".gitignore", "*.pyz\n.vscode/\n")
    report = adopt(empty, "--format", "json").report
    ignored = {file["path"] for file in report["files"] if file["ignored"]}
    assert ignored == {"scripts/registrar.pyz", ".vscode/settings.json", ".vscode/extensions.json"}
    (commit,) = [step for step in report["next"] if "git add" in step]
    assert "git add --force -- " in commit
    assert "scripts/registrar.pyz" in commit
    assert ".vscode" not in commit, "a person wants it ignored"


def test_the_commit_line_commits_everything(empty: Repo) -> None:
    report = adopt(empty, "--format", "json").report
    (step,) = [step for step in report["next"] if "git add" in step]
    add = step.splitlines()[1].split()
    empty.git(*add[1:])
    assert empty.git("status", "--porcelain", "--untracked-files=all").count("A ") == len(
        EVERYTHING
    )
    empty.git("commit", "--quiet", "--message", "gate")
    again = adopt(empty, "--format", "json").report
    assert not [step for step in again["next"] if "git add" in step]


def test_each_forge_has_its_step(empty: Repo) -> None:
    both, neither = adopt(empty, "--dry-run", "--gitlab").out, adopt(empty, "--no-github").out
    for word in ("gh api", "Pipelines must succeed"):
        assert word in both
        assert word not in neither
    assert not (empty.path / ".github").exists()


def test_the_events_of_the_command_are_those_that_are_shipped() -> None:
    assert remembered.EVENTS == command.EVENTS


def test_json_is_versioned_and_ascii(empty: Repo) -> None:
    result = adopt(empty, "--format", "json")
    assert result.out.isascii()
    report = json.loads(result.out)
    assert list(report) == [
        *("init_version", "top", "root", "branch", "branch_from", "dry_run", "files", "next"),
    ]
    assert report["init_version"] == 1
    assert {tuple(file) for file in report["files"]} == {
        ("path", "about", "done", "told", "ignored")
    }
