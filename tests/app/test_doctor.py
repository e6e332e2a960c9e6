"""registrar doctor without a server: each line, in a registry that ``init`` made."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import Repo, run
from doctored import HOOK, OWNERS, PYZ, WORKFLOW, copy_of, doctor, make_registry, offline

from registrar.app import doctor as doctoring
from registrar.app.doctoring import clone as clones
from registrar.app.gate_files import gate_paths
from registrar.app.shipped.github import RULESET_PATH
from registrar.domain.diagnosis import Line, Topic
from registrar.domain.policy import BUILT_IN
from registrar.integrations.work_tree import WorkTree


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return make_registry(tmp_path_factory.mktemp("made") / "registry")


@pytest.fixture
def repo(made: Repo, tmp_path: Path) -> Repo:
    return copy_of(made, tmp_path / "registry")


def test_all_holds_after_init_and_a_commit(repo: Repo) -> None:
    said = offline(repo.path)
    assert (said.code, said.bad, said.unseen, said.err) == (0, [], [], "")
    assert said.report["doctor_version"] == 1
    assert said.report["talked_to"] is None
    assert said.state("workflow-as-shipped") == "holds"
    assert said.state("server") == "could not look"


def test_text_is_grouped_and_every_fault_has_a_fix(repo: Repo) -> None:
    (repo.path / PYZ).unlink()
    done = run("doctor", "--offline", cwd=repo.path)
    assert done.code == 1
    lines = done.out.splitlines()
    assert "program" in lines
    at = next(i for i, line in enumerate(lines) if f"does not        there is no {PYZ}" in line)
    assert lines[at + 1].strip() == "= fix: registrar init"
    assert lines[-1].startswith("NOT IN FORCE: ")
    for line in offline(repo.path).report["lines"]:
        assert line["state"] != "does not" or line["fix"], line


def test_no_registry_is_nothing_to_check(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "empty")
    assert (offline(repo.path).code, offline(repo.path).report["lines"]) == (3, [])
    assert "registrar init" in run("doctor", cwd=repo.path).out
    assert run("doctor", str(tmp_path / "nope"), cwd=repo.path).code == 2


def test_without_git_the_rest_is_told(made: Repo, tmp_path: Path) -> None:
    repo = copy_of(made, tmp_path / "plain")
    subprocess.run(["rm", "-rf", str(repo.path / ".git")], check=True)
    said = offline(repo.path)
    assert (said.code, said.state("repository")) == (4, "could not look")
    assert said.state("workflow-as-shipped") == "holds"


EDITS: list[tuple[str, str, str, str]] = [
    # what it is, from, to, the check that sees it
    (
        "paths",
        "  merge_group:",
        "    paths: [model_registry/**]\n  merge_group:",
        "workflow-filters",
    ),
    ("paths-ignore", "  push:", "  push:\n    paths-ignore: [docs/**]", "workflow-filters"),
    ("branches-ignore", "  push:", "  push:\n    branches-ignore: [x]", "workflow-filters"),
    ("no schedule", "  schedule: # finds", "  x_schedule: # finds", "workflow-triggers"),
    ("no queue", "  merge_group:", "  x_merge_group:", "workflow-triggers"),
    ("other branch", 'branches: ["main"]', 'branches: ["trunk"]', "workflow-triggers"),
    (
        "fewer types",
        "types: [opened, synchronize, reopened, edited]",
        "types: [opened]",
        "workflow-triggers",
    ),
    ("tag of an action", "@3d3c42e5aac5ba805825da76410c181273ba90b1", "@v7", "workflow-pins"),
    (
        "top permissions",
        "permissions: {}",
        "permissions: {contents: write}",
        "workflow-permissions",
    ),
    ("job permissions", "contents: read #", "contents: write #", "workflow-permissions"),
    ("no top permissions", "permissions: {}\n", "", "workflow-permissions"),
    (
        "the head",
        'ref: "refs/heads/main"',
        "ref: ${{ github.event.pull_request.head.sha }}",
        "workflow-checkout",
    ),
    (
        "the token kept",
        "persist-credentials: false",
        "persist-credentials: true",
        "workflow-checkout",
    ),
    (
        "unsafe",
        "persist-credentials: false",
        "persist-credentials: false\n          allow-unsafe-pr-checkout: true",
        "workflow-checkout",
    ),
    (
        "git checkout",
        "          code=0\n",
        "          git checkout FETCH_HEAD\n",
        "workflow-checkout",
    ),
    ("expression", "          code=0\n", "          echo ${{ github.head_ref }}\n", "workflow-run"),
    (
        "secret",
        "          TOKEN: ${{ github.token }}",
        "          TOKEN: ${{ secrets.PAT }}",
        "workflow-secrets",
    ),
    (
        "cache",
        '          python-version: "3.12"',
        '          python-version: "3.12"\n          cache: pip',
        "workflow-secrets",
    ),
    (
        "if",
        "    timeout-minutes: 15",
        "    if: github.actor != 'bot'\n    timeout-minutes: 15",
        "workflow-reports",
    ),
    (
        "may fail",
        "    timeout-minutes: 15",
        "    continue-on-error: true\n    timeout-minutes: 15",
        "workflow-reports",
    ),
    ("other name", "    name: model-registry\n", "    name: registry\n", "workflow-reports"),
    (
        "needs",
        "    timeout-minutes: 15",
        "    needs: [other]\n    timeout-minutes: 15",
        "workflow-reports",
    ),
    (
        "a step that is skipped",
        "      - name: Judge\n",
        "      - name: Judge\n        if: github.actor != 'bot'\n",
        "workflow-reports",
    ),
    ("anchors", "permissions: {}", "permissions: &x {}", "workflow"),
]


@pytest.mark.parametrize(("what", "old", "new", "check"), EDITS, ids=[edit[0] for edit in EDITS])
def test_a_workflow_that_was_edited(repo: Repo, what: str, old: str, new: str, check: str) -> None:
    before = (repo.path / WORKFLOW).read_bytes()
    repo.edit(WORKFLOW, old, new)
    said = offline(repo.path)
    assert said.code == 1
    assert check in said.bad
    if check != "workflow":
        assert "workflow-as-shipped" in said.bad
        assert f"{WORKFLOW}" in said.told("workflow-as-shipped")
        assert "line " in said.told("workflow-as-shipped")  # the difference is named
    assert (repo.path / WORKFLOW).read_bytes() != before  # and not mended


def test_an_always_job_and_a_sarif_job_are_fine(repo: Repo) -> None:
    more = "    if: always()\n    timeout-minutes: 15"
    repo.edit(WORKFLOW, "    timeout-minutes: 15", more)
    text = (repo.path / WORKFLOW).read_text()
    text += "  sarif:\n    permissions: {contents: read, security-events: write}\n    steps: [{run: exit 0}]\n"
    (repo.path / WORKFLOW).write_text(text)
    said = offline(repo.path)
    assert said.state("workflow-reports") == "holds"
    assert said.state("workflow-permissions") == "holds"


def test_another_workflow_that_takes_the_name_of_the_check(repo: Repo) -> None:
    other = ".github/workflows/docs.yaml"
    repo.write(other, "on: push\njobs: {model-registry: {steps: []}}\n")
    assert f"{other}:2: model-registry" in offline(repo.path).told("workflow-others")
    repo.write(other, "on: push\njobs: {model-registry: {name: docs, steps: []}}\n")
    assert offline(repo.path).state("workflow-others") == "holds"
    repo.write(other, "on: push\nx: &a 1\njobs: {docs: {name: model-registry}}\n")
    assert offline(repo.path).state("workflow-others") == "could not look"
    repo.write(other, "on: push\njobs: {docs: {}}\n")
    assert offline(repo.path).state("workflow-others") == "holds"


def test_pull_request_instead_is_advice(tmp_path: Path) -> None:
    repo = make_registry(tmp_path / "r", options=["--github-event", "pull_request"])
    said = offline(repo.path)
    assert (said.code, said.bad) == (0, [])
    assert said.state("workflow-event") == "does not"


def test_no_workflow_and_no_ruleset(repo: Repo) -> None:
    (repo.path / WORKFLOW).unlink()
    said = offline(repo.path)
    assert said.state("workflow") == "does not"
    repo.write(WORKFLOW, "x")
    repo.write(RULESET_PATH, '{"name": "mine"}')
    assert {"workflow", "ruleset-file"} <= set(offline(repo.path).bad)
    repo.write(RULESET_PATH, "{")
    assert "ruleset-file" in offline(repo.path).bad
    (repo.path / RULESET_PATH).unlink()
    assert "ruleset-file" in offline(repo.path).bad


def test_a_workflow_that_is_a_link_or_binary(repo: Repo) -> None:
    target = repo.path / WORKFLOW
    content = target.read_bytes()
    target.unlink()
    (repo.path / "elsewhere").write_bytes(content)
    target.symlink_to(repo.path / "elsewhere")
    assert "symbolic link" in offline(repo.path).told("workflow")
    target.unlink()
    target.write_bytes(b"\0\1\2")
    assert "binary" in offline(repo.path).told("workflow")


@pytest.mark.parametrize(
    ("content", "check", "said"),
    [
        (None, "codeowners", "no CODEOWNERS"),
        ("* @a\n", "", ""),
        ("* @a\n/scripts/\n", "codeowners-cover", "line 2, /scripts/, takes its owners away"),
        ("* @a\n/.github/\n/.github/CODEOWNERS @a\n", "codeowners-cover", WORKFLOW),
        ("/registrar.toml @a\n", "codeowners-cover", "scripts/registrar.pyz: no line names it"),
        (
            "* @a\n/baseline.yaml\n",
            "codeowners-cover",
            "baseline.yaml (not there yet): line 2, /baseline.yaml, takes its owners away",
        ),
        ("* @a\n/waivers.yaml TODO\n", "codeowners", "TODO is no @user"),
        ("* nobody\n", "codeowners-cover", "registrar.toml: no line"),
        ("\x00", "codeowners", "binary"),
        (
            "* @a\n.github/workflows/model-registry.yml @a\n/.github/workflows/another.yml\n",
            "codeowners-cover",
            "another.yml",
        ),
    ],
)
def test_code_owners(repo: Repo, content: str | None, check: str, said: str) -> None:
    (repo.path / OWNERS).unlink()
    if content is not None:
        repo.write(OWNERS, content)
    found = offline(repo.path)
    if check:
        assert check in found.bad
        assert said in found.told(check)
    else:
        assert not {"codeowners", "codeowners-cover"} & set(found.bad)


def test_the_owners_that_init_leaves_commented_out_own_nothing(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r")
    repo.commit("nothing yet")
    assert run("init", cwd=repo.path).code == 0
    repo.commit("gate")
    assert "codeowners-cover" in offline(repo.path).bad


def test_a_file_of_owners_that_another_one_hides(repo: Repo) -> None:
    (repo.path / OWNERS).rename(repo.path / "CODEOWNERS")
    said = offline(repo.path)
    assert said.state("codeowners") == "holds"
    repo.write(OWNERS, "* @a\n")
    assert "CODEOWNERS" in offline(repo.path).told("codeowners")
    assert "codeowners" in offline(repo.path).bad


def test_every_gate_file_is_asked_for(repo: Repo) -> None:
    (repo.path / OWNERS).write_text("/nothing @a\n")
    details = run("doctor", "--offline", "--format", "json", cwd=repo.path).out
    wanted = gate_paths(WorkTree(str(repo.path)), BUILT_IN)
    assert f"{len(wanted) - 2 + 2} files of the gate" in details  # two CODEOWNERS that are not read


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


@pytest.mark.parametrize("error", [ValueError("odd \x1b[31m"), RecursionError(), MemoryError()])
def test_a_check_that_breaks_hides_no_other(
    repo: Repo, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> Iterator[Line]:
        raise error
        yield

    # no file is known that breaks a check: the check itself is made to break
    checks = [(topic, broken if topic is Topic.DVC else c) for topic, c in doctoring._CHECKS]
    monkeypatch.setattr(doctoring, "_CHECKS", checks)
    said = offline(repo.path)
    assert (said.code, said.unseen) == (4, ["dvc-readable"])
    assert type(error).__name__ in said.told("dvc-readable")
    assert said.state("workflow-pins") == "holds"
    assert "\x1b" not in run("doctor", "--offline", cwd=repo.path).out
    monkeypatch.setattr(doctoring, "_online", broken_online)
    assert "server-readable" in offline(repo.path).unseen


def broken_online(*_: object) -> None:
    raise KeyError("default_branch")


@pytest.mark.parametrize("url", ["https://[::1/a/b", "https://[evil]/a/b", "http://[", "://["])
def test_a_remote_that_is_no_address(repo: Repo, url: str) -> None:
    repo.git("remote", "add", "origin", url)
    said = doctor(repo.path)
    assert said.code in (1, 4)
    assert "server" in said.unseen


def test_a_registry_without_any_gate(repo: Repo, tmp_path: Path) -> None:
    repo.git("rm", "-r", "--quiet", ".github")
    repo.commit("no gate")
    said = offline(repo.path)
    assert (said.code, said.bad.count("judge")) == (1, 1)
    assert "nothing judges here" in said.told("judge")
    server = Repo(tmp_path / "s.git", git=False)
    server.git("init", "--quiet", "--bare", "--initial-branch=main")
    repo.git("remote", "add", "origin", str(server.path))
    repo.git("push", "--quiet", "origin", "main")
    assert offline(repo.path).state("judge") == "does not"
    assert offline(server.path).state("judge") == "does not"
    server.write("hooks/pre-receive", "#!/bin/sh\nexec registrar hook pre-receive\n").chmod(0o755)
    assert offline(repo.path).lines("judge") == []
    assert offline(server.path).lines("judge") == []
    repo.git("remote", "set-url", "origin", str(tmp_path / "nothing"))
    assert offline(repo.path).state("judge") == "could not look"
    repo.git("remote", "set-url", "origin", "git@git.acme.example:models/wine.git")
    assert (offline(repo.path).state("judge"), offline(repo.path).code) == ("could not look", 4)
    repo.git("remote", "set-url", "origin", "git@github.com:acme/wine.git")
    assert offline(repo.path).state("judge") == "does not"


def test_gitlab(tmp_path: Path) -> None:
    repo = make_registry(tmp_path / "r", options=["--no-github", "--gitlab"])
    repo.git("remote", "add", "origin", "git@gitlab.com:acme/wine.git")
    said = offline(repo.path)
    assert said.lines("workflow") == []
    assert said.state("gitlab-as-shipped") == "holds"
    repo.write(".gitlab-ci.yml", "include:\n- local: /.gitlab/model-registry.gitlab-ci.yml\n")
    assert offline(repo.path).state("gitlab-included") == "holds"
    repo.write(
        ".gitlab-ci.yml",
        "include:\n- local: .gitlab/model-registry.gitlab-ci.yml\n  rules: [{if: $X}]\n",
    )
    assert offline(repo.path).state("gitlab-included") == "does not"
    repo.write(".gitlab-ci.yml", "a: !reference [b, c]\n")
    assert offline(repo.path).state("gitlab-included") == "could not look"
    asked = doctor(repo.path)
    assert asked.state("server") == "could not look"
    assert "pipelines must succeed" in asked.told("server")
