"""A slip of the hand: the command line says what was perhaps meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from registrar.cli.main import main
from registrar.domain.formats import Format

DOCS = Path(__file__).parents[2] / "docs"


def test_an_unknown_command_names_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chek"]) == 2
    said = capsys.readouterr().err
    assert said == "registrar: there is no command chek\n  = hint: did you mean registrar check?\n"


def test_a_command_like_no_other_leads_to_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish\nnow"]) == 2
    said = capsys.readouterr().err
    assert said == "registrar: there is no command publish\\nnow\n  = hint: registrar --help\n"


def test_a_path_without_its_folder_names_the_entry(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--no-cache", "wine-cultivar-1.1"]) == 3
    said = capsys.readouterr().out
    assert "there is no wine-cultivar-1.1; did you mean model_registry/wine-cultivar-1." in said


def test_the_page_on_policy_lists_every_format() -> None:
    page = (DOCS / "writing_policy.md").read_text(encoding="utf-8")
    missing = [f.value for f in Format if f"`{f.value}`" not in page]
    assert not missing


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["check", "--formt", "json"], "registrar check: unrecognized argument --formt"),
        (["init", "--onwer", "@x"], "did you mean --owner?"),
        (["fix", "--dif"], "did you mean --diff?"),
        (["check", "--zzz=1"], "hint: registrar check --help"),
        (["rules", "a", "b"], "hint: registrar rules --help"),
    ],
)
def test_an_unknown_option_names_the_nearest_of_its_command(
    argv: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    assert said in capsys.readouterr().err


def test_a_path_at_which_nothing_stands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--no-cache", "model_registry/beer-9.9.9"]) == 3
    assert "nothing to check: there is no model_registry/beer-9.9.9" in capsys.readouterr().out
