"""The pre-receive hook with real pushes, over a path and over HTTP."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from builders import ENTRY, POLICY, Repo, good_entry
from servers import Server, push


def test_a_good_push_is_taken_and_a_bad_one_refused(repo: Repo, server: Server) -> None:
    taken, said = push(repo, server)
    assert taken, said
    assert "remote: registrar: refs/heads/main accepted" in said
    before = server.tip()
    repo.add_entry("beer-1.0.0")
    repo.edit("model_registry/beer-1.0.0/metadata.yaml", "Apache-2.0", "GPL-3.0-only")
    repo.commit("bad")
    taken, said = push(repo, server)
    assert not taken
    assert "remote: error[license-policy]: GPL-3.0-only is not allowed here" in said
    assert "remote: 8 | license: GPL-3.0-only" in said.replace("remote:  ", "remote: ")
    assert server.tip() == before
    repo.edit("model_registry/beer-1.0.0/metadata.yaml", "GPL-3.0-only", "Apache-2.0")
    repo.commit("good")
    assert push(repo, server)[0]


def test_policy_in_one_push_and_the_model_in_the_next(repo: Repo, server: Server) -> None:
    assert push(repo, server)[0]
    repo.write("registrar.toml", POLICY.replace('"MIT"', '"MIT", "GPL-3.0-only"'))
    repo.commit("let it in")
    taken, said = push(repo, server)
    assert not taken
    assert "this server takes no push that changes gate files (registrar.toml)" in said
    server.repo.git("config", "registrar.gateChanges", "allow")
    assert push(repo, server)[0]
    server.repo.git("config", "--unset", "registrar.gateChanges")
    repo.write("registrar.toml", POLICY)
    repo.add_entry("beer-1.0.0")
    repo.commit("policy and model at once")
    taken, said = push(repo, server)
    assert not taken
    assert "change together" in said


def test_a_repository_without_a_policy_receives_its_first(repo: Repo, server: Server) -> None:
    bare = Repo(repo.path.parent / "bare")
    bare.write("README", "nothing yet")
    bare.commit()
    assert push(bare, server)[0]
    bare.write("registrar.toml", POLICY)
    bare.commit("the first policy")
    assert push(bare, server)[0]
    bare.write("registrar.toml", POLICY + "# and more\n")
    bare.commit("the second")
    assert not push(bare, server)[0]


def test_a_first_push_is_judged_by_the_built_in_policy(repo: Repo, server: Server) -> None:
    repo.edit(f"{ENTRY}/metadata.yaml", "commit: 3f786850", "commit: main-3f786850")
    repo.commit("bad")
    taken, said = push(repo, server)
    assert not taken
    assert "error[source-pinned]" in said
    assert "built-in policy" in said


def test_a_forced_push_that_drops_an_entry(repo: Repo, server: Server) -> None:
    first = repo.git("rev-parse", "HEAD~1")
    assert push(repo, server)[0]
    repo.git("checkout", "--quiet", "-B", "main", first)
    repo.write("other", "x")
    repo.commit("another history")
    taken, said = push(repo, server, "--force", "main")
    assert not taken
    assert "the head does not descend from the old tip" in said
    assert "the merged entry wine-1.0.0 was deleted" in said


def test_other_branches_pass_with_one_line(repo: Repo, server: Server) -> None:
    assert push(repo, server)[0]
    repo.git("checkout", "--quiet", "-b", "draft")
    repo.git("rm", "-rf", "--quiet", ENTRY)
    repo.commit("draft")
    taken, said = push(repo, server, "draft")
    assert taken
    assert [line for line in said.split("\n") if line.startswith("remote:")] == [
        "remote: registrar: refs/heads/draft is not judged; judged here: refs/heads/main        "
    ]
    repo.git("branch", "release/1")
    server.repo.git("config", "registrar.refs", "refs/heads/release/*")
    taken, said = push(repo, server, "release/1")
    assert not taken
    assert "version-immutable" in said


def test_a_judged_branch_is_not_deleted(repo: Repo, server: Server) -> None:
    assert push(repo, server)[0]
    server.repo.git("config", "receive.denyDeleteCurrent", "ignore")
    taken, said = push(repo, server, ":main")
    assert not taken
    assert "gate-intact: refs/heads/main may not be deleted" in said


def test_nothing_of_the_push_or_of_the_repository_runs(
    repo: Repo, server: Server, tmp_path: Path
) -> None:
    marker = tmp_path / "marker"
    plant = f"open({str(marker)!r}, 'w')\n"
    for name in ("yaml.py", "registrar/__init__.py", "registrar/cli/main.py", "sitecustomize.py"):
        repo.write(name, plant)
        server.repo.write(name, plant)
    repo.commit("plants")
    assert push(repo, server)[0]
    assert not marker.exists()


def test_a_first_policy_must_be_valid(repo: Repo, server: Server) -> None:
    repo.write("registrar.toml", "[artifcat]\n")
    repo.commit("broken")
    taken, said = push(repo, server)
    assert not taken
    assert "registrar.toml would not be valid" in said


def test_a_broken_policy_of_the_base_refuses_and_says_why(repo: Repo, server: Server) -> None:
    repo.write("registrar.toml", "[artifcat]\n")
    repo.commit("broken")
    hook = server.repo.path / "hooks" / "pre-receive"
    hook.rename(hook.with_suffix(".off"))
    assert push(repo, server)[0]
    hook.with_suffix(".off").rename(hook)
    repo.write("README", "x")
    repo.commit("anything")
    taken, said = push(repo, server)
    assert not taken
    assert 'unknown key "artifcat"' in said


def test_what_is_no_hook_input_is_a_usage_error(server: Server) -> None:
    command = [sys.executable, "-I", "-m", "registrar", "hook", "pre-receive"]
    done = subprocess.run(
        command, cwd=server.repo.path, input="hello\n", capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "no input of a pre-receive hook" in done.stderr


def test_a_baseline_that_shrinks_may_be_pushed_with_the_model(
    tmp_path: Path, server: Server
) -> None:
    old = Repo(tmp_path / "old")
    old.write("registrar.toml", POLICY)
    old.add_entry()
    (old.path / ENTRY / "MODEL_CARD.md").unlink()
    old.write("baseline.yaml", 'baseline:\n  "wine-1.0.0": {card-sections: 1}\n')
    old.commit("adopted before the hook was there")
    server.repo.git("fetch", "--quiet", str(old.path), "main:main")
    old.write("baseline.yaml", 'baseline:\n  "wine-1.0.0": {card-sections: 2}\n')
    old.commit("grown")
    taken, said = push(old, server)
    assert not taken
    assert "the baseline grew: card-sections of wine-1.0.0 from 1 to 2" in said
    old.git("reset", "--quiet", "--hard", "HEAD~1")
    old.write(f"{ENTRY}/MODEL_CARD.md", good_entry()["MODEL_CARD.md"])
    old.write("baseline.yaml", "baseline: {}\n")
    old.commit("mended")
    taken, said = push(old, server)
    assert taken, said
