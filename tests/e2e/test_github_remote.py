"""The workflow that asks for the bytes, in the step harness, with DVC's own remote on an S3 API.

Not "ran on GitHub": step_harness.py says what stands for what. The libraries are those of this
environment; only the slow test at the end lets pip install the locked ones.
"""

from __future__ import annotations

import re
import threading
from base64 import b64decode
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
import remote_side
from environments import call
from remote_side import NEW, REMOTE_LOCK, SECRET, WEIGHTS, Asking
from servers import BACKEND, PrivateBackend
from step_harness import basic

from registrar.app.shipped import github_remote as remote
from registrar.app.shipped.program import REMOTE_REQUIREMENTS_PATH

pytestmark = pytest.mark.filterwarnings("ignore")
s3 = remote_side.s3
made = remote_side.made
asking = remote_side.asking


NOT_PROVED = "Bytes not proved before merge"


def test_bytes_that_are_there_pass(asking: Asking) -> None:
    runs = asking.pull_request(asking.head)
    prove, told = runs.values()
    assert (prove.code, told.code) == (0, 0), prove.out
    assert prove.environment == remote.ENVIRONMENT
    assert told.environment == ""
    assert NEW in prove.summary
    assert not list(asking.forge.folder.rglob("model.onnx")), "nothing here but pointers"
    assert "wine-1.0.0" not in prove.summary, "only the entries of the change"
    assert "asked for, and nothing was refused" in told.out
    assert "not proved" not in prove.out + told.out


def test_a_forgotten_push_is_refused(asking: Asking) -> None:
    asking.bucket.Object(asking.key(WEIGHTS)).delete()
    prove, told = asking.pull_request(asking.head).values()
    assert (prove.code, told.code) == (1, 1), prove.out
    assert "artifact-remote" in prove.summary
    assert "Bytes not proved" in told.out


def test_other_bytes_of_the_same_size_are_refused(asking: Asking) -> None:
    asking.bucket.put_object(Key=asking.key(WEIGHTS), Body=WEIGHTS[:-1] + b"!")
    prove, _ = asking.pull_request(asking.head).values()
    assert prove.code == 1, prove.out
    assert "SHA-256" in prove.summary


@pytest.mark.parametrize("repository", ["mallory/wine", None])
def test_a_fork_gets_no_credentials_and_is_told(asking: Asking, repository: str | None) -> None:
    prove, told = asking.pull_request(asking.head, repository).values()
    assert (prove.result, prove.ran) == ("skipped", [])
    assert (told.code, told.environment) == (0, "")
    assert f"::warning title=model registry::{NOT_PROVED}" in told.out
    assert NOT_PROVED in told.summary


def test_a_change_cannot_move_the_remote(asking: Asking, tmp_path: Path) -> None:
    repo = asking.forge.work(asking.head)
    repo.edit(".dvc/config", "s3://models/registry", "s3://mallory/registry")
    repo.edit("registrar.toml", '["storage"]', '["storage", "mallory"]')
    marker = tmp_path / "ran"
    plant = f"open({str(marker)!r}, 'w')\n"
    for path in ("scripts/registrar.pyz", "yaml.py", "dvc/__init__.py", "sitecustomize.py"):
        repo.write(path, plant)
    repo.write(REMOTE_REQUIREMENTS_PATH, "evil @ file:///evil\n")
    repo.write(remote.REMOTE_WORKFLOW_PATH, "on: push\njobs: {}\n")
    prove, _ = asking.pull_request(repo.commit()).values()
    assert prove.code == 1, prove.out
    assert "gate-intact" in prove.summary
    assert "artifact-remote" not in prove.summary, "the bytes are where the base says"
    assert not marker.exists()


def test_without_credentials_it_is_incomplete_and_red(asking: Asking) -> None:
    prove, told = asking.pull_request(asking.head, secrets={}).values()
    assert (prove.code, told.code) == (4, 1), prove.out
    assert "look at the secrets of the environment" in prove.out


def test_credentials_may_come_as_a_configuration_of_dvc(asking: Asking) -> None:
    text = (
        f"['remote \"storage\"']\n    access_key_id = AKIAPLANTED\n    secret_access_key = {SECRET}"
    )
    given = {"MODEL_REGISTRY_DVC_CONFIG": text}
    prove, _ = asking.pull_request(asking.head, secrets={remote.ENVIRONMENT: given}).values()
    assert prove.code == 0, prove.out


def test_a_merge_group_is_proved_before_it_is_merged(asking: Asking) -> None:
    ref = "refs/heads/gh-readonly-queue/main/pr-7-abc"
    asking.forge.push(asking.head, ref)
    event = {"merge_group": {"head_sha": asking.head}}
    prove, _ = asking.run("merge_group", event, ref=ref, sha=asking.head).values()
    assert (prove.code, prove.environment) == (0, remote.ENVIRONMENT), prove.out
    asking.bucket.Object(asking.key(WEIGHTS)).delete()
    prove, _ = asking.run("merge_group", event, ref=ref, sha=asking.head).values()
    assert prove.code == 1, prove.out


def test_a_push_is_proved_at_once(asking: Asking) -> None:
    asking.forge.push(asking.head)
    asking.bucket.put_object(Key=asking.key(WEIGHTS), Body=WEIGHTS[:-1] + b"!")
    event = {"before": asking.base, "after": asking.head}
    prove, _ = asking.run("push", event, sha=asking.head).values()
    assert (prove.code, prove.environment) == (1, remote.MERGED_ENVIRONMENT), prove.out
    assert "SHA-256" in prove.summary


def test_by_hand_no_other_branch_is_asked_for(asking: Asking) -> None:
    prove, told = asking.run("workflow_dispatch", {}, ref="refs/heads/topic").values()
    assert (asking.look.code, prove.result, told.code) == (2, "skipped", 1)
    assert "run it there" in asking.look.out


def test_no_reviewer_is_asked_about_a_change_without_models(asking: Asking) -> None:
    for repository in ("acme/wine", "mallory/wine"):
        asking.forge.work(asking.base).write("train.py", "print('more')\n")
        head = asking.forge.repo.commit()
        prove, told = asking.pull_request(head, repository).values()
        assert (asking.look.code, prove.result, told.code) == (0, "skipped", 0), asking.look.out
        assert "No entry is touched" in told.out
        assert "not proved" not in told.out


def test_a_policy_that_cannot_judge_is_red(asking: Asking) -> None:
    repo = asking.forge.work(asking.base)
    repo.write("registrar.toml", "[artifcat]\n")
    asking.forge.push(repo.commit("broken"))
    prove, told = asking.pull_request(asking.head).values()
    assert (asking.look.code, prove.result, told.code) == (2, "skipped", 1), asking.look.out
    assert "model-registry-remote-look ended with 'failure'" in told.out


@pytest.mark.parametrize("event", ["merge_group", "push"])
def test_what_brings_the_workflow_meets_no_credentials_before_it_is_merged(
    asking: Asking, event: str
) -> None:
    repo = asking.forge.work(asking.base)
    repo.git("rm", "--quiet", REMOTE_REQUIREMENTS_PATH)
    before = asking.forge.push(repo.commit("without"), force=True)
    repo.write(REMOTE_REQUIREMENTS_PATH, REMOTE_LOCK)
    after = repo.commit("with")
    if event == "push":
        asking.forge.push(after)
        prove, _ = asking.run("push", {"before": before, "after": after}, sha=after).values()
        assert (prove.code, "The gate is new" in prove.out) == (0, True), prove.out
        return
    ref = "refs/heads/gh-readonly-queue/main/pr-7-abc"
    asking.forge.push(after, ref)
    group = {"merge_group": {"head_sha": after}}
    prove, _ = asking.run("merge_group", group, ref=ref, sha=after).values()
    assert (asking.look.code, prove.result) == (2, "skipped"), asking.look.out
    assert "registrar init --remote" in asking.look.out


PROBE = """\
import os, subprocess, sys
home = os.environ["HOME"]
for path in (home, f"{home}/.netrc", f"{home}/dvc", f"{home}/dvc/config"):
    assert os.stat(path).st_mode & 0o077 == 0, path
env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
done = subprocess.run(["git", "ls-remote", %r], env=env | {"GIT_TERMINAL_PROMPT": "0"})
assert not [name for name in os.environ if "NETRC" in name or name == "DVC_CONFIGURATION"]
sys.exit(done.returncode and 4)
"""


@pytest.mark.parametrize("known", [True, False])
def test_git_asks_private_repositories_with_a_netrc(asking: Asking, known: bool) -> None:
    """A source repository is asked over HTTPS, which has no server here: git itself is asked."""
    if not BACKEND.exists():
        pytest.skip("git-http-backend is not installed")
    handler = type("Handler", (PrivateBackend,), {"root": asking.forge.folder})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{http.server_port}/origin.git"
    repo = asking.forge.work(asking.base)
    repo.write("scripts/registrar.pyz", PROBE % url)
    asking.forge.push(repo.commit("another program"))
    name, _, password = b64decode(basic()).decode().partition(":")
    given = {"MODEL_REGISTRY_NETRC": f"machine 127.0.0.1 login {name} password {password}"}
    secrets = {remote.MERGED_ENVIRONMENT: given if known else {}}
    prove, _ = asking.run("schedule", {}, secrets=secrets).values()
    http.shutdown()
    http.server_close()
    thread.join()
    assert prove.code == (0 if known else 4), prove.out
    home = asking.forge.folder / f"run{asking.forge.runs}/prove/temp/home-of-registrar"
    assert not home.exists()


@pytest.mark.slow  # pip installs from the configured index
def test_the_locked_libraries_install_and_ask(asking: Asking) -> None:
    asking.forge.gate = None
    prove, _ = asking.pull_request(asking.head).values()
    assert prove.code == 0, prove.out
    python = asking.forge.folder / f"run{asking.forge.runs}/prove/temp/registrar/bin/python"
    said = call(python, "-I", "-m", "pip", "check", cwd=asking.forge.folder).stdout
    lacks = set(re.findall(r"requires ([a-z0-9-]+), which is not installed", said))
    assert lacks == {"hydra-core", "omegaconf"}, said  # they alone need what has no wheel
    client = "from mlflow import MlflowClient; MlflowClient('http://127.0.0.1:1')"
    done = call(python, "-I", "-c", client, cwd=asking.forge.folder)
    assert done.returncode == 0, done.stderr
    asking.bucket.Object(asking.key(WEIGHTS)).delete()
    prove, _ = asking.pull_request(asking.head).values()
    assert prove.code == 1, prove.out
