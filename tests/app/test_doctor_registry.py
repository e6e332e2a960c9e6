"""registrar doctor and what judges: program, policy, schema, waivers, baseline, plugins."""

from __future__ import annotations

import hashlib
import json
import tomllib
import zipfile
from pathlib import Path

import pytest
from builders import Repo
from doctored import PYZ, WORKFLOW, copy_of, offline


@pytest.fixture
def repo(made: Repo, tmp_path: Path) -> Repo:
    return copy_of(made, tmp_path / "registry")


def test_the_program_against_its_record(repo: Repo) -> None:
    with (repo.path / PYZ).open("ab") as stream:
        stream.write(b"x")
    said = offline(repo.path)
    assert "program" in said.bad
    assert hashlib.sha256((repo.path / PYZ).read_bytes()).hexdigest() in said.told("program")
    repo.write(PYZ, b"no zip")
    assert {"program", "program-version"} <= set(offline(repo.path).bad)
    (repo.path / PYZ).unlink()
    assert "registrar init" in offline(repo.path).told("program")


def test_the_version_of_the_program(repo: Repo) -> None:
    version = tomllib.loads((repo.path / "registrar.toml").read_text())["program"]["version"]
    repo.edit("registrar.toml", f'version = "{version}"', 'version = "9.9.9"')
    said = offline(repo.path)
    assert "program-version" in said.bad
    assert "9.9.9" in said.told("program-version")
    source = (repo.path / PYZ).read_bytes()
    old, new = b'__version__ = "%s"' % version.encode(), b'__version__ = "0.0.1"'
    assert len(old) == len(new)
    with zipfile.ZipFile(repo.path / "other.zip", "w") as archive:
        archive.writestr("registrar/__init__.py", new.decode() + "\n")
    assert source.count(old)
    (repo.path / "other.zip").rename(repo.path / PYZ)
    said = offline(repo.path)
    assert said.state("program-running") == "does not"
    assert "0.0.1" in said.told("program-running")


def test_companions_and_their_differences(repo: Repo) -> None:
    repo.edit("scripts/validate_model_metadata.py", "import sys\n", "import sys, evil\n")
    repo.edit("scripts/registrar-requirements.txt", "--hash=sha256:", "--hash=md5:")
    said = offline(repo.path)
    assert {"script", "requirements"} <= set(said.bad)
    assert "+ import sys, evil" in said.told("script")
    assert "- import sys" in said.told("script")
    assert "more" in said.told("requirements")


@pytest.mark.parametrize(
    ("path", "content", "check", "said"),
    [
        ("registrar.toml", "schema_version = 1\n[licence]\nallow = []\n", "policy", "license"),
        ("registrar.toml", "x = ", "policy", "registrar.toml:1:"),
        ("waivers.yaml", "waivers: [", "waivers", "waivers.yaml:"),
        ("waivers.yml", "waivers: []\n", "waivers", "mv waivers.yml waivers.yaml"),
        ("baseline.yaml", "baseline: 3\n", "baseline", "baseline.yaml:1"),
        ("model_registry/MODEL_METADATA_SCHEMA.json", "{", "schema", "no schema"),
        ("model_registry/.gitattributes", "* text\n", "root", "remove it"),
    ],
)
def test_files_that_judge(repo: Repo, path: str, content: str, check: str, said: str) -> None:
    repo.write(path, content)
    found = offline(repo.path)
    assert check in found.bad
    assert said in found.told(check)
    assert found.state("workflow-pins") == "holds"  # the others are asked all the same


def test_a_waiver_for_a_rule_that_does_not_exist_and_one_that_is_over(repo: Repo) -> None:
    line = "- {rule: artifact-fromat, entry: a-1.0.0, reason: r, owner: o, granted: '2020-01-01', expires: '2020-02-01'}\n"
    repo.write("waivers.yaml", "waivers:\n" + line)
    assert 'did you mean "artifact-format"' in offline(repo.path).told("waivers")
    repo.write("waivers.yaml", "waivers:\n" + line.replace("fromat", "format"))
    said = offline(repo.path)
    assert said.state("waivers") == "holds"
    assert "2020-02-01" in said.told("waivers-running")


def test_an_old_schema_a_new_one_and_one_of_their_own(repo: Repo) -> None:
    path = "model_registry/MODEL_METADATA_SCHEMA.json"
    shipped = (repo.path / path).read_text()
    repo.write(path, shipped.replace('"smoke_test": {', '"x_smoke_test": {', 1))
    assert "is not the one" in offline(repo.path).told("schema")
    for edit, word in (("older", "it lacks smoke_test"), ("newer", "it has warranty besides")):
        document = json.loads(shipped)
        if edit == "older":
            del document["properties"]["smoke_test"]
        else:
            document["properties"]["warranty"] = {"type": "string"}
        repo.write(path, json.dumps(document))
        told = offline(repo.path).told("schema")
        assert edit in told
        assert word in told
    (repo.path / path).unlink()
    assert "registrar init" in offline(repo.path).told("schema")


def test_line_ends_of_windows_are_no_difference(repo: Repo) -> None:
    for path in (
        WORKFLOW,
        "model_registry/MODEL_METADATA_SCHEMA.json",
        "scripts/validate_model_metadata.py",
    ):
        content = (repo.path / path).read_bytes()
        repo.write(path, content.replace(b"\n", b"\r\n"))
    assert offline(repo.path).bad == []


def test_plugins_that_are_not_installed(repo: Repo) -> None:
    text = (repo.path / "registrar.toml").read_text()
    repo.write("registrar.toml", text + '\n[rules]\nplugins = ["acme-owner"]\n')
    assert "acme-owner" in offline(repo.path).told("plugins")
    assert "plugins" in offline(repo.path).bad


def test_uncommitted_and_unmerged_files_of_the_gate(repo: Repo, tmp_path: Path) -> None:
    repo.edit("registrar.toml", "[waivers]", "[waivers]  # changed")
    assert "registrar.toml" in offline(repo.path).told("gate-committed")
    repo.git("checkout", "registrar.toml")
    server = Repo(tmp_path / "s.git", git=False)
    server.git("init", "--quiet", "--bare", "--initial-branch=main")
    repo.git("remote", "add", "origin", str(server.path))
    assert offline(repo.path).state("gate-merged") == "could not look"
    repo.git("push", "--quiet", "origin", "HEAD~1:refs/heads/main")
    assert "does not judge yet" in offline(repo.path).told("gate-merged")
    repo.git("push", "--quiet", "origin", "main")
    assert offline(repo.path).state("gate-merged") == "holds"
