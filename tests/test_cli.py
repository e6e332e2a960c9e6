"""The command line: options, paths, exit codes, and the one error boundary."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders import ENTRY, POLICY, Repo, good_entry, good_repo, run

import registrar.cli.check as check_command
import registrar.cli.reports as report_options
from registrar import __version__
from registrar.domain.findings import Severity
from registrar.formats.table import FORMATS
from registrar.rules import ALL_RULES


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return good_repo(tmp_path / "repo")


def test_names_that_are_said_twice_agree() -> None:
    assert sorted(FORMATS) == list(report_options.FORMATS)
    assert [severity.value for severity in Severity] == list(check_command.SEVERITIES)


def test_version_and_help() -> None:
    assert run("--version").out == f"registrar {__version__}\n"
    for arguments in (["--help"], ["check", "--help"], ["rules", "--help"], ["hook", "--help"]):
        result = run(*arguments)
        assert (result.code, result.err) == (0, "")
    assert "exit codes" in run("--help").out


@pytest.mark.parametrize(
    "arguments",
    [
        *([], ["nope"], ["check", "--nope"], ["check", "--bas", "x"], ["check", "--format", "xml"]),
        *(["check", "--at", "yesterday"], ["check", "--jobs", "0"], ["check", "--jobs", "x"]),
        *(["check", "--fail-on", "never"], ["rules", "nope"], ["hook"], ["hook", "update"]),
        ["check", "--jobs", "99999999"],
    ],
)
def test_wrong_use_is_2_with_a_hint(arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert "hint" in result.err


def test_rules() -> None:
    lines = run("rules").out.splitlines()
    assert [line.split()[0] for line in lines] == [rule.name for rule in ALL_RULES]
    assert sum("(planned)" in line for line in lines) == sum(rule.planned for rule in ALL_RULES)
    page = run("rules", "source-pinned").out
    assert page.startswith("# source-pinned\n\n| since | phase |")
    assert "Use instead:" in page
    assert "Planned for a later version" in run("rules", "signature").out
    listed = json.loads(run("rules", "--format", "json").out)
    assert [rule["name"] for rule in listed["rules"]] == [rule.name for rule in ALL_RULES]
    assert "did you mean source-pinned?" in run("rules", "source-pined").err


def test_paths(repo: Repo) -> None:
    repo.add_entry("beer-1.0.0")
    both = ["beer-1.0.0", "wine-1.0.0"]
    for paths, checked in (
        ((), both),
        ((".",), both),
        (("model_registry",), both),
        (("model_registry/",), both),
        ((ENTRY,), ["wine-1.0.0"]),
        ((f"{ENTRY}/",), ["wine-1.0.0"]),
        ((f"{ENTRY}/metadata.yaml",), ["wine-1.0.0"]),
        ((f"./model_registry/../{ENTRY}",), ["wine-1.0.0"]),
        ((str(repo.path / ENTRY), "model_registry/beer-1.0.0"), both),
    ):
        result = repo.check(*paths)
        assert (result.code, result.report["checked"]) == (0, checked), paths
    inside = run("check", "--format", "json", "wine-1.0.0", cwd=repo.path / "model_registry")
    assert inside.report["checked"] == ["wine-1.0.0"]


def test_paths_without_an_entry(repo: Repo, tmp_path: Path) -> None:
    for path in ("train.py", "model_registry/wine", "nowhere/at/all"):
        result = repo.check(path)
        assert (result.code, result.report["verdict"]) == (3, "incomplete")
    assert repo.check(ENTRY, "nowhere").code == 3, "one of two is not enough"
    assert repo.check(str(tmp_path)).code in (2, 3)
    repo.edit(f"{ENTRY}/metadata.yaml", "Apache-2.0", "prose")
    assert repo.check(ENTRY, "nowhere").code == 1, "findings come first"


def test_paths_and_a_base_are_both_conditions(repo: Repo) -> None:
    repo.add_entry("beer-1.0.0")
    assert repo.check("--base", "HEAD", ENTRY).report["checked"] == []
    result = repo.check("--base", "HEAD", "model_registry/beer-1.0.0")
    assert result.report["checked"] == ["beer-1.0.0"]


def test_a_deleted_entry_may_be_named(repo: Repo) -> None:
    repo.git("rm", "-rf", "--quiet", ENTRY)
    assert repo.check("--base", "HEAD", ENTRY).rules == ["version-immutable"]


def test_an_empty_registry_is_nothing_to_check(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "empty")
    result = repo.check()
    assert (result.code, result.report["verdict"]) == (3, "incomplete")
    assert "nothing to check: model_registry holds no entry" in repo.check_text().out
    repo.write("model_registry/README.md", "x")
    repo.write("model_registry/.hidden/x", "x")
    repo.write("model_registry/LICENSES/LicenseRef-x.txt", "x")
    assert repo.check().code == 3


def test_another_root(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("registrar.toml", POLICY + '[registry]\nroot = "ml/models"\n')
    repo.add_entry()
    (repo.path / "ml").mkdir()
    (repo.path / "model_registry").rename(repo.path / "ml/models")
    assert repo.check().report["checked"] == ["wine-1.0.0"]
    repo.commit()
    repo.edit("ml/models/wine-1.0.0/metrics.json", "0.95", "0.99")
    assert repo.check("--base", "HEAD").rules == ["version-immutable"]


def test_a_bare_repository_needs_a_head(repo: Repo, tmp_path: Path) -> None:
    repo.git("clone", "--quiet", "--bare", str(repo.path), str(tmp_path / "bare.git"))
    bare = Repo(tmp_path / "bare.git", git=False)
    result = bare.check("--base", "main~1", "--head", "main")
    assert (result.code, result.report["checked"]) == (0, ["wine-1.0.0"])
    result = bare.check()
    assert result.code == 2
    assert "--base-tip OLD --head NEW" in result.err


def test_the_json_report_has_the_documented_shape(repo: Repo) -> None:
    repo.edit(f"{ENTRY}/metadata.yaml", "Apache-2.0", "prose")
    report = repo.check("--base", "HEAD", "--at", "2026-11-24").report
    assert list(report) == [
        *("report_version", "tool", "verdict", "exit_code", "at", "judged_by", "base", "head"),
        *("checked", "phases", "rules_off", "findings", "waived", "baselined", "deferred"),
        "unchecked",
    ]
    assert list(report["findings"][0]) == [
        *("rule", "severity", "entry", "message", "hint", "path", "line", "column", "end_line"),
        *("end_column", "url", "fixable"),
    ]
    assert set(report["judged_by"]) == {"revision", "policy_sha256", "source"}
    assert (report["report_version"], report["at"]) == (1, "2026-11-24")
    assert report["phases"] == {
        **{"static": "run", "history": "run"},
        **{"remote": "not asked", "runtime": "not asked"},
    }


def test_a_fault_of_the_program_is_70_and_ready_to_report(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise ZeroDivisionError("\x1b[2J")

    monkeypatch.setattr("registrar.app.check.read_rulebook", fail)
    result = repo.check()
    assert (result.code, result.out) == (70, "")
    assert "fault of the program" in result.err
    assert "ZeroDivisionError: \\x1b[2J" in result.err


@pytest.mark.parametrize("jobs", ["2", "4"])
def test_the_same_output_in_the_same_order_with_all_cores(repo: Repo, jobs: str) -> None:
    for number in range(80):
        repo.add_entry(f"m{number:02d}-1.0.0")
        if number % 3 == 0:
            metadata = f"model_registry/m{number:02d}-1.0.0/metadata.yaml"
            repo.edit(metadata, "Apache-2.0", "prose")
    one = repo.check_text("--jobs", "1")
    assert one.code == 1
    assert repo.check_text("--jobs", jobs).out == one.out
    repo.commit()
    head = ("--base", "HEAD~1", "--head", "HEAD")
    assert repo.check(*head, "--jobs", jobs).out == repo.check(*head, "--jobs", "1").out


def test_output_does_not_depend_on_locale_or_zone(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.edit(f"{ENTRY}/metadata.yaml", "Apache-2.0", "prose")
    first = repo.check_text("--at", "2026-11-24").out
    monkeypatch.setenv("TZ", "America/Adak")
    monkeypatch.setenv("LC_ALL", "C")
    assert repo.check_text("--at", "2026-11-24").out == first


def test_nothing_to_check_is_said_in_every_format(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    result = repo.check()
    assert (result.code, result.report["exit_code"]) == (3, 3)
    assert "nothing to check: model_registry holds no entry" in result.err
    assert "NOTHING TO CHECK: 0 entries checked" in repo.check_text().out


@pytest.mark.parametrize("argv", [["check", "--base", "nope"], ["--nope"], ["rules", "nope"]])
def test_a_full_stderr_does_not_change_the_exit_code(argv: list[str], tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-I", "-m", "registrar", *argv]
        done = subprocess.run(command, cwd=repo.path, stderr=full, check=False)
    assert done.returncode == 2


def test_an_old_locale_does_not_end_the_program(tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", "license: " + "é" * 200)
    env = {"PATH": os.environ["PATH"], "PYTHONIOENCODING": "ascii", "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "registrar", "check"]
    done = subprocess.run(command, cwd=repo.path, env=env, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr


def test_credentials_stay_out_of_the_output(tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    url = "https://user:hunter2@github.com/acme/wine"
    repo.edit(f"{ENTRY}/metadata.yaml", "https://github.com/acme/wine", url)
    said = repo.check_text()
    assert said.code == 1
    assert "holds credentials" in said.out
    assert "hunter2" not in said.out + said.err + repo.check().out


def test_many_deferred_entries_are_told_in_a_few_lines(tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    model = (repo.path / ENTRY / "model.onnx").read_bytes()
    pointer = f"outs:\n- {{md5: {'a' * 32}, size: {len(model)}, hash: md5, path: model.onnx}}\n"
    for number in range(12):
        files = good_entry() | {"model.onnx.dvc": pointer.encode()}
        del files["model.onnx"]
        files["metadata.yaml"] += b"dvc: {remote: s}\n"
        files["metadata.yaml"] = files["metadata.yaml"].replace(b'"1.0.0"', b'"2.%d.0"' % number)
        repo.add_entry(f"wine-2.{number}.0", files)
    said = repo.check_text()
    assert said.code == 0
    assert said.out.count("settle it: ") == 5
    assert "deferred: the same for 7 more entries" in said.out
    assert "settle all: registrar check --remote --verify-bytes" in said.out
    assert len(repo.check().report["deferred"]) == 24


def test_a_link_with_a_slash_behind_it_is_the_link(tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "r")
    (repo.path / "elsewhere").mkdir()
    (repo.path / "model_registry/lnk-1.0.0").symlink_to("../elsewhere")
    said = repo.check("model_registry/lnk-1.0.0/")
    assert said.report["checked"] == ["lnk-1.0.0"]
    assert "entry-files" in said.rules


def test_a_plain_check_imports_nothing_heavy(tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    code = "import sys; from registrar.cli.main import main; main(['check']);"
    code += "print([m for m in ('mlflow', 'dvc', 'numpy', 'pandas', 'fsspec') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repo.path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_plain_check_imports_nothing_that_asks_others(tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    code = "import sys; from registrar.cli.main import main; main(['check', *sys.argv[1:]]);"
    code += "print(sorted(m for m in sys.modules if m.startswith('registrar.')))"
    asking = ("dvc", "mlflow", "git.commits", "workshop", "github_api", "work_tree_writer")

    def asked(*argv: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", code, *argv], cwd=repo.path, capture_output=True, check=True
        )
        imported = done.stdout.decode().splitlines()[-1]
        return [name for name in asking if f"registrar.integrations.{name}'" in imported]

    assert asked() == []
    assert asked("--remote") == ["dvc", "mlflow", "git.commits"]
