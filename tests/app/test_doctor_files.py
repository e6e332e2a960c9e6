"""registrar doctor without a server: the program, what judges, the clone, hooks, DVC."""

from __future__ import annotations

import hashlib
import json
import tomllib
import zipfile
from pathlib import Path

import pytest
from builders import Repo, run
from doctored import HOOK, PYZ, WORKFLOW, copy_of, make_registry, offline

from registrar.app.doctoring import clone as clones


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return make_registry(tmp_path_factory.mktemp("made") / "registry")


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


def test_attributes_are_asked_of_git(repo: Repo) -> None:
    before = (repo.path / ".gitattributes").read_text()
    repo.write(".gitattributes", before + "*.onnx filter=lfs\n")
    assert "filter is lfs" in offline(repo.path).told("attributes")
    repo.write(".gitattributes", "*.onnx filter=lfs\n" + before)
    assert offline(repo.path).state("attributes") == "holds"
    repo.write(".git/info/attributes", "*.json text\n")
    assert "text is set" in offline(repo.path).told("attributes")
    repo.write(".git/info/attributes", "*.md working-tree-encoding=UTF-16\n")
    assert "working-tree-encoding is UTF-16" in offline(repo.path).told("attributes")
    repo.write(".git/info/attributes", "")
    repo.git("rm", "--quiet", "--force", ".gitattributes")  # git reads it from the index, too
    assert "attributes" in offline(repo.path).bad


def test_attributes_are_asked_for_every_file(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(60):
        for name in "abcdefghij":
            repo.write(f"model_registry/aa-1.0.{number}/{name}", "")
    repo.write("model_registry/zz-1.0.0/é:\n.odd", "")
    assert offline(repo.path).state("attributes") == "holds"
    before = (repo.path / ".gitattributes").read_text()
    repo.write(".gitattributes", before + "/model_registry/zz-1.0.0/* text eol=crlf\n")
    assert "zz-1.0.0" in offline(repo.path).told("attributes")
    repo.write(".gitattributes", before)
    monkeypatch.setattr(clones, "_MOST", 600)  # in place of many thousand files
    assert "more than 600 files" in offline(repo.path).told("attributes")
    assert offline(repo.path).unseen == ["attributes"]


@pytest.mark.parametrize("name", ["*.joblib", "*.gz", "*.keras", "NOTICE", "*.pt", "*.tflite"])
def test_attributes_of_files_that_are_not_there_yet(repo: Repo, name: str) -> None:
    before = (repo.path / ".gitattributes").read_text()
    repo.write(".gitattributes", f"{before}{name} text\n")
    assert "text is set for model_registry/<entry>/" in offline(repo.path).told("attributes")


def test_the_pre_commit_hook(repo: Repo) -> None:
    said = offline(repo.path)
    assert (said.state("pre-commit"), said.state("pre-commit-installed")) == ("holds", "does not")
    repo.write(".git/hooks/pre-commit", HOOK).chmod(0o755)
    assert offline(repo.path).state("pre-commit-installed") == "holds"
    (repo.path / ".git/hooks/pre-commit").chmod(0o644)
    assert "chmod +x" in offline(repo.path).told("pre-commit-installed")
    repo.write(".git/hooks/pre-commit", "#!/bin/sh\necho mine\n").chmod(0o755)
    assert "another hook" in offline(repo.path).told("pre-commit-installed")
    repo.git("config", "core.hooksPath", ".husky")
    assert "core.hooksPath is .husky" in offline(repo.path).told("pre-commit-installed")
    repo.write(".husky/pre-commit", HOOK).chmod(0o755)
    assert offline(repo.path).state("pre-commit-installed") == "holds"
    repo.write(".pre-commit-config.yaml", "repos: []\n")
    said = offline(repo.path)
    assert (said.state("pre-commit"), said.code) == ("does not", 0)  # a convenience


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ("x: &x [a]\ny: *x\n", "could not look"),
        ("- repo: local\n  hooks: [{id: [a]}]\n", "holds"),
        ("x: 1" + ":10" * 40_000 + ".5\n", "holds"),
    ],
    ids=["an alias", "a list for an id", "base sixty"],
)
def test_a_configuration_of_hooks_that_was_made_to_hurt(repo: Repo, more: str, state: str) -> None:
    path = ".pre-commit-config.yaml"
    repo.write(path, (repo.path / path).read_text() + more)
    said = offline(repo.path)
    assert (said.code, said.state("pre-commit")) == (0, state)
    assert run("init", cwd=repo.path).code != 70


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


@pytest.mark.parametrize(
    ("config", "check", "state"),
    [
        (None, "dvc-config", "does not"),
        (
            "[core]\n    remote = storage\n['remote \"storage\"']\n    url = s3://bucket/x\n",
            "dvc-remote",
            "holds",
        ),
        ("[core]\n    remote = storage\n", "dvc-remote", "does not"),
        ("['remote \"storage\"']\n    url = s3://bucket/x\n", "dvc-remote", "does not"),
        (
            "[core]\n    remote = s\n['remote \"s\"']\n    url = /mnt/x\n",
            "dvc-remote-shared",
            "does not",
        ),
        (
            "[core]\n    remote = s\n['remote \"s\"']\n    url = s3://b\n    secret_access_key = x\n",
            "dvc-credentials",
            "does not",
        ),
        (
            "[core]\n    remote = s\n['remote \"s\"']\n    url = https://a:b@c/\n",
            "dvc-credentials",
            "does not",
        ),
        ("remote = x", "dvc-config", "does not"),
        (
            "[core]\n    remote = s\n['remote \"s\"']\n    url = http://[evil\n",
            "dvc-remote",
            "does not",
        ),
        (
            "[core]\n    remote = s\n['remote \"s\"']\n    url = http://a:b@[evil\n",
            "dvc-credentials",
            "does not",
        ),
    ],
)
def test_dvc(repo: Repo, config: str | None, check: str, state: str) -> None:
    repo.write(
        "model_registry/a-1.0.0/m.onnx.dvc",
        "outs:\n- md5: " + "0" * 32 + "\n  size: 1\n  path: m.onnx\n",
    )
    if config is not None:
        repo.write(".dvc/config", config)
    said = offline(repo.path)
    assert said.state(check) == state
    assert "secret" not in said.told(check).replace("secret_access_key", "")
