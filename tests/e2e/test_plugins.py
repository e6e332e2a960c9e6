"""Rules of organisations: an installed package, named by the base's policy, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from builders import ENTRY, POLICY, Repo, good_repo

SOURCE = Path(__file__).parent.parent / "plugins/acme_rules"
NAMED = POLICY + '[rules]\nplugins = ["acme-owner", "acme-pace"]\n'
OWNERS = "owners: [{name: Risk, contact: risk@acme.example}]\n"
AT = ("--at", "2026-11-24")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example package, really built and installed into a folder of its own."""
    folder = tmp_path_factory.mktemp("acme")
    shutil.copytree(SOURCE, folder / "source")
    install(folder / "source", folder / "site")
    return folder / "site"


def install(source: Path, target: Path) -> None:
    pip = [sys.executable, "-I", "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    alone = ["--no-build-isolation", "--disable-pip-version-check", "--target", str(target)]
    subprocess.run([*pip, *alone, str(source)], check=True, stdin=subprocess.DEVNULL)


def call(repo: Repo, site: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    kept = {key: os.environ[key] for key in ("PATH", "HOME")}
    command = Path(sys.executable).parent / "registrar"
    return subprocess.run(
        [str(command), *words],
        cwd=repo.path,
        env=kept | {"PYTHONPATH": str(site)} | env,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def report(repo: Repo, site: Path, *words: str) -> dict[str, Any]:
    done = call(repo, site, "check", "--format", "json", *AT, *words)
    assert done.stdout, done.stderr
    parsed: dict[str, Any] = json.loads(done.stdout)
    return parsed


def rules_of(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(f["rule"], f["severity"]) for f in told["findings"]]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = good_repo(tmp_path / "repo")
    repo.write("registrar.toml", NAMED)
    repo.commit("our own rules, too")
    return repo


def test_an_installed_rule_that_the_policy_names_judges(repo: Repo, site: Path) -> None:
    told = report(repo, site)
    assert rules_of(told) == [("acme-owner", "error")]
    (finding,) = told["findings"]
    assert finding["path"] == f"{ENTRY}/metadata.yaml"
    assert finding["url"] == "https://wiki.acme.example/registry#owner"
    repo.write(f"{ENTRY}/metadata.yaml", (repo.path / ENTRY / "metadata.yaml").read_text() + OWNERS)
    assert report(repo, site)["verdict"] == "pass"


def test_a_rule_over_the_change_judges(repo: Repo, site: Path) -> None:
    repo.git("checkout", "--quiet", "-b", "work")
    for name in ("a-1.0.0", "b-1.0.0", "c-1.0.0"):
        repo.add_entry(name)
        metadata = repo.path / "model_registry" / name / "metadata.yaml"
        metadata.write_text(metadata.read_text() + OWNERS)
    repo.commit("three")
    told = report(repo, site, "--base", "main", "--jobs", "2")
    assert rules_of(told) == [("acme-pace", "warning")]


def test_policy_and_waivers_may_speak_of_it(repo: Repo, site: Path) -> None:
    repo.write("registrar.toml", NAMED + 'severity = {acme-owner = "warning"}\n')
    assert rules_of(report(repo, site)) == [("acme-owner", "warning")]
    repo.write("registrar.toml", NAMED)
    repo.write(
        "waivers.yaml",
        "waivers:\n- {rule: acme-owner, entry: wine-1.0.0, reason: old, owner: r@acme.example,\n"
        '   granted: "2026-11-01", expires: "2026-12-01"}\n',
    )
    told = report(repo, site)
    assert (told["verdict"], len(told["waived"])) == ("pass", 1)


def test_one_that_is_not_installed_is_unchecked_and_says_what_to_do(
    repo: Repo, tmp_path: Path
) -> None:
    told = report(repo, tmp_path)
    assert [u["rule"] for u in told["unchecked"]] == ["acme-owner", "acme-pace"]
    assert (told["verdict"], told["exit_code"]) == ("incomplete", 4)
    assert "no installed package has this rule" in told["unchecked"][0]["reason"]


def test_an_installed_rule_that_no_policy_names_never_runs(repo: Repo, site: Path) -> None:
    repo.write("registrar.toml", POLICY)
    assert report(repo, site)["verdict"] == "pass"


def test_a_change_does_not_choose_the_plugins_that_judge_it(repo: Repo, site: Path) -> None:
    repo.git("checkout", "--quiet", "-b", "work")
    repo.write("registrar.toml", POLICY)
    repo.edit(f"{ENTRY}/MODEL_CARD.md", "It knows three", "It only knows three")
    repo.commit("without them")
    assert ("acme-owner", "error") in rules_of(report(repo, site, "--base", "main"))
    repo.git("checkout", "--quiet", "main")
    repo.write("registrar.toml", POLICY)
    repo.commit("none")
    repo.git("checkout", "--quiet", "-B", "work")
    repo.write("registrar.toml", NAMED)
    repo.commit("with them")
    assert rules_of(report(repo, site, "--base", "main")) == []


def test_a_package_planted_in_the_judged_tree_is_never_loaded(repo: Repo, tmp_path: Path) -> None:
    planted = repo.path / "site"
    source = tmp_path / "evil"
    shutil.copytree(SOURCE, source)
    marker = tmp_path / "marker"
    for module in ("__init__", "owner", "pace"):
        with (source / "src/acme_rules" / f"{module}.py").open("a") as file:
            file.write(f"\nopen({str(marker)!r}, 'w').close()\n")
    install(source, planted)
    told = report(repo, planted)
    assert [u["rule"] for u in told["unchecked"]] == ["acme-owner", "acme-pace"]
    outside = tmp_path / "outside"  # a path file outside that leads into the tree
    shutil.copytree(planted, outside)
    shutil.rmtree(outside / "acme_rules")
    (outside / "acme_rules").symlink_to(planted / "acme_rules")
    told = report(repo, outside)
    assert "lies in the judged tree" in told["unchecked"][0]["reason"]
    assert not marker.exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("raise SystemError('boom')", "cannot be loaded: SystemError: boom"),
        ("RULE = 7", "gives a int, not a Rule"),
        ("from acme_rules.pace import RULE", 'gives a rule that is called "acme-pace"'),
    ],
)
def test_a_broken_package_is_unchecked_with_the_reason(
    repo: Repo, tmp_path: Path, site: Path, text: str, reason: str
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(site, broken)
    (broken / "acme_rules/owner.py").write_text(text + "\n")
    told = report(repo, broken)
    assert [u["rule"] for u in told["unchecked"]] == ["acme-owner"]
    assert reason in told["unchecked"][0]["reason"]


def test_a_rule_that_breaks_is_the_plugins_fault_and_hides_nothing(
    repo: Repo, tmp_path: Path, site: Path
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(site, broken)
    source = broken / "acme_rules/owner.py"
    source.write_text(source.read_text().replace("    document = ", "    1 / 0\n    document = "))
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", "license: Apache 2")
    told = report(repo, broken)
    assert [f["rule"] for f in told["findings"]] == ["license-valid"]
    (unchecked,) = told["unchecked"]
    assert unchecked["reason"] == "acme-rules 1.2.0 broke: ZeroDivisionError: division by zero"
    assert told["exit_code"] == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("license-valid", "is a rule of ours; no plugin may take its name"),
        ("../x", "is no name of a rule"),
    ],
)
def test_a_policy_with_a_plugin_of_a_wrong_name_judges_nothing(
    repo: Repo, site: Path, name: str, message: str
) -> None:
    repo.write("registrar.toml", POLICY + f'[rules]\nplugins = ["{name}"]\n')
    done = call(repo, site, "check")
    assert done.returncode == 2
    assert message in done.stderr


def test_registrar_rules_explains_it(repo: Repo, site: Path) -> None:
    assert "acme-owner" in call(repo, site, "rules").stdout
    page = call(repo, site, "rules", "acme-owner").stdout
    assert "Refuses an entry that nobody of ACME owns." in page
    assert "acme-rules 1.2.0" in page
