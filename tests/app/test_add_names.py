"""``registrar add`` of names and texts that shells, YAML, Markdown and terminals trip over.

Each gives an entry that the check accepts and whose printed commands a shell takes as they are, or
is refused before anything is made.
"""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
import yaml
from added import OPTIONS, add, behind_dvc, commands, training_repo, with_card
from adoption import snapshot
from builders import GIT_ENV, ONNX, Repo

pytestmark = pytest.mark.filterwarnings("ignore")  # those of DVC's libraries
GOOD = [
    "a b.onnx",
    'it\'s "x".onnx',
    "$HOME`id`$(id).onnx",
    "-x.onnx",
    "caf\u00e9.onnx",
    "\U0001f377.onnx",
    "#x.onnx",
    " lead.onnx",
    "[a]*?.onnx",
    "!x.onnx",
    "a;b&c|d.onnx",
    "%s {0}.onnx",
]
BAD = ["a\\b.onnx", "a\n::error::b.onnx", "cafe\u0301.onnx", "a\u202eb.onnx", "a\x1b[31m.onnx"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Repo, tuple[str, ...]]:
    repo = behind_dvc(training_repo(tmp_path_factory.mktemp("names") / "r"))
    return repo, with_card(repo)


def pasted(repo: Repo, text: str) -> None:
    """Run the printed steps of a report in a shell, as a person copies them."""
    env = dict(os.environ) | GIT_ENV | {"DVC_NO_ANALYTICS": "1"}
    env |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for step in commands(text):
        done = subprocess.run(
            ["/bin/sh", "-c", step], cwd=repo.path, env=env, capture_output=True, check=False
        )
        assert done.returncode == 0, (step, done)


@pytest.mark.parametrize("number", range(len(GOOD)))
def test_a_name_that_is_odd_and_good(made: tuple[Repo, tuple[str, ...]], number: int) -> None:
    repo, options = made
    name, version = GOOD[number], f"1.0.{number}"
    (repo.path.parent / name).write_bytes(ONNX)
    said = add(repo, *options, version=version, artifact=f"../{name}")
    assert (said.code, said.err) == (0, ""), said
    entry = f"model_registry/wine-{version}"
    assert yaml.safe_load((repo.path / entry / "metadata.yaml").read_text())["artifact"] == name
    pasted(repo, said.out)
    assert repo.git("status", "--short") == "", "the commands committed the entry"
    (repo.path / entry / name).unlink()
    assert repo.check("--remote", "--verify-bytes", entry).code == 0, "and pushed its bytes"


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("inside", [False, True])
def test_a_name_that_not_every_system_holds(
    made: tuple[Repo, tuple[str, ...]], name: str, inside: bool
) -> None:
    repo, options = made
    place = repo.path.parent / "odd" / name if inside else repo.path.parent / name
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(ONNX)
    before = snapshot(repo.path)
    said = add(repo, *options, version="2.0.0", artifact="../odd" if inside else f"../{name}")
    place.unlink()
    assert (said.code, said.out) == (2, "")
    assert len(said.err.splitlines()) == 2, "one message and one hint, whatever the name holds"
    assert "rename it" in said.err
    assert all(char.isprintable() or char == "\n" for char in said.err)
    assert snapshot(repo.path) == before


def test_bytes_that_are_no_utf8(made: tuple[Repo, tuple[str, ...]]) -> None:
    repo, options = made
    name = os.fsdecode(b"a\xff.onnx")
    (repo.path.parent / name).write_bytes(ONNX)
    before = snapshot(repo.path)
    assert add(repo, *options, version="2.0.0", artifact=f"../{name}").code == 2
    said = add(repo, *options, "--owner", os.fsdecode(b"\xff"), version="2.0.0")
    assert (said.code, "--owner is not UTF-8" in said.err) == (2, True)
    assert snapshot(repo.path) == before


@pytest.mark.parametrize("name", ["metadata.yaml", "MODEL_CARD.md", "metrics.json"])
def test_a_name_that_the_entry_needs_itself(repo: Repo, name: str) -> None:
    (repo.path.parent / name).write_bytes(ONNX)
    before = snapshot(repo.path)
    said = add(repo, *OPTIONS, artifact=f"../{name}")
    assert (said.code, f"two files of the entry are called {name}" in said.err) == (2, True)
    assert snapshot(repo.path) == before


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return training_repo(tmp_path / "r")


@pytest.mark.parametrize(
    "owner",
    [
        'Ada O\'Hara "the first"',
        "# Ada",
        "1. Ada",
        "- Ada",
        "> Ada & Bob",
        "$HOME `id`",
        "<b>Ada</b>",
        "Ada <!-- team",
        "a_b_c@example.org",
        unicodedata.normalize("NFD", "Zo\u00eb"),
        "team: Ada, Bob",
        "yes",
        "1e3",
    ],
)
def test_an_owner(repo: Repo, owner: str) -> None:
    said = add(repo, *OPTIONS, "--owner", owner)
    assert "contact" not in said.out.partition("next:")[0]
    assert said.out.count("error[") == said.out.count("error[card-sections]") == 3, said.out
    metadata = yaml.safe_load((repo.path / "model_registry/wine-1.0.0/metadata.yaml").read_text())
    assert metadata["owners"][0]["name"] == owner


@pytest.mark.parametrize("option", ["--owner", "--dataset-name", "--task", "--source-path"])
@pytest.mark.parametrize("text", ["a\nb", "a\u202eb", "a\x07b", "a\u2028b"])
def test_a_text_that_no_reader_would_take(repo: Repo, option: str, text: str) -> None:
    before = snapshot(repo.path)
    said = add(repo, *OPTIONS, option, text)
    assert (said.code, said.out) == (2, "")
    assert f"{option} holds a line break or a control character" in said.err
    assert snapshot(repo.path) == before


@pytest.mark.parametrize("name", ["it's a $x.csv", "caf\u00e9.csv", "-d.csv", "a=b.csv", "|.csv"])
def test_a_data_file_a_card_and_metrics(repo: Repo, name: str) -> None:
    options = list(with_card(repo))
    for old, new in (("train=wine.csv", f"train={name}"), ("measured.json", f"{name}.json")):
        options[options.index(old)] = new
    repo.write(name, "a,b\n1,2\n")
    repo.write(f"{name}.json", '{"test": {"accuracy": 0.95}}\n')
    (repo.path.parent / "card.md").rename(repo.path.parent / f"{name}.md")
    options[options.index("../card.md")] = f"../{name}.md"
    argv = [f"{o}={v}" for o, v in zip(options[::2], options[1::2], strict=True)]
    said = add(repo, *argv, "--dataset-name", "wine")
    assert (said.code, said.err) == (0, ""), said
    text = (repo.path / "model_registry/wine-1.0.0/dataset-manifest.yaml").read_text()
    assert yaml.safe_load(text)["files"][0]["path"] == name


@pytest.mark.parametrize("name", ["a\\b.csv", "a\nb.csv", "cafe\u0301.csv"])
def test_a_data_file_that_no_manifest_can_name(repo: Repo, name: str) -> None:
    repo.write(name, "a,b\n1,2\n")
    before = snapshot(repo.path)
    said = add(repo, *OPTIONS, "--dataset-name", "wine", "--dataset", name)
    assert (said.code, said.out) == (2, "")
    assert snapshot(repo.path) == before
