"""``check --report FORMAT=FILE``: all or nothing, never through a link, and never instead of stdout."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from builders import ENTRY, Repo, good_repo
from environments import unmeasured

from registrar.app.report_files import write_report
from registrar.errors import OutputError

REGISTRAR = [sys.executable, "-m", "registrar"]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return good_repo(tmp_path / "repo")


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_several_reports_in_one_run(repo: Repo, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", "license: Apache 2")
    result = repo.check_text(
        *("--report", f"sarif={out}/a=b.sarif", f"--report=junit={out}/j.xml"),
        *("--format", "json", "--report", f"text={out}/t.txt"),
    )
    assert (result.code, result.err) == (1, "")
    assert result.rules == ["license-valid"]
    assert left(out) == ["a=b.sarif", "j.xml", "t.txt"]
    assert json.loads((out / "a=b.sarif").read_text("ascii"))["version"] == "2.1.0"
    assert (out / "t.txt").read_text("utf-8") == repo.check_text().out


def test_the_report_of_a_run_names_the_rules_that_were_asked(repo: Repo, tmp_path: Path) -> None:
    (repo.path / "registrar.toml").write_text(
        (repo.path / "registrar.toml").read_text() + '[rules]\nseverity = {card-sections = "off"}\n'
    )
    text = repo.check_text("--format", "junit").out
    assert 'name="license-valid"' in text
    assert 'name="source-in-history"' in text
    assert 'name="version-immutable"' not in text, "there is nothing to compare with"
    assert 'testcase classname="wine-1.0.0" name="card-sections"' not in text
    assert (
        'name="version-immutable"' in repo.check_text("--format", "junit", "--base", "HEAD~1").out
    )


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("sarf=x", "there is no format 'sarf'; did you mean sarif?"),
        ("html=x", "there is no format 'html'; choose from concise, github,"),
        ("sarif", "'sarif' names no file; write --report FORMAT=FILE"),
        ("sarif=", "'sarif=' names no file after the ="),
        ("=x", "there is no format ''"),
        ("\x1b[2J=x", "there is no format '\\x1b[2J'"),
    ],
)
def test_what_is_no_report_is_a_usage_error(repo: Repo, argument: str, said: str) -> None:
    result = repo.check_text("--report", argument)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_a_format_with_a_typo_is_guessed(repo: Repo) -> None:
    result = repo.check_text("--format", "jsn")
    assert result.code == 2
    assert "there is no format 'jsn'; did you mean json?" in result.err


@pytest.mark.parametrize("other", ["r.json", "./r.json", "../repo/r.json"])
def test_one_file_takes_one_report(repo: Repo, other: str) -> None:
    result = repo.check_text("--report", "json=r.json", "--report", f"sarif={other}")
    assert (result.code, result.out) == (2, "")
    assert f"--report names {other} twice" in result.err
    assert not (repo.path / "r.json").exists()


def test_what_cannot_be_written_keeps_nothing_else_from_being(repo: Repo, tmp_path: Path) -> None:
    result = repo.check_text(
        *("--report", f"json={tmp_path}/missing/x.json", "--report", f"sarif={tmp_path}/x.sarif"),
        *("--report", f"junit={tmp_path}", "--report", "github=/dev/full"),
    )
    assert result.code == 70
    assert result.out.startswith("PASS: 1 entry checked")
    assert "missing/x.json cannot be written: No such file or directory" in result.err
    assert f"{tmp_path} cannot be written: it is a folder" in result.err
    assert "/dev/full cannot be written: No space left on device" in result.err
    assert (tmp_path / "x.sarif").is_file()
    assert left(tmp_path) == ["repo", "x.sarif"], "nothing half-written is left"


def test_a_link_is_refused_wherever_it_leads(repo: Repo, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    for target in (precious, tmp_path / "nowhere", Path("/dev/null"), Path("/dev/stdout")):
        (tmp_path / "link").symlink_to(target)
        result = repo.check_text("--report", f"json={tmp_path}/link")
        assert result.code == 70
        assert "it is a symbolic link; name the file itself" in result.err
        assert (tmp_path / "link").is_symlink()
        (tmp_path / "link").unlink()
    assert precious.read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_a_way_through_dev_is_no_way_around_it(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputError, match="symbolic link"):
        write_report(f"/dev/../{tmp_path}/link", "x")
    assert not (tmp_path / "nowhere").exists()


def test_an_old_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "summary.md"
    target.write_text("old " * 1000)
    target.chmod(0o640)
    (tmp_path / "other").hardlink_to(target)
    write_report(str(target), "new\n")
    assert target.read_text() == "new\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert (tmp_path / "other").read_text() == "old " * 1000, "written beside, then renamed"
    assert left(tmp_path) == ["other", "summary.md"]


def test_a_new_file_has_the_mode_that_the_user_wants(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_report(str(tmp_path / "new"), "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


def test_what_is_no_text_is_written_as_escapes(tmp_path: Path) -> None:
    write_report(str(tmp_path / "x"), "\ud800é")
    assert (tmp_path / "x").read_bytes() == b"\\ud800\xc3\xa9"


def test_an_old_file_stays_where_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    """Dropped to another user: root may write anywhere."""
    folder = tmp_path / "locked"
    folder.mkdir()
    (folder / "x.json").write_text("old")
    code = (
        "import os, sys\n"
        "from registrar.app.report_files import write_report\n"
        "from registrar.errors import OutputError\n"
        "os.setgid(65534) if os.geteuid() == 0 else None\n"
        "os.setuid(65534) if os.geteuid() == 0 else None\n"
        "try:\n"
        "    write_report('x.json', 'new')\n"
        "except OutputError as error:\n"
        "    sys.exit(error.message)\n"
    )
    folder.chmod(0o555)
    command, env = [sys.executable, "-c", code], unmeasured()
    done = subprocess.run(
        command, cwd=folder, env=env, stderr=subprocess.PIPE, text=True, check=False
    )
    folder.chmod(0o755)
    assert done.stderr == "x.json cannot be written: Permission denied\n"
    assert (folder / "x.json").read_text() == "old"
    assert left(folder) == ["x.json"]


def test_a_pipe_gets_the_report(repo: Repo, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text("utf-8")))
    reader.start()
    assert repo.check_text("--report", f"json={pipe}").code == 0
    reader.join()
    assert json.loads(read[0])["verdict"] == "pass"
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_stdout_may_be_named_even_where_it_is_a_file(name: str, repo: Repo, tmp_path: Path) -> None:
    with open(tmp_path / "out", "w") as out:
        done = subprocess.run(
            [*REGISTRAR, "check", "--report", f"concise={name}", "--report", "json=/dev/null"],
            cwd=repo.path,
            stdout=out,
            check=False,
        )
    assert done.returncode == 0
    lines = (tmp_path / "out").read_text().splitlines()
    assert len(lines) == 4, lines
    assert lines[0].startswith("PASS: ")
    assert lines[3].startswith("PASS: ")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    assert os.path.islink("/dev/stdout")


def test_a_full_stdout_does_not_cost_the_file(repo: Repo, tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*REGISTRAR, "check", "--report", f"json={tmp_path}/x.json"],
            cwd=repo.path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 70
    assert "the report could not be written: No space left on device" in done.stderr
    assert json.loads((tmp_path / "x.json").read_text())["verdict"] == "pass"


@pytest.mark.parametrize("format", ["concise", "json", "sarif", "github", "gitlab", "junit", "markdown", "text"])  # fmt: skip
def test_the_format_does_not_change_the_exit_code(format: str, repo: Repo, tmp_path: Path) -> None:
    assert repo.check_text("--format", format).code == 0
    assert repo.check_text("--format", format, "nothing").code == 3
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", "license: Apache 2")
    assert repo.check_text("--format", format).code == 1
