"""Which modified files make an entry of ``registrar add`` dirty."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from added import OPTIONS, SENTENCE, add, training_repo
from builders import Repo
from tracked import dvc

pytestmark = pytest.mark.filterwarnings("ignore")  # those of DVC's libraries


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return training_repo(tmp_path / "r")


def test_modified_files_are_told(repo: Repo) -> None:
    repo.write("train.py", "print('other training')\n")
    said = add(repo, *OPTIONS)
    assert "error[source-pinned]: trained from modified files" in said.out
    told = "note: the entry says dirty: true, because these are not as in the commit: train.py\n"
    assert said.err == told


def test_of_many_modified_files_three_are_named(repo: Repo) -> None:
    for letter in "abcde":
        repo.write(f"src/{letter} x.py", "1\n")
    repo.commit("more")
    for letter in "abcd":
        repo.write(f"src/{letter} x.py", "2\n")
    (repo.path / "src/e x.py").unlink()
    assert add(repo, *OPTIONS).err.endswith(
        "not as in the commit: src/a x.py, src/b x.py, src/c x.py and 2 more\n"
    )


def test_what_no_training_reads_is_not_modified_code(repo: Repo) -> None:
    """``dvc init`` stages its files, and a registry is changed while models are trained."""
    add(repo, *OPTIONS, version="0.1.0")
    repo.write("waivers.yaml", "waivers: []\n")
    repo.write("baseline.yaml", "baseline: {}\n")
    repo.commit("more")
    dvc(repo.path, "init", "--quiet")
    repo.edit("model_registry/wine-0.1.0/MODEL_CARD.md", "[to be written]", SENTENCE)
    for name in ("registrar.toml", "waivers.yaml", "baseline.yaml"):
        repo.write(name, (repo.path / name).read_text() + "# more\n")
    assert repo.git("diff", "--cached", "--name-only", "HEAD") != "", "what dvc init staged"
    said = add(repo, *OPTIONS)
    assert said.err == ""
    text = (repo.path / "model_registry/wine-1.0.0/metadata.yaml").read_text()
    assert yaml.safe_load(text)["source"]["dirty"] is False


@pytest.mark.parametrize("name", ["data/train.csv.dvc", "dvc.yaml", "other/registrar.toml"])
def test_what_a_training_may_read_is(repo: Repo, name: str) -> None:
    repo.write(name, "outs: []\n")
    repo.commit("more")
    repo.write(name, "outs: [x]\n")
    assert add(repo, *OPTIONS).err.endswith(f"not as in the commit: {name}\n")
