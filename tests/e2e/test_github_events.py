"""The other events of the workflow in the step harness: queue, push, schedule, and adopting."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import POLICY, Repo
from builders import run as registrar
from github_side import LOCK, PYZ, ZEROS, Forge, break_entry

from registrar.app.shipped import github


@pytest.mark.parametrize("last", ["good", "bad"])
def test_a_merge_group_is_judged_as_a_whole(forge: Forge, last: str) -> None:
    repo = forge.work()
    for name in ("bad", "good") if last == "good" else ("good", "bad"):
        (break_entry if name == "bad" else Repo.add_entry)(repo, f"{name}-1.0.0")
        head = repo.commit(name)
    ref = "refs/heads/gh-readonly-queue/main/pr-2-abc"
    forge.push(head, ref)
    group = {"head_sha": head, "base_sha": repo.git("rev-parse", "HEAD^"), "base_ref": "main"}
    run = forge.run("merge_group", {"merge_group": group}, ref=ref, sha=head)
    assert run.code == 1, run.out
    assert "bad-1.0.0" in run.summary


def test_a_good_merge_group_is_green(forge: Forge) -> None:
    repo = forge.work()
    for name in ("ale", "cider"):
        repo.add_entry(f"{name}-1.0.0")
        head = repo.commit(name)
    ref = "refs/heads/gh-readonly-queue/main/pr-2-abc"
    forge.push(head, ref)
    run = forge.run("merge_group", {"merge_group": {"head_sha": head}}, ref=ref, sha=head)
    assert run.code == 0, run.out


def test_a_push_is_judged_by_what_was_there_before(forge: Forge) -> None:
    before = forge.bare.git("rev-parse", forge.branch)
    repo = forge.work()
    break_entry(repo)
    repo.edit(
        "registrar.toml", "[license]", "[rules]\nseverity = {card-sections = 'off'}\n[license]"
    )
    repo.write("scripts/registrar.pyz", "raise SystemExit(0)\n")
    after = forge.push(repo.commit())
    run = forge.pushed(before, after)
    assert run.code == 1, run.out
    assert "card-sections" in run.summary
    assert "gate-intact" in run.summary


def test_a_forced_push_is_red(forge: Forge) -> None:
    before = forge.bare.git("rev-parse", forge.branch)
    forge.work(f"{forge.branch}^").write("README.md", "# Rewritten\n")
    after = forge.push(forge.repo.commit(), force=True)
    run = forge.pushed(before, after)
    assert run.code == 1, run.out
    assert "gate-intact" in run.summary


def test_a_forced_push_whose_old_tip_is_gone_says_so(forge: Forge) -> None:
    forge.work(f"{forge.branch}^").write("README.md", "# Rewritten\n")
    after = forge.push(forge.repo.commit(), force=True)
    run = forge.pushed("1" * 40, after)
    assert run.code == 2
    assert "run this workflow by hand" in run.out


@pytest.mark.parametrize("good", [True, False])
def test_a_new_branch_is_judged_whole(forge: Forge, good: bool) -> None:
    after = forge.bare.git("rev-parse", forge.branch)
    if not good:
        break_entry(forge.work())
        after = forge.push(forge.repo.commit())
    run = forge.pushed(ZEROS, after)
    assert run.code == (0 if good else 1), run.out
    assert "wine-1.1.0" in run.summary or good


@pytest.mark.parametrize("event", ["schedule", "workflow_dispatch"])
def test_the_schedule_judges_everything(forge: Forge, event: str) -> None:
    assert forge.run(event, {}).code == 0
    break_entry(forge.work())
    forge.push(forge.repo.commit())
    run = forge.run(event, {})
    assert run.code == 1, run.out
    assert "card-sections" in run.summary


def test_by_hand_no_other_branch_gets_a_green_check(forge: Forge) -> None:
    run = forge.run("workflow_dispatch", {}, ref="refs/heads/topic")
    assert (run.code, "run it there" in run.out) == (2, True), run.out


def test_entries_that_a_merge_lost_are_missed(forge: Forge) -> None:
    """History is looked at in full: git leaves out the parent that a merge took nothing of."""
    repo = forge.repo
    with_entries = repo.git("rev-parse", "HEAD")
    repo.git("rm", "-r", "--quiet", "model_registry")
    repo.commit("without")
    tree = repo.git("rev-parse", "HEAD^{tree}")
    bare = repo.git("commit-tree", tree, "-m", "never had any")
    merged = repo.git("commit-tree", tree, "-p", with_entries, "-p", bare, "-m", "merge")
    repo.git("reset", "--quiet", "--hard", merged)
    forge.push(merged)
    run = forge.run("schedule", {})
    assert (run.code, "the registry is empty" in run.out) == (3, True), run.out


def test_a_registry_without_entries_is_green_in_its_first_days_only(
    tmp_path: Path, gate: Path
) -> None:
    forge = Forge(tmp_path, gate)
    forge.repo.write("registrar.toml", POLICY)
    forge.repo.write("scripts/registrar.pyz", PYZ)
    forge.repo.write("scripts/registrar-requirements.txt", LOCK)
    forge.repo.write("docs/MODEL_CARD.md", "# A template is no entry\n")
    forge.push(forge.repo.commit())
    run = forge.run("schedule", {})
    assert (run.code, "no entry yet" in run.out) == (0, True), run.out
    forge.repo.add_entry()
    forge.repo.commit()
    forge.repo.git("rm", "-r", "--quiet", "model_registry")
    forge.push(forge.repo.commit())
    run = forge.run("schedule", {})
    assert (run.code, "the registry is empty" in run.out) == (3, True), run.out


def test_entries_without_a_card_are_missed_too(tmp_path: Path, gate: Path) -> None:
    """A registry that was adopted: its old models have no papers at all."""
    forge = Forge(tmp_path, gate)
    forge.repo.write("registrar.toml", POLICY)
    forge.repo.write("scripts/registrar.pyz", PYZ)
    forge.repo.write("scripts/registrar-requirements.txt", LOCK)
    forge.repo.write("model_registry/LICENSES/LicenseRef-acme.txt", "No entry either.\n")
    forge.push(forge.repo.commit())
    run = forge.run("schedule", {})
    assert (run.code, "no entry yet" in run.out) == (0, True), run.out
    forge.repo.write("model_registry/old/model.pkl", b"an old one")
    forge.repo.commit()
    forge.repo.git("rm", "-r", "--quiet", "model_registry/old")
    forge.push(forge.repo.commit())
    run = forge.run("schedule", {})
    assert (run.code, "the registry is empty" in run.out) == (3, True), run.out


def test_the_push_that_brings_the_gate_is_judged_by_its_own_copy(
    tmp_path: Path, gate: Path
) -> None:
    forge = Forge(tmp_path, gate)
    forge.repo.write("train.py", "")
    before = forge.push(forge.repo.commit())
    run = forge.pushed(before, forge.adopt())
    assert run.code == 0, run.out
    assert "The gate is new" in run.out


def test_a_pull_request_never_brings_its_own_program(tmp_path: Path, gate: Path) -> None:
    forge = Forge(tmp_path, gate)
    forge.repo.write("train.py", "")
    before = forge.push(forge.repo.commit())
    head = forge.adopt()
    forge.push(before, force=True)
    run = forge.pull_request(head)
    assert run.code == 2, run.out
    assert "Run 'registrar init' there" in run.out
    assert not (forge.last.folder / "temp/registrar.pyz").exists()


def test_the_other_event_lets_the_adopting_pull_request_bring_it(
    tmp_path: Path, gate: Path
) -> None:
    forge = Forge(tmp_path, gate)
    forge.workflow = github.workflow(forge.branch, "pull_request")
    forge.repo.write("train.py", "")
    before = forge.push(forge.repo.commit())
    head = forge.adopt()
    forge.push(before, force=True)
    forge.push(head, "refs/pull/7/head", force=True)
    event = {"pull_request": {"number": 7, "head": {"sha": head}}}
    run = forge.run("pull_request", event)
    assert run.code == 0, run.out
    assert "The gate is new" in run.out


@pytest.mark.parametrize("event", ["pull_request_target", "pull_request"])
def test_what_init_writes_holds(tmp_path: Path, gate: Path, event: str) -> None:
    forge = Forge(tmp_path, gate, "trunk")
    repo = forge.repo
    repo.write("train.py", "")
    before = forge.push(repo.commit())
    made = registrar("init", "--github-event", event, "--owner", "@acme/ml", cwd=repo.path)
    assert made.code == 0, made.err
    after = forge.push(repo.commit("init"))
    forge.workflow = (repo.path / github.WORKFLOW_PATH).read_text(encoding="utf-8")
    adopted = forge.pushed(before, after)
    assert (adopted.code, "no entry yet" in adopted.out) == (0, True), adopted.out
    forge.work().add_entry("wine-1.0.0")
    assert forge.pull_request(repo.commit("good"), event_name=event).code == 0
    break_entry(forge.work())
    repo.write("scripts/registrar.pyz", "raise SystemExit(0)")
    run = forge.pull_request(repo.commit("bad"), event_name=event)
    assert run.code == 1, run.out
    assert "gate-intact" in run.summary
