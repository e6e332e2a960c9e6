"""registrar doctor wherever a registry lies: work trees, submodules, other branches and folders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import doctored
import pytest
from builders import Repo, run
from doctored import Said, copy_of, doctor, make_registry, offline
from environments import unmeasured

made = doctored.cloned


def test_places_of_all_kinds(made: Repo, tmp_path: Path) -> None:
    repo = copy_of(made, tmp_path / "mit Ümläut und Platz")
    repo.git("checkout", "--quiet", "--detach")
    assert offline(repo.path).code == 0
    assert offline(repo.path / "model_registry").code == 0  # a folder in it
    assert doctor(tmp_path, "--offline", str(repo.path)).code == 0
    repo.git("worktree", "add", "--quiet", str(tmp_path / "other"), "main")
    repo.write(".git/hooks/pre-commit", "#!/bin/sh\npre-commit\n").chmod(0o755)
    said = offline(tmp_path / "other")
    assert (said.code, said.state("pre-commit-installed")) == (0, "holds")
    outer = Repo(tmp_path / "outer")
    outer.git(
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        str(made.path),
        "registry",
    )
    assert offline(outer.path / "registry").state("workflow-as-shipped") == "holds"


def test_shallow_partial_and_sparse_clones(made: Repo, tmp_path: Path) -> None:
    made.git("config", "uploadpack.allowFilter", "true")
    for name, option in (("shallow", "--depth=1"), ("partial", "--filter=blob:none")):
        clone = tmp_path / name
        Repo(tmp_path, git=False).git("clone", "--quiet", option, f"file://{made.path}", str(clone))
        assert name in offline(clone).told("whole-history")
    repo = copy_of(made, tmp_path / "sparse")
    repo.git("sparse-checkout", "set", "--no-cone", "/*", "!/docs")
    assert "sparse" in offline(repo.path).told("whole-tree")


def test_a_branch_of_another_name_and_a_root_of_another_folder(tmp_path: Path) -> None:
    repo = make_registry(tmp_path / "r", "hauptzweig")
    assert offline(repo.path).code == 0
    repo.git("branch", "--move", "trunk")
    assert {"workflow-as-shipped", "workflow-triggers"} <= set(offline(repo.path).bad)
    (tmp_path / "s").mkdir()
    sub = Repo(tmp_path / "s")
    sub.write("registrar.toml", 'schema_version = 1\n[registry]\nroot = "ml/models"\n')
    sub.commit("policy")
    shown = run("init", "--owner", "@a/b", cwd=sub.path).out.splitlines()
    at = next(i for i, line in enumerate(shown) if line.strip() == "[program]")
    table = "\n".join(line.strip() for line in shown[at : at + 3])
    sub.commit("gate")
    assert offline(sub.path).bad == ["program"]
    sub.edit("registrar.toml", "[registry]", f"{table}\n[registry]")
    sub.commit("program")
    said = offline(sub.path)
    assert (said.code, said.bad) == (0, [])
    assert said.report["root"] == "ml/models"


AS_NOBODY = """
import contextlib, functools, io, os, pkgutil, sys
import registrar.app.doctor as doctor
from registrar.cli.main import main
# nobody may not be able to read the program: what it reads of itself is kept from the first run
pkgutil.get_data = functools.cache(pkgutil.get_data)
with contextlib.redirect_stdout(io.StringIO()):
    main(["doctor", "--offline"])
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.exit(main(["doctor", "--offline", "--format", "json"]))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_tree_that_may_not_be_written_and_a_policy_that_may_not_be_read(
    made: Repo, tmp_path: Path
) -> None:
    repo = copy_of(made, tmp_path / "r")
    repo.git("config", "core.fileMode", "false")
    for folder in (repo.path, *repo.path.parents):
        if folder.owner() == "root" and str(folder).count("/") > 1:
            folder.chmod(0o755)
    for path in repo.path.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    (repo.path / "registrar.toml").chmod(0)
    command = [sys.executable, "-c", AS_NOBODY]
    env = unmeasured() | {"GIT_CONFIG_GLOBAL": "/dev/null"}
    done = subprocess.run(
        command, cwd=repo.path, capture_output=True, text=True, env=env, check=False
    )
    report = json.loads(done.stdout)
    said = Said(done.returncode, report, done.stderr)
    assert said.code == 1, done.stderr
    assert "registrar.toml cannot be read: Permission denied" in said.told("policy")
    assert said.state("workflow-pins") == "holds"
