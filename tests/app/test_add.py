"""``registrar add``: a whole entry, or nothing; real git, real DVC, killed where it hurts."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from added import OPTIONS, SENTENCE, add, behind_dvc, training_repo
from adoption import snapshot
from builders import GIT_ENV, ONNX, POLICY, SHA, Repo
from tracked import dvc


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return training_repo(tmp_path / "r")


def test_what_can_be_known_is_filled_in_and_the_rest_is_left_to_write(repo: Repo) -> None:
    said = add(repo, *OPTIONS)
    assert said.code == 1, "three sections of the card are left to a person"
    assert said.out.startswith("added model_registry/wine-1.0.0\n")
    assert said.out.count("error[card-sections]") == 3
    assert "FAIL: 1 entry checked, 3 errors" in said.out
    entry = repo.path / "model_registry/wine-1.0.0"
    metadata = yaml.safe_load((entry / "metadata.yaml").read_text())
    assert metadata["source"] == {
        "repository": ".",
        "commit": repo.git("rev-parse", "HEAD"),
        "dirty": False,
    }
    assert metadata["training_hash"] == f"sha256:{SHA}"
    assert metadata["files"] == [{"path": "model.onnx", "sha256": SHA, "size": len(ONNX)}]
    assert metadata["framework"] == {"name": "onnx"}
    manifest = yaml.safe_load((entry / "dataset-manifest.yaml").read_text())
    assert (manifest["name"], manifest["version"]) == ("wine", "1.10")
    assert manifest["files"] == [
        {
            "path": "wine.csv",
            "sha256": hashlib.sha256(b"a,b\n1,2\n").hexdigest(),
            "bytes": 8,
            "media_type": "text/csv",
            "rows": 1,
            "split": "train",
        }
    ]
    card = (entry / "MODEL_CARD.md").read_text()
    assert "| test.accuracy | 0.95 |" in card
    assert repo.git("status", "--short") == "?? model_registry/", "nothing is staged"


def test_with_the_card_of_a_person_it_passes(repo: Repo) -> None:
    assert add(repo, *OPTIONS).code == 1
    card = (repo.path / "model_registry/wine-1.0.0/MODEL_CARD.md").read_text()
    written = card.replace("[to be written]", SENTENCE).replace("wine 1.0.0", "wine 1.1.0")
    repo.write("card.md", written)
    said = add(repo, *OPTIONS, "--card", "card.md", version="1.1.0")
    assert (said.code, said.err) == (0, "")
    assert "PASS: 1 entry checked, no findings" in said.out


def test_a_folder(repo: Repo, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.onnx").write_bytes(ONNX)
    (folder / "sub/config.json").write_text("{}\n")
    add(repo, *OPTIONS, artifact="../model")
    said = repo.check()
    assert said.rules == ["card-sections"]
    metadata = yaml.safe_load((repo.path / "model_registry/wine-1.0.0/metadata.yaml").read_text())
    assert [file["path"] for file in metadata["files"]] == [
        "model/a.onnx",
        "model/sub/config.json",
    ]


BARE = ("--license", "MIT", "--dataset-version", "1", "--dataset-license", "MIT")


@pytest.mark.parametrize(
    ("argv", "left"),
    [
        (OPTIONS, 3),
        ((*BARE, "--dataset", "wine.csv"), 5),  # no metrics, nobody to ask
        ((*BARE, "--dataset-manifest", "given.yaml", "--metrics", "measured.json"), 5),
        ((*BARE, "--dataset-manifest", "https://h.example/m.yaml", "--owner", "Ada"), 4),
    ],
)
def test_every_mark_is_refused(repo: Repo, argv: tuple[str, ...], left: int) -> None:
    """Beside something that counts the gate would take it, and publish it."""
    repo.write("given.yaml", "name: wine\nversion: '1'\nlicense: MIT\nlive: true\n")
    said = add(repo, *argv)
    card = (repo.path / "model_registry/wine-1.0.0/MODEL_CARD.md").read_text()
    assert said.out.count("error[card-sections]") == card.count("[to be written]") == left, card


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ((), "--license, --dataset PATH or --dataset-manifest PATH|URL, --dataset-version"),
        (("--license", "MIT"), "--dataset PATH or"),
        ((*OPTIONS, "--license", "Apache 2"), "--license: "),
        ((*OPTIONS, "--source-commit", "main"), "is no full hash"),
        ((*OPTIONS, "--source-commit", "f" * 40), "give --source-repository"),
        (
            (*OPTIONS, "--dataset-name", "x", "--dataset", "nothing.csv"),
            "nothing.csv: No such file",
        ),
        ((*OPTIONS, "--metrics", "train.py"), "train.py: "),
        ((*OPTIONS, "--card", "nothing.md"), "nothing.md cannot be read"),
        ((*OPTIONS, "--dvc"), "dvc init && dvc remote add"),
    ],
)
def test_what_is_missing_or_wrong_leaves_nothing_behind(
    repo: Repo, argv: tuple[str, ...], said: str
) -> None:
    before = snapshot(repo.path)
    result = add(repo, "--yes", *argv)
    assert (result.code, result.out) == (2, ""), result
    assert said in result.err
    assert snapshot(repo.path) == before


@pytest.mark.parametrize(
    ("artifact", "version", "said"),
    [
        ("../nothing.onnx", "1.0.0", "there is no "),
        ("../model.onnx", "1.0", "is no name of an entry"),
        ("../link.onnx", "1.0.0", "is neither file nor folder"),
        ("../empty", "1.0.0", "is empty"),
        ("../linked", "1.0.0", "is neither file nor folder"),
    ],
)
def test_an_artifact_that_is_none(
    repo: Repo, tmp_path: Path, artifact: str, version: str, said: str
) -> None:
    (tmp_path / "link.onnx").symlink_to("model.onnx")
    (tmp_path / "empty").mkdir()
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked/a.onnx").symlink_to("../model.onnx")
    before = snapshot(repo.path)
    result = add(repo, *OPTIONS, artifact=artifact, version=version)
    assert result.code == 2
    assert said in result.err
    assert snapshot(repo.path) == before


def test_nothing_is_overwritten(repo: Repo) -> None:
    add(repo, *OPTIONS)
    before = snapshot(repo.path)
    again = add(repo, *OPTIONS)
    assert (again.code, again.out) == (2, "")
    assert "model_registry/wine-1.0.0 is there already" in again.err
    assert snapshot(repo.path) == before


def test_two_at_once(repo: Repo) -> None:
    command = [sys.executable, "-m", "registrar", "add", "../model.onnx", "--name", "wine"]
    command += ["--version", "1.0.0", *OPTIONS]
    env = dict(os.environ) | GIT_ENV
    both = [
        subprocess.Popen(
            command, cwd=repo.path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    said = [process.communicate() for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes == [1, 2], said
    assert sum(b"is there already" in err for _, err in said) == 1
    assert sorted(p.name for p in (repo.path / "model_registry").iterdir()) == ["wine-1.0.0"]
    assert repo.check().rules == ["card-sections"]


libraries = pytest.mark.filterwarnings("ignore")  # those of DVC's libraries


@pytest.fixture
def with_dvc(repo: Repo) -> Repo:
    return behind_dvc(repo)


@libraries
def test_above_the_limit_it_goes_behind_dvc_and_arrives(with_dvc: Repo) -> None:
    said = add(with_dvc, *OPTIONS, "--push")
    assert said.code == 1, said.err
    assert said.out.startswith("added model_registry/wine-1.0.0\n")
    entry = with_dvc.path / "model_registry/wine-1.0.0"
    assert (entry / "model.onnx.dvc").is_file()
    assert (entry / ".gitignore").read_text() == "/model.onnx\n"
    assert yaml.safe_load((entry / "metadata.yaml").read_text())["dvc"] == {"remote": "storage"}
    assert with_dvc.check("--remote", "--verify-bytes").rules == ["card-sections"]
    cache = with_dvc.path / ".dvc/cache/files"
    assert [path.name for path in cache.iterdir()] == ["md5"]


def test_no_dvc_by_option(with_dvc: Repo) -> None:
    said = add(with_dvc, *OPTIONS, "--no-dvc")
    assert "error[artifact-size]" in said.out


KILLED = """
import os, signal, sys
from registrar.cli.guard import run
from registrar.integrations.dvc.tool import Dvc
from registrar.integrations.workshop.bench import EntryBench
left = int(sys.argv.pop(1))
def watched(owner, name):
    function = getattr(owner, name)
    def call(*args, **more):
        global left
        for after in (False, True):
            if after:
                answer = function(*args, **more)
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return answer
    setattr(owner, name, call)
for name in ("bring", "write", "will_make", "finish"):
    watched(EntryBench, name)
for name in ("track", "_move"):
    watched(Dvc, name)
os.rename = (lambda rename: lambda *a, **k: (globals().__setitem__("left", left - 1), left == 0
    and os.kill(os.getpid(), signal.SIGKILL), rename(*a, **k))[2])(os.rename)
sys.argv[0] = "registrar"
run()
"""


def test_killed_at_each_step_nothing_is_left(with_dvc: Repo) -> None:
    """SIGKILL: no handler runs, and the registry, DVC's cache and the index are as before."""
    (with_dvc.path / "model_registry").mkdir()
    dvc(with_dvc.path, "status")
    before = _state(with_dvc)
    env = dict(os.environ) | GIT_ENV | {"DVC_SITE_CACHE_DIR": str(with_dvc.path.parent / "site")}
    killed = 0
    for step in range(1, 200):
        command = [
            sys.executable,
            "-c",
            KILLED,
            str(step),
            "add",
            "../model.onnx",
            "--name",
            "wine",
        ]
        command += ["--version", "1.0.0", *OPTIONS]
        done = subprocess.run(command, cwd=with_dvc.path, env=env, capture_output=True, check=False)
        if done.returncode >= 0:
            break
        killed += 1
        if (with_dvc.path / "model_registry/wine-1.0.0").exists():
            assert with_dvc.check().rules == ["card-sections"], "whole, killed after the last step"
            assert dvc(with_dvc.path, "status", "--json") == "{}\n"
            return
        for _ in range(100):
            if _state(with_dvc) == before:
                break
            time.sleep(0.05)
        assert _state(with_dvc) == before, step
    assert killed > 15, done.stderr


def _state(repo: Repo) -> dict[str, str]:
    """What is in the registry, in DVC's cache and in git's index."""
    folders = ("model_registry", ".dvc/cache/files/md5")
    found = {
        str(path.relative_to(repo.path)): "folder" if path.is_dir() else path.read_bytes().hex()
        for folder in folders
        for path in sorted((repo.path / folder).rglob("*"))
        if not (path.is_dir() and folder.startswith(".dvc"))
    }
    beside = (repo.path / ".dvc/cache").glob("files/md5.adding-*")
    return found | {
        "index": repo.git("ls-files", "--stage"),
        "more": json.dumps(list(map(str, beside))),
    }


def test_defaults_of_the_registry(repo: Repo) -> None:
    defaults = 'license = "MIT"\nowner = "team@example.org"\ndataset_license = "CC-BY-4.0"\n'
    repo.write("registrar.toml", f"{POLICY}[add]\n{defaults}")
    options = ("--dataset", "wine.csv", "--dataset-version", "1.0")
    add(repo, *options, "--owner", "ada@example.org")
    metadata = yaml.safe_load((repo.path / "model_registry/wine-1.0.0/metadata.yaml").read_text())
    assert (metadata["license"], metadata["owners"][0]["name"]) == ("MIT", "ada@example.org")
