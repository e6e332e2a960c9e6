"""The workflow that asks for the bytes, where the store has lost objects: told, and to whom."""

from __future__ import annotations

import pytest
import remote_side
from builders import ONNX
from remote_side import NEW, WEIGHTS, Asking

from registrar.app.shipped import github_remote as remote

pytestmark = pytest.mark.filterwarnings("ignore")
s3 = remote_side.s3
made = remote_side.made
asking = remote_side.asking


LOST = "model.onnx is not on the DVC remote storage; the "


def test_a_lost_object_of_an_old_entry_is_told_and_blocks_no_author(asking: Asking) -> None:
    asking.bucket.Object(asking.key(ONNX)).delete()
    prove, told = asking.pull_request(asking.head).values()
    assert (prove.code, told.code) == (0, 0), prove.out
    warning = "::warning title=artifact-remote in wine-1.0.0,file=model_registry/wine-1.0.0/"
    assert warning in prove.out
    assert f"{LOST}change does not touch this entry" in prove.out
    assert "not for the author of this change, but for whoever keeps the remote" in prove.summary
    assert "wine-1.0.0" in prove.summary
    assert "::error" not in prove.out
    assert "warns of what other entries have lost" in told.out
    ref = "refs/heads/gh-readonly-queue/main/pr-7-abc"
    asking.forge.push(asking.head, ref)
    event = {"merge_group": {"head_sha": asking.head}}
    prove, _ = asking.run("merge_group", event, ref=ref, sha=asking.head).values()
    assert (prove.code, warning in prove.out) == (0, True), prove.out


def test_it_does_not_hide_what_the_change_itself_forgot(asking: Asking) -> None:
    for raw in (ONNX, WEIGHTS):
        asking.bucket.Object(asking.key(raw)).delete()
    prove, told = asking.pull_request(asking.head).values()
    assert (prove.code, told.code) == (1, 1), prove.out
    assert f"::error title=artifact-remote in {NEW}," in prove.out
    assert "::warning title=artifact-remote in wine-1.0.0," in prove.out


def test_a_lost_object_of_an_old_entry_is_red_once_it_is_merged(asking: Asking) -> None:
    asking.bucket.Object(asking.key(ONNX)).delete()
    asking.forge.push(asking.head)
    event = {"before": asking.base, "after": asking.head}
    prove, told = asking.run("push", event, sha=asking.head).values()
    assert (prove.code, told.code) == (1, 1), prove.out
    assert f"{LOST}push does not bring this entry" in prove.out
    assert "::error title=artifact-remote in wine-1.0.0," in prove.out


def test_a_fork_is_told_nothing_of_the_store(asking: Asking) -> None:
    asking.bucket.Object(asking.key(ONNX)).delete()
    prove, told = asking.pull_request(asking.head, "mallory/wine").values()
    assert (prove.result, prove.ran, prove.environment) == ("skipped", [], "")
    assert (told.code, "wine-1.0.0" in told.out + asking.look.out) == (0, False)


@pytest.mark.parametrize("event", ["schedule", "workflow_dispatch"])
def test_the_whole_registry_is_asked_for_by_the_clock_and_by_hand(
    asking: Asking, event: str
) -> None:
    asking.forge.push(asking.head)
    prove, told = asking.run(event, {}).values()
    assert (prove.code, told.code) == (0, 0), prove.out
    assert prove.environment == remote.MERGED_ENVIRONMENT
    assert "3 entries checked" in prove.summary
    asking.bucket.Object(asking.key(ONNX)).delete()
    prove, told = asking.run(event, {}).values()
    assert (prove.code, told.code) == (1, 1), prove.out
