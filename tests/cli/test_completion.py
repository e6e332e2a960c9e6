"""Completion in real shells: what is offered, and that no name of a ref or file is ever run."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import ENTRY, Repo, good_repo, run
from environments import call
from shells import completed, good_syntax

from registrar.app.build_pyz import build_pyz
from registrar.cli.completion import SHELLS, script
from registrar.cli.main import parser
from registrar.rules import ALL_RULES

Ask = Callable[[str], list[str]]
OPTIONS = ["--at", "--base", "--base-tip", "--fail-on", "--format", "--head", "--help", "--jobs"]
HOSTILE = (
    "a$(touch${IFS}owned)", "b`touch${IFS}owned`", "c;touch${IFS}owned", "d'e", 'f"g', "h|i",
    "j&k", "l!m", "n{o,p}", "q(r)", "s<t>u", "v#w", "x%y", "über",
)  # fmt: skip
"""Names that git takes for branches, and that mean something to a shell or a terminal."""


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return good_repo(tmp_path / "repo")


@pytest.fixture
def ask(shell: str, repo: Repo, tmp_path: Path) -> Ask:
    path = tmp_path / f"registrar.{shell}"
    path.write_text(run("--print-completion", shell).out, encoding="utf-8")
    return lambda line: completed(shell, path, line, repo.path)


def test_the_option_prints_the_script_and_is_all_that_is_needed(shell: str, tmp_path: Path) -> None:
    result = run("--print-completion", shell)
    assert (result.code, result.err) == (0, "")
    assert result.out == script(shell)
    path = tmp_path / "script"
    path.write_text(result.out, encoding="utf-8")
    good_syntax(shell, path)
    wrong = run("--print-completion", "tcsh")
    assert (wrong.code, wrong.out) == (2, "")
    assert "bash" in wrong.err


def test_commands(ask: Ask, shell: str) -> None:
    (commands,) = [a for a in parser()._actions if a.dest == "command"]
    assert ask("registrar ") == sorted(commands.choices or ())
    assert ask("registrar hook ") == ["pre-receive"]


def test_options(ask: Ask) -> None:
    assert {*OPTIONS, "--runtime", "--all-phases"} <= set(ask("registrar check --"))


def test_choices(ask: Ask) -> None:
    assert ask("registrar check --fail-on ") == ["error", "note", "warning"]
    assert ask("registrar --print-completion ") == sorted(SHELLS)
    assert {"json", "text"} <= set(ask("registrar check --format "))


def test_rules(ask: Ask) -> None:
    assert ask("registrar rules ") == [rule.name for rule in ALL_RULES]
    assert ask("registrar rules gate-") == ["gate-intact"]


def test_paths_of_entries_one_after_another(ask: Ask, shell: str) -> None:
    first = ask("registrar check model_")
    assert [word.rstrip("/") for word in first] == ["model_registry"]
    second = ask(f"registrar check {ENTRY} {ENTRY}/meta")
    assert [Path(word).name for word in second] == ["metadata.yaml"]


@pytest.mark.parametrize("option", ["--base", "--base-tip", "--head", "--policy-from"])
def test_revisions(ask: Ask, repo: Repo, option: str) -> None:
    repo.git("branch", "feature/one")
    repo.git("tag", "v1.0")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    offered = ask(f"registrar check {option} ")
    assert offered == ["HEAD", "feature/one", "main", "origin/main", "v1.0"]
    assert ask(f"registrar check {option} fea") == ["feature/one"]


def test_a_revision_behind_an_equals_sign(ask: Ask, repo: Repo) -> None:
    repo.git("branch", "feature/one")
    assert [word.removeprefix("--base=") for word in ask("registrar check --base=fea")] == [
        "feature/one"
    ]
    assert "HEAD" in [word.removeprefix("--base=") for word in ask("registrar check --base=")]


def test_names_of_branches_are_never_run_nor_offered(ask: Ask, repo: Repo) -> None:
    for name in HOSTILE:
        repo.git("branch", name)
    for line in ("registrar check --base ", "registrar check --base a", "registrar check --base c"):
        assert set(ask(line)) <= {"HEAD", "main"}
    assert not list(repo.path.rglob("owned"))


def test_names_of_files_are_never_run(ask: Ask, repo: Repo) -> None:
    repo.write("$(touch owned)", "")
    repo.write("`touch owned`", "")
    ask("registrar check ")
    assert not (repo.path / "owned").exists()


def test_outside_of_a_repository_it_is_quiet(shell: str, tmp_path: Path) -> None:
    path = tmp_path / f"registrar.{shell}"
    path.write_text(script(shell), encoding="utf-8")
    assert completed(shell, path, "registrar check --base ", tmp_path) == ["HEAD"]


def test_the_line_of_the_readme_loads_it(shell: str, top: Path, tmp_path: Path) -> None:
    lines = {
        "bash": 'eval "$(registrar --print-completion bash)"',
        "zsh": 'eval "$(registrar --print-completion zsh)"',
        "fish": "registrar --print-completion fish | source",
    }
    assert lines[shell] in (top / "README.md").read_text(encoding="utf-8")
    good_syntax(shell, top / f"src/registrar/cli/completion/registrar.{shell}")
    asked = {
        "bash": "complete -p registrar",
        "zsh": "print $_comps[registrar]",
        "fish": "complete -C 'registrar rul'",
    }
    before = "autoload -Uz compinit && compinit -u -D; " if shell == "zsh" else ""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = call(shell, "-c", f"{before}{lines[shell]}; {asked[shell]}", cwd=tmp_path, PATH=path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "_shtab_registrar" in done.stdout or "rules" in done.stdout


def test_the_program_in_one_file_prints_it_too(shell: str, top: Path, tmp_path: Path) -> None:
    build_pyz(top / "src/registrar", tmp_path / "registrar.pyz")
    command = [sys.executable, "-I", tmp_path / "registrar.pyz", "--print-completion", shell]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == script(shell)


def test_a_command_of_tomorrow_is_completed_by_what_help_shows(
    shell: str, top: Path, repo: Repo, tmp_path: Path
) -> None:
    spec = importlib.util.spec_from_file_location("made", top / "scripts/generate_completion.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    whole = parser()
    (commands,) = [a for a in whole._actions if a.dest == "command"]
    new = commands.add_parser("brand-new", help="a command of tomorrow")  # type: ignore[attr-defined]
    new.add_argument("--since", metavar="REV")
    new.add_argument("--reports", metavar="FORMAT=FILE", action="append")
    new.add_argument("--secret", action="store_true", help="==SUPPRESS==")
    made.parser = lambda: whole
    path = tmp_path / f"registrar.{shell}"
    path.write_text(made.script(shell), encoding="utf-8")
    assert "secret" not in path.read_text(encoding="utf-8")

    def ask(line: str) -> list[str]:
        return completed(shell, path, f"registrar {line}", repo.path)

    assert ask("brand") == ["brand-new"]
    assert ask("brand-new --since ma") == ["main"]
    assert [word.rstrip("=") for word in ask("brand-new --reports js")] == ["json"]
    files = ask("brand-new --reports json=regis")
    assert [word.removeprefix("json=") for word in files] == ["registrar.toml"]
