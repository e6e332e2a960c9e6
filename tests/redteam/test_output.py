"""What documents say never reaches a terminal raw; faults of the output are told."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from builders import ENTRY, Repo, good_repo, run

from registrar.formats.table import FORMATS

RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
HOSTILE = {
    "csi": "\x1b[2J\x1b[31m",
    "osc-8": "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07",
    "bell-and-backspace": "\x07\x08\x08",
    "delete": "a\x7fb",
    "c1": "\x9b31m",
    "bidi": "\u202egnp.exe\u2066",
    "separators": "a\u2028b\u2029c",
}
REGISTRAR = [sys.executable, "-m", "registrar"]


def clean(text: str) -> bool:
    return RAW.search(text) is None


def plant(repo: Repo, text: str) -> None:
    """The text as a value, a key, a name of a file and of an entry, in waivers and a card."""
    written = json.dumps(text)
    metadata = f"{ENTRY}/metadata.yaml"
    repo.edit(metadata, "license: Apache-2.0", f"license: {written}\n{written}: 1")
    repo.edit(f"{ENTRY}/MODEL_CARD.md", "Teaching", text)
    repo.edit(f"{ENTRY}/dataset-manifest.yaml", "name: wine", f"name: {text}")
    repo.write(f"{ENTRY}/{text.replace('/', '_')}", "x")
    repo.write(f"model_registry/{text.replace('/', '_')}/metadata.yaml", "license: GPL-3.0-only")
    repo.write("waivers.yaml", f"waivers: [{{rule: {written}, entry: {written}}}]\n")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_escaped_everywhere(name: str, tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    plant(repo, HOSTILE[name])
    asked = [("--format", name) for name in FORMATS]
    for argv in (*asked, (), ("--base", "HEAD")):
        result = repo.check_text(*argv)
        assert result.code == 1, result.err
        assert clean(result.out), RAW.findall(result.out)
        assert clean(result.err)
    assert repo.check().findings, "and the JSON still is JSON"


def test_reasons_and_owners_of_waivers_are_escaped(tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", "license: GPL-3.0-only")
    waiver = "{rule: license-policy, entry: wine-1.0.0, granted: '2026-11-01', "
    repo.write(
        "waivers.yaml",
        f"waivers: [{waiver}expires: '2026-12-01', reason: \u200bzero, owner: \u00ad}}]\n",
    )
    result = repo.check_text("--at", "2026-11-24")
    assert result.code == 0, result.out
    assert "\\u200bzero" in result.out
    assert "\u200b" not in result.out


@pytest.mark.parametrize("argument", ["--base=\x1b[2J", "\x1b]0;x\x07", "--\x1b[2J"])
def test_arguments_are_escaped_too(argument: str, tmp_path: Path) -> None:
    result = good_repo(tmp_path / "repo").check_text(argument)
    assert result.code in (2, 3)
    assert clean(result.out + result.err)


def test_workflow_commands_in_text_start_no_line(tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    repo.edit(
        f"{ENTRY}/metadata.yaml", "license: Apache-2.0", 'license: "::error::x\\n::add-mask::y"'
    )
    lines = repo.check_text().out.split("\n")
    assert not [line for line in lines if line.lstrip().startswith("::")]


def test_a_full_disk_is_a_clear_error(tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    for arguments in (["check"], ["check", "--format", "json"], ["rules"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [*REGISTRAR, *arguments],
                cwd=repo.path,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert done.returncode == 70
        assert "the report could not be written: No space left on device" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_traceback(tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    for number in range(200):
        repo.write(f"model_registry/x{number}/a", "x")
    with subprocess.Popen(
        [*REGISTRAR, "check"], cwd=repo.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        said = process.stderr.read()
    assert b"Traceback" not in said
    assert process.returncode != 0


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_ends_with_130(jobs: str, tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    os.mkfifo(tmp_path / "started")
    code = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # it may come ignored
        "from registrar.rules import RULES\n"
        "from registrar.reading import entry\n"
        "slow = entry.Entry.raw\n"
        "def raw(self, path):\n"
        "    time.sleep(0.02)\n"
        "    return slow(self, path)\n"
        "entry.Entry.raw = raw\n"
        f"open({str(tmp_path / 'started')!r}, 'w').close()\n"
        "from registrar.cli.main import main\n"
        f"sys.exit(main(['check', '--jobs', '{jobs}']))\n"
    )
    for number in range(120):
        repo.add_entry(f"m{number}-1.0.0")
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=repo.path, stderr=subprocess.PIPE, text=True
    ) as process:
        open(tmp_path / "started").close()
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 130, said
    assert said.strip() == "registrar: interrupted"


@pytest.mark.parametrize("name", HOSTILE)
def test_fix_tells_hostile_text_escaped(name: str, tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", "license: apache-2.0")
    folder = f"model_registry/{HOSTILE[name].replace('/', '_')}-1.0.0"
    (repo.path / ENTRY).rename(repo.path / folder)
    for argv in ((), ("--diff",), ("--format", "json"), ("--diff", "--format", "json")):
        repo.edit(f"{folder}/metadata.yaml", "license: ", "license: ")
        result = run("fix", *argv, cwd=repo.path)
        assert clean(result.out.replace("\t\n", "\n")), RAW.findall(result.out)
        assert clean(result.err)
        assert result.code == 1, "the name of the folder is refused for ever"
