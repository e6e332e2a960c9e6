"""Options of ``registrar add`` that cannot be as they are, and what is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from added import OPTIONS, add, training_repo
from builders import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return training_repo(tmp_path / "r")


@pytest.mark.parametrize(
    ("name", "version", "hint"),
    [
        ("My Model", "1.0.0", "--name my-model"),
        ("wine", "v1", "--version 1.0.0"),
        ("wine", "1", "--version 1.0.0"),
        ("wine", "1.2", "--version 1.2.0"),
        ("wine", "v1.2.0-rc.1", "--version 1.2.0-rc.1"),
        ("Wine_", "1.0", "--name wine --version 1.0.0"),
        ("wine-1.0.0", "1.0.0", "--name wine"),
        ("wine", "1.2.3.4", "a name of small letters, digits, - and _; a version such as 1.0.0"),
        ("wine", "latest", "a name of small letters, digits, - and _; a version such as 1.0.0"),
        ("$(x)", "1.0.0", "--name x"),
    ],
)
def test_a_bad_name_is_answered_by_the_option(
    repo: Repo, name: str, version: str, hint: str
) -> None:
    said = add(repo, *OPTIONS, name=name, version=version)
    assert said.code == 2
    assert said.err.splitlines()[1] == f"  = hint: {hint}"


@pytest.mark.parametrize(
    ("datasets", "named"),
    [
        (("train=data/train.csv",), False),
        (("part=data/part.csv",), False),
        (("data/test.csv",), False),
        (("data/one.csv", "test=data/test.csv"), False),
        (("data/one.csv",), True),
        (("train=data/one.csv",), True),
        (("train=data/",), True),
    ],
)
def test_no_split_and_no_part_names_the_dataset(
    repo: Repo, datasets: tuple[str, ...], named: bool
) -> None:
    for name in ("train", "test", "part", "one"):
        repo.write(f"data/{name}.csv", f"a,{name}\n1,2\n")
    argv = ("--license", "MIT", "--dataset-version", "1", "--dataset-license", "MIT")
    argv += tuple(word for path in datasets for word in ("--dataset", path))
    said = add(repo, "--yes", *argv)
    assert said.code == (1 if named else 2), said
    if not named:
        assert "an entry needs more than is known: --dataset-name\n" in said.err
        assert " --dataset-name DATA-NAME\n" in said.err
        assert add(repo, *argv, "--dataset-name", "x").code == 1


def test_a_licence_of_the_data_in_another_case_is_told(repo: Repo) -> None:
    said = add(repo, *OPTIONS, "--dataset-license", "mit OR CC-BY-4.0")
    told = (
        "note: --dataset-license mit is MIT on the SPDX list: write MIT in dataset-manifest.yaml\n"
    )
    assert (said.code, said.err) == (1, told)


def test_a_push_of_nothing_is_told(repo: Repo) -> None:
    said = add(repo, *OPTIONS, "--push")
    told = "note: nothing to push: the artifact stays in git; --dvc puts it behind DVC\n"
    assert (said.code, said.err) == (1, told)
