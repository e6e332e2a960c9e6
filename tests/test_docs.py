"""The documents say what the program does."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from builders import ENTRY, Repo, good_entry, run

import registrar.errors as errors
from registrar.cli.main import parser
from registrar.domain.arrays import Deviation
from registrar.domain.digests import folder_digest
from registrar.domain.smoking import Smoke, Smoked
from registrar.formats.smoked import as_json
from registrar.formats.table import FORMATS
from registrar.reading.card_profiles import PROFILES
from registrar.reading.policy import read_policy
from registrar.reading.schema import bundled_bytes
from registrar.reading.waivers import read_waivers
from registrar.rules import ALL_RULES, RULE_NAMES, RULES

TOP = Path(__file__).parent.parent
PAGES = [TOP / "README.md", TOP / "CONTRIBUTING.md", TOP / "CHANGELOG.md"]
PAGES += [*sorted((TOP / "docs").rglob("*.md")), *sorted(TOP.glob("[a-z]*/README.md"))]


def text(path: str) -> str:
    return (TOP / path).read_text(encoding="utf-8")


def block(path: str, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", text(path), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_our_pages_lead_somewhere(page: Path) -> None:
    content = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    content = re.sub(r"(?<=\n\n)(?: {4}.*\n?)+", "", content)  # code, not links
    for target in re.findall(r"\]\(([^)#\s]+)", content):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_the_page_of_the_report_names_every_field(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "demo", git=False)
    repo.add_entry("wine-1.0.0", good_entry(**{"MODEL_CARD.md": "# x"}))
    report = repo.check().report
    page = text("docs/report.md")
    for field in (*report, *report["findings"][0], *report["judged_by"], *report["phases"]):
        assert f"`{field}`" in page, field


def test_the_page_of_fix_names_every_field_and_every_fixable_rule(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "demo", git=False)
    repo.add_entry()
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", "license: apache-2.0")
    answer = run("fix", "--diff", "--format", "json", cwd=repo.path).report
    page = text("docs/fix.md")
    for field in (*answer, *answer["applied"][0], "reason"):
        assert f"`{field}`" in page, field
    assert all(f"`{rule.name}`" in page for rule in RULES if rule.fixable)


def test_generated_files_are_as_generated() -> None:
    for script in sorted((TOP / "scripts").glob("generate_*.py")):
        done = subprocess.run([sys.executable, script, "--check"], capture_output=True, check=False)
        assert done.returncode == 0, (script.name, done.stdout)


def test_every_option_of_check_is_in_the_readme_and_in_help() -> None:
    said = run("check", "--help").out
    options = set(re.findall(r"--[a-z][a-z-]+", said)) - {"--help"}
    wanted = {"--base", "--base-tip", "--head", "--policy-from", "--at", "--fail-on", "--jobs"}
    wanted |= {"--format", "--no-cache", "--remote", "--report", "--verify-bytes"}
    assert options == wanted | {"--all-phases", "--runtime"}
    assert all(option in text("README.md") for option in options)


@pytest.mark.parametrize("command", ["scan", "smoke", "verify"])
def test_a_page_on_bytes_says_what_is_proved_and_what_is_not(command: str) -> None:
    page = text(f"docs/{command}.md")
    proves, _, rest = page.partition("\n## What it proves\n")[2].partition("\n## ")
    assert rest.startswith("What it does not prove\n")
    assert min(part.count("\n- ") for part in (proves, rest)) >= 2
    options = set(re.findall(r"--[a-z][a-z-]+", run(command, "--help").out)) - {"--help"}
    assert all(f"{option}" in page for option in options)


def test_the_page_of_smoke_names_every_field() -> None:
    worst = Deviation("label[0]", "1", "2", 1.0, 0.0)
    one = Smoked("wine-1.0.0", Smoke.REPRODUCES_NOT, deviation=worst)
    document = json.loads(as_json([one], 1))
    (told,) = document["entries"]
    page = text("docs/smoke.md")
    for field in (*document, *told, *told["deviation"], *told["sandbox"]):
        assert f"`{field}`" in page, field


def test_the_page_of_scan_has_a_row_for_every_header() -> None:
    rooms = (TOP / "src/registrar/integrations/scanning/headers").glob("*.py")
    readers = {path.stem for path in rooms if re.search("^@told$", path.read_text("utf-8"), re.M)}
    assert readers == {"gguf", "mlflow_folder", "onnx", "safetensors", "skops", "zips"}
    table = text("docs/scan.md").partition("\n## Headers\n")[2].partition("\n### ")[0]
    rows = re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)
    assert sorted(rows[2:]) == [
        "GGUF",
        "ONNX",
        "`MLmodel` of MLflow",
        "safetensors",
        "skops",
        "zip",
    ]


def test_every_line_of_the_doctor_is_in_its_page() -> None:
    rooms = sorted((TOP / "src/registrar/app/doctoring").glob("*.py"))
    source = "".join(path.read_text(encoding="utf-8") for path in rooms)
    named = set(re.findall(r'Question\(\s*"([a-z-]+)"', source)) | {"script", "requirements"}
    asked = re.findall(r'\.ask\("([a-z-]+)"\)', source)
    assert len(asked) > 5
    named |= {f"{name}-{what}" for name in ("workflow", "remote-workflow") for what in asked}
    page = text("docs/doctor.md")
    told = {
        n
        for row in re.findall(r"^\| (`[^|]*?) \|", page, re.M)
        for n in re.findall("`([a-z-]+)`", row)
    }
    assert len(named) > 40
    assert named <= told
    options = set(re.findall(r"--[a-z][a-z-]+", run("doctor", "--help").out)) - {"--help"}
    assert all(option in page for option in options)


def test_every_option_of_init_is_in_the_readme_and_every_file_on_its_page(tmp_path: Path) -> None:
    options = set(re.findall(r"--[a-z][a-z-]+", run("init", "--help").out)) - {"--help"}
    assert all(option in text("README.md") for option in options)
    repo = Repo(tmp_path / "repo")
    said = run(
        "init", "--dry-run", "--gitlab", "--format", "json", "--remote", cwd=repo.path
    ).report
    for file in said["files"]:
        path = file["path"].replace("model_registry/", "<root>/", 1)
        assert f"`{path}`" in text("docs/adopting.md"), path


def test_every_command_is_in_the_readme() -> None:
    (commands,) = [a for a in parser()._actions if a.dest == "command"]
    for name in commands.choices or ():
        assert f"registrar {name}" in text("README.md")


def test_the_table_of_exit_codes() -> None:
    table = {int(code) for code in re.findall(r"^\| ([0-9]+) \|", text("README.md"), re.MULTILINE)}
    assert table == {value for name, value in vars(errors).items() if name.startswith("EXIT_")}


def test_every_rule_has_its_row_and_every_running_rule_its_page() -> None:
    for rule in ALL_RULES:
        assert f"`{rule.name}`" in text("README.md")
    assert {p.stem for p in (TOP / "docs/rules").glob("*.md")} == {rule.name for rule in RULES}


def test_the_policy_of_the_docs_is_valid_and_names_every_key() -> None:
    written = block("docs/writing_policy.md", "toml")
    policy, flaws = read_policy(written.encode(), RULE_NAMES, PROFILES)
    assert policy is not None, flaws
    keys = set(tomllib.loads(written))
    schema = json.loads(bundled_bytes("policy"))
    assert keys == set(schema["properties"])
    for table in keys - {"schema_version", "metrics"}:
        assert set(tomllib.loads(written)[table]) == set(schema["properties"][table]["properties"])


def test_the_waiver_of_the_docs_is_valid_and_within_the_limit() -> None:
    book = read_waivers(block("docs/writing_policy.md", "yaml").encode(), RULE_NAMES)
    assert (len(book.waivers), book.flaws) == (1, ())
    assert not book.waivers[0].too_long(90)


def test_the_recipe_of_the_folder_digest(tmp_path: Path) -> None:
    recipe = block("docs/digests.md", "sh").strip()
    (tmp_path / "b").mkdir()
    (tmp_path / "a").write_bytes(b"hello\n")
    (tmp_path / "b" / "c").write_bytes(b"")
    done = subprocess.run(["bash", "-c", recipe], cwd=tmp_path, capture_output=True, check=True)
    digest = done.stdout.decode().split()[0]
    assert digest in text("docs/digests.md")
    hello = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest == folder_digest({"a": hello, "b/c": empty})


def test_the_quick_start_of_the_readme_is_accepted(tmp_path: Path) -> None:
    import hashlib

    files = good_entry()
    yaml = re.findall(r"```yaml\n(.*?)```", text("README.md"), re.DOTALL)
    assert len(yaml) == 3
    sha = hashlib.sha256(files["model.onnx"]).hexdigest()
    metadata = yaml[0].replace("<what sha256sum model.onnx says>", sha)
    manifest = yaml[1].replace("<what sha256sum wine.csv says>", "a" * 64)
    repo = Repo(tmp_path / "demo", git=False)
    entry = {
        "metadata.yaml": re.sub("(?m)^   ", "", metadata).encode(),
        "dataset-manifest.yaml": re.sub("(?m)^   ", "", manifest).encode(),
        "MODEL_CARD.md": files["MODEL_CARD.md"],
        "model.onnx": files["model.onnx"],
    }
    repo.add_entry("wine-1.0.0", entry)
    assert (repo.check().code, repo.check().findings) == (0, [])
    size = len(entry.pop("model.onnx"))
    more = yaml[2].replace("<its SHA-256>", sha).replace("<its bytes>", str(size))
    entry["metadata.yaml"] += re.sub("(?m)^   ", "", more).encode()
    pointer = f"outs:\n- {{md5: {'a' * 32}, size: {size}, hash: md5, path: model.onnx}}\n"
    entry["model.onnx.dvc"] = pointer.encode()
    repo = Repo(tmp_path / "large", git=False)
    repo.add_entry("wine-1.0.0", entry)
    assert (repo.check().code, repo.check().findings) == (0, [])
    assert len(repo.check().report["deferred"]) == 2


def test_the_refusal_that_the_readme_shows_is_real(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "demo", git=False)
    repo.write("registrar.toml", text("registrar.toml"))
    folder = TOP / "model_registry/wine-cultivar-1.1.0"
    files = {p.name: p.read_bytes() for p in folder.iterdir()}
    files["metadata.yaml"] = (
        files["metadata.yaml"]
        .replace(b"license: Apache-2.0", b"license: Apache 2")
        .replace(b'repository: "."', b"repository: https://github.com/acme/wine")
    )  # no git here
    repo.add_entry("wine-cultivar-1.1.0", files)
    said = repo.check_text("model_registry/wine-cultivar-1.1.0", "--at", "2026-11-24").out
    shown = text("README.md").split("```\n$ registrar check")[1].split("```")[0]
    assert shown.split("\n\n", 1)[1] == said


def test_no_index_and_no_path_of_a_machine_in_what_we_publish() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=TOP, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    forbidden = re.compile(r"(?<![\w.])/(work|farm|root)/|--(extra-)?index-url|--find-links[ =]\S")
    for name in filter(None, tracked):
        path = TOP / name
        if path.suffix in (".md", ".txt", ".toml", ".py", ".in", ".sh", ".yaml", ".json"):
            assert not forbidden.search(path.read_text(encoding="utf-8")) or name.startswith(
                "tests/"
            ), name


def test_the_index_lists_every_page_and_the_readme_leads_to_it() -> None:
    index = text("docs/README.md")
    for page in (TOP / "docs").rglob("*.md"):
        if page.name != "README.md":
            assert f"]({page.relative_to(TOP / 'docs').as_posix()})" in index, page.name
    assert "](docs/README.md)" in text("README.md")


def test_the_page_of_reports_names_every_format_and_its_stability() -> None:
    rows = re.findall(r"^\| `([a-z]+)` \|.*\| ([a-z ]+) \|$", text("docs/report.md"), re.MULTILINE)
    stability = dict(row for row in rows if row[0] in FORMATS)
    assert sorted(stability) == sorted(FORMATS)
    assert set(stability.values()) == {"committed", "follows the platform", "human"}
    assert all(f"`{name}`" in text("README.md") for name in FORMATS)
