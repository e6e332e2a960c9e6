"""Pull requests in a step harness: the workflow's own scripts, real git, the real program.

Not "ran on GitHub": step_harness.py says what stands for what. Only the slow test at the end lets pip
install the locked libraries.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from builders import Repo, good_entry
from github_side import LOCK, PYZ, Forge, break_entry
from servers import PrivateBackend

from registrar.app.shipped import github

STEPS = 5


def test_a_good_change_is_green(forge: Forge) -> None:
    forge.work().add_entry("wine-1.1.0")
    run = forge.pull_request(forge.repo.commit())
    assert run.code == 0, run.out
    assert len(run.ran) == STEPS
    assert not [line for line in run.annotations if line.startswith("::error")]
    assert "wine-1.1.0" in run.summary


def test_a_bad_change_is_red_with_annotations_and_a_summary(forge: Forge) -> None:
    break_entry(forge.work())
    run = forge.pull_request(forge.repo.commit())
    assert run.code == 1, run.out
    place = "file=model_registry/wine-1.1.0/MODEL_CARD.md"
    assert [line for line in run.annotations if line.startswith("::error") and place in line]
    assert "card-sections" in run.summary


def test_a_change_that_rewrites_its_judge_is_red_and_nothing_of_it_runs(
    forge: Forge, tmp_path: Path
) -> None:
    marker = tmp_path / "ran"
    plant = f"open({str(marker)!r}, 'w')\n"
    repo = forge.work()
    break_entry(repo)
    for path in (
        *("scripts/registrar.pyz", "yaml.py", "jsonschema/__init__.py", "registrar/__init__.py"),
        *("sitecustomize.py", "usercustomize.py", "venv.py", "pip.py", "git.py"),
        *("scripts/validate_model_metadata.py", "scripts/yaml.py"),
    ):
        repo.write(path, plant)
    repo.write("scripts/registrar-requirements.txt", "evil @ file:///evil\n")
    repo.write(github.WORKFLOW_PATH, "on: pull_request\njobs: {}\n")
    repo.edit(
        "registrar.toml", "[license]", "[rules]\nseverity = {card-sections = 'off'}\n[license]"
    )
    repo.write("waivers.yaml", "waivers:\n- {rule: card-sections, entry: wine-1.1.0}\n")
    repo.write("model_registry/MODEL_METADATA_SCHEMA.json", "{}")
    repo.write(".gitattributes", "* filter=evil diff=evil merge=evil\n")
    run = forge.pull_request(repo.commit())
    assert run.code == 1, run.out
    assert "card-sections" in run.summary
    assert "gate-intact" in run.summary
    assert not marker.exists()
    temp = forge.last.folder / "temp"
    assert (temp / "registrar.pyz").read_bytes() == PYZ
    assert (temp / "registrar-requirements.txt").read_bytes() == LOCK
    assert not (forge.last.workspace / "yaml.py").exists()


def test_the_harness_would_see_a_planted_program_run(forge: Forge, tmp_path: Path) -> None:
    # the same plant, but merged: now it is the judge, and the marker is written
    marker = tmp_path / "ran"
    repo = forge.work()
    repo.write("scripts/registrar.pyz", f"open({str(marker)!r}, 'w')\n")
    base = forge.push(repo.commit())
    forge.work(base).add_entry("wine-1.1.0")
    assert forge.pull_request(repo.commit()).code == 0
    assert marker.exists()


def test_a_fork_is_judged_like_everybody(forge: Forge, tmp_path: Path) -> None:
    fork = Repo(tmp_path / "fork", git=False)
    fork.git("clone", "--quiet", forge.origin, ".")
    fork.git("checkout", "--quiet", "--detach", f"origin/{forge.branch}")
    break_entry(fork)
    head = fork.commit()
    fork.git("push", "--quiet", "origin", f"{head}:refs/pull/7/head")
    forge.repo.git("fetch", "--quiet", "origin", "refs/pull/7/head")
    assert forge.pull_request(head).code == 1


def test_a_pull_request_that_only_deletes_is_red(forge: Forge) -> None:
    forge.work().git("rm", "-r", "--quiet", "model_registry/wine-1.0.0")
    run = forge.pull_request(forge.repo.commit())
    assert run.code == 1, run.out
    assert "version-immutable" in run.summary


def test_a_change_of_other_files_is_green(forge: Forge) -> None:
    forge.work().write("README.md", "# Models\n")
    run = forge.pull_request(forge.repo.commit())
    assert run.code == 0, run.out
    assert len(run.ran) == STEPS


def test_an_empty_difference_is_green(forge: Forge) -> None:
    run = forge.pull_request(forge.bare.git("rev-parse", forge.branch))
    assert run.code == 0, run.out


def test_two_versions_of_one_model_in_one_change_are_judged(forge: Forge) -> None:
    repo = forge.work()
    repo.add_entry("wine-1.1.0")
    break_entry(repo, "wine-1.2.0")
    run = forge.pull_request(repo.commit())
    assert run.code == 1, run.out
    assert "wine-1.1.0" in run.summary
    assert "wine-1.2.0" in run.summary


def test_the_newest_policy_judges_an_old_pull_request(forge: Forge) -> None:
    start = forge.bare.git("rev-parse", forge.branch)
    repo = forge.work()
    repo.edit("registrar.toml", '"Apache-2.0", ', "")
    forge.push(repo.commit())
    forge.work(start).add_entry("wine-1.1.0")
    run = forge.pull_request(repo.commit())
    assert run.code == 1, run.out
    assert "license-policy" in run.summary


def test_a_pull_request_that_moved_on_says_so(forge: Forge) -> None:
    pull = {"number": 7, "head": {"sha": "1" * 40}}
    run = forge.run("pull_request_target", {"pull_request": pull})
    assert run.code == 2
    assert "moved on" in run.out
    assert len(run.ran) == 3


NAMES = ("trunk", "release/1.x", "we\"ird+'s&$(>pwned)", "a${{x}}`>pwned`é😀")


@pytest.mark.parametrize("branch", NAMES)
def test_unusual_names_are_names(tmp_path: Path, gate: Path, branch: str) -> None:
    forge = Forge(tmp_path, gate, branch)
    before = forge.adopt()
    repo = forge.work()
    repo.add_entry("wine-1.1.0", good_entry() | {"notes $(touch pwned) é.txt": b"x"})
    break_entry(repo, "bier-1.0.0")
    repo.write("Übung `touch pwned`/a file.txt", "x")
    head = repo.commit("$(touch pwned) \N{RIGHT-TO-LEFT OVERRIDE}")
    title = "$(touch pwned)`touch pwned`'; touch pwned; '${{ github.token }}"
    run = forge.pull_request(head, title, f"topic/$(>pwned)/{branch}")
    assert run.code == 1, run.out
    forge.push(head)
    assert forge.pushed(before, head).code == 1
    assert not list(tmp_path.rglob("pwned"))


@pytest.fixture
def private(forge: Forge) -> Iterator[Forge]:
    handler = type("Handler", (PrivateBackend,), {"root": forge.folder})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    forge.server = f"http://127.0.0.1:{http.server_port}"
    forge.origin = f"{forge.server}/origin.git"
    yield forge
    http.shutdown()
    http.server_close()
    thread.join()


def test_a_private_repository_is_read_with_the_token_of_the_job(private: Forge) -> None:
    break_entry(private.work())
    run = private.pull_request(private.repo.commit())
    assert run.code == 1, run.out
    assert "card-sections" in run.summary
    kept = (private.last.workspace / ".git/config").read_text(encoding="utf-8")
    assert "extraheader" not in kept.lower()


@pytest.mark.slow  # pip installs from the configured index
def test_the_locked_libraries_install_and_judge(tmp_path: Path) -> None:
    forge = Forge(tmp_path, None)
    forge.adopt()
    forge.work().add_entry("wine-1.1.0")
    assert forge.pull_request(forge.repo.commit()).code == 0
    break_entry(forge.work())
    assert forge.pull_request(forge.repo.commit()).code == 1
