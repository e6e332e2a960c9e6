"""The GitLab job, run by gitlab-ci-local in a shell: its own script, pip, and the real program.

Not GitLab: that program reads the file, gives the variables and runs the job here. ``image`` is
taken out of the file, because there are no containers; the rest is what `init` writes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builders import GIT_ENV, POLICY, Repo
from github_side import LOCK, PYZ, TOP, ZEROS

from registrar.app.shipped import gitlab

pytestmark = pytest.mark.slow
RUNNER = TOP / "tests/node/node_modules/.bin/gitlab-ci-local"
BRANCH = "release/1.x"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    if not RUNNER.exists() or shutil.which("rsync") is None:
        pytest.skip("gitlab-ci-local or rsync is not installed: make test-services")
    bare = Repo(tmp_path / "origin.git", git=False)
    bare.git("init", "--quiet", "--bare", "--initial-branch", BRANCH)
    made = Repo(tmp_path / "clone", git=False)
    made.git("init", "--quiet", "--initial-branch", BRANCH)
    made.git("remote", "add", "origin", str(bare.path))
    made.write("registrar.toml", POLICY)
    made.write("scripts/registrar.pyz", PYZ)
    made.write("scripts/registrar-requirements.txt", LOCK)
    pipeline = re.sub(r"^  image: .*\n", "", gitlab.pipeline(BRANCH), flags=re.MULTILINE)
    made.write(gitlab.PIPELINE_PATH, pipeline)
    made.write(".gitlab-ci.yml", f"include:\n- local: {gitlab.PIPELINE_PATH}\n")
    made.write(".gitignore", ".gitlab-ci-local/\ngl-code-quality-report.json\n")
    made.commit("adopt")
    made.add_entry()
    made.commit("first entry")
    made.git("push", "--quiet", "origin", "HEAD")
    return made


def run(repo: Repo, source: str, branch: str = BRANCH, **variables: str) -> tuple[int, str]:
    given = {"CI_PIPELINE_SOURCE": source, "CI_COMMIT_BRANCH": branch} | variables
    done = subprocess.run(
        [
            *(RUNNER, "--no-color", "--shell-executor-no-image"),
            *(part for name, value in given.items() for part in ("--variable", f"{name}={value}")),
        ],
        cwd=repo.path,
        env=os.environ | GIT_ENV | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def merge_request(repo: Repo, **variables: str) -> tuple[int, str]:
    target = {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": BRANCH, "CI_COMMIT_BEFORE_SHA": ZEROS}
    return run(repo, "merge_request_event", "", **target, **variables)


def quality(repo: Repo) -> list[dict[str, str]]:
    text = (repo.path / "gl-code-quality-report.json").read_text(encoding="utf-8")
    found: list[dict[str, str]] = json.loads(text)
    return found


def test_a_good_merge_request_passes(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "-b", "topic")
    repo.add_entry("wine-1.1.0")
    repo.commit("good")
    code, said = merge_request(repo)
    assert code == 0, said
    assert quality(repo) == []


def test_a_bad_merge_request_is_refused_with_a_report(repo: Repo, tmp_path: Path) -> None:
    repo.git("checkout", "--quiet", "-b", "topic")
    repo.add_entry("wine-1.1.0")
    repo.write("model_registry/wine-1.1.0/MODEL_CARD.md", "# Nothing\n")
    marker = tmp_path / "ran"
    for path in ("scripts/registrar.pyz", "yaml.py", "sitecustomize.py", "venv.py", "pip.py"):
        repo.write(path, f"open({str(marker)!r}, 'w')\n")
    repo.edit("registrar.toml", "[license]", "[rules]\nseverity = {card-sections='off'}\n[license]")
    repo.commit("bad")
    code, said = merge_request(repo)
    assert code != 0, said
    assert "card-sections" in said
    assert "gate-intact" in said
    assert {found["check_name"] for found in quality(repo)} >= {"card-sections", "gate-intact"}
    assert not marker.exists()


def test_a_fork_is_judged_by_the_branch_that_it_would_join(repo: Repo) -> None:
    parent = Path(repo.git("remote", "get-url", "origin"))
    parent.rename(parent.with_name("parent.git"))
    fork = Repo(parent, git=False)
    fork.git("init", "--quiet", "--bare", "--initial-branch", BRANCH)
    loose = POLICY.replace("[license]", "[rules]\nseverity = {card-sections = 'off'}\n[license]")
    repo.write("registrar.toml", loose)
    repo.commit("the fork's own policy")
    repo.git("push", "--quiet", "origin", "HEAD")
    repo.git("checkout", "--quiet", "-b", "topic", "HEAD^")
    repo.add_entry("wine-1.1.0")
    repo.write("model_registry/wine-1.1.0/MODEL_CARD.md", "# Nothing\n")
    repo.commit("bad")
    assert merge_request(repo)[0] == 0  # this is what the fork's own branch says
    url = str(parent.with_name("parent"))
    variables = {"CI_MERGE_REQUEST_PROJECT_PATH": "acme/it", "CI_MERGE_REQUEST_PROJECT_URL": url}
    code, said = merge_request(repo, **variables)
    assert code != 0, said
    assert "card-sections" in said


def test_a_push_is_judged_by_what_was_there_before(repo: Repo) -> None:
    before = repo.git("rev-parse", "HEAD")
    repo.add_entry("wine-1.1.0")
    good = repo.commit("good")
    code, said = run(repo, "push", CI_COMMIT_BEFORE_SHA=before)
    assert code == 0, said
    repo.git("rm", "-r", "--quiet", "model_registry/wine-1.0.0")
    repo.commit("deleted")
    code, said = run(repo, "push", CI_COMMIT_BEFORE_SHA=good)
    assert code != 0, said
    assert "version-immutable" in said
    code, said = run(repo, "push", CI_COMMIT_BEFORE_SHA="1" * 40)
    assert code != 0, said
    assert "history was rewritten" in said


def test_the_schedule_judges_everything(repo: Repo) -> None:
    code, said = run(repo, "schedule", CI_COMMIT_BEFORE_SHA=ZEROS)
    assert code == 0, said
    repo.add_entry("wine-1.1.0")
    repo.write("model_registry/wine-1.1.0/MODEL_CARD.md", "# Nothing\n")
    repo.commit("bad")
    code, said = run(repo, "schedule", CI_COMMIT_BEFORE_SHA=ZEROS)
    assert code != 0, said
    assert "card-sections" in said


def test_other_branches_are_not_judged(repo: Repo) -> None:
    code, said = run(repo, "push", "topic", CI_COMMIT_BEFORE_SHA=ZEROS)
    assert code == 0, said
    assert gitlab.JOB_NAME not in said
