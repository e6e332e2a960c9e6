"""A repository with training code and a model beside it, and ``registrar add`` run in it."""

from __future__ import annotations

import re
from pathlib import Path

from builders import ONNX, POLICY, Repo, Result, run
from tracked import dvc

OPTIONS = (
    *("--license", "Apache-2.0", "--dataset", "train=wine.csv", "--dataset-version", "1.10"),
    *("--dataset-license", "CC-BY-4.0", "--metrics", "measured.json"),
    *("--owner", "ada@example.org"),
)
SENTENCE = "It tells three cultivars of wine apart by thirteen chemical measurements of each."


def training_repo(path: Path) -> Repo:
    """A committed repository without an entry; ``model.onnx`` lies beside it."""
    repo = Repo(path)
    repo.write("registrar.toml", POLICY)
    repo.write("wine.csv", "a,b\n1,2\n")
    repo.write("measured.json", '{"test": {"accuracy": 0.95}}\n')
    repo.write("train.py", "print('training')\n")
    repo.commit("code")
    (path.parent / "model.onnx").write_bytes(ONNX)
    return repo


def behind_dvc(repo: Repo, remote: str = "../../remote") -> Repo:
    """The same with DVC set up, and a limit that every model is above."""
    dvc(repo.path, "init", "--quiet")
    dvc(repo.path, "remote", "add", "--quiet", "--default", "storage", "s3://replaced")
    repo.edit(".dvc/config", "s3://replaced", remote)
    repo.edit("registrar.toml", '"10 MiB"', '"1 KiB"')
    policy = (repo.path / "registrar.toml").read_text()
    repo.write("registrar.toml", f'{policy}[network]\ndvc_remotes = ["storage"]\n')
    repo.commit("dvc")
    return repo


def add(
    repo: Repo, *argv: str, version: str = "1.0.0", artifact: str = "../model.onnx", name: str = ""
) -> Result:
    """Run ``registrar add`` in the repository."""
    wanted = ("--name", name or "wine", "--version", version)
    return run("add", *wanted, *argv, "--", artifact, cwd=repo.path)


def commands(out: str) -> list[str]:
    """The commands of the next steps, in order: the indented lines."""
    return re.findall(r"^      (.*)$", out.partition("\nnext:\n")[2], re.MULTILINE)


def with_card(repo: Repo) -> tuple[str, ...]:
    """Write a whole card, and give the options that take it: the entry then passes."""
    assert add(repo, *OPTIONS, "--no-dvc", version="0.0.1").code == 1
    made = repo.path / "model_registry/wine-0.0.1"
    text = (made / "MODEL_CARD.md").read_text().replace("[to be written]", SENTENCE)
    text = text.replace("# wine 0.0.1", "# Wine")  # of every version that takes it
    text = re.sub(r"## Technical details.*?(?=## )", "", text, flags=re.DOTALL)  # fits 1 KiB
    for path in made.iterdir():
        path.unlink()
    made.rmdir()
    (repo.path.parent / "card.md").write_text(text)
    return (*OPTIONS, "--card", "../card.md")
