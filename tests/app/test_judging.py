"""What surrounds the rules: a broken one, too much of one, and what the change as a whole is told."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from builders import ENTRY, POLICY, Repo

from registrar.app import judging, rulebook
from registrar.app.judging import Judged
from registrar.domain.findings import Deferred, Outcome
from registrar.reading.entry import Entry
from registrar.rules.rule import Judging, Record


def messages(repo: Repo, *argv: str, rule: str) -> list[str]:
    return [f["message"] for f in repo.check(*argv).findings if f["rule"] == rule]


def test_a_broken_rule_hides_nothing(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(entry: Entry, judging: Judging) -> Iterator[Outcome]:
        raise ZeroDivisionError("of the rule")
        yield

    rules = [replace(r, entry=broken) if r.name == "license-valid" else r for r in rulebook.RULES]
    monkeypatch.setattr(rulebook, "RULES", tuple(rules))
    repo.edit(f"{ENTRY}/MODEL_CARD.md", "## Contact", "## Nobody")
    result = repo.check("--jobs", "1")
    assert result.code == 70
    assert result.report["exit_code"] == 70
    assert [f["rule"] for f in result.findings] == ["card-sections"]
    assert [u["rule"] for u in result.report["unchecked"]] == ["license-valid"]
    assert "this is a fault of the program, not of your model" in result.err
    assert "ZeroDivisionError: of the rule" in result.err


def test_thousands_of_one_kind_are_cut(repo: Repo) -> None:
    many = ", ".join(["no-licence"] * 900)
    repo.edit(
        f"{ENTRY}/metadata.yaml",
        "license: Apache-2.0",
        f"license: MIT\nlicenses: {{data: [{many}]}}",
    )
    found = messages(repo, rule="license-valid")
    assert len(found) == judging.MOST + 1
    assert "there is more of this kind" in found


def waivers(*lines: str) -> str:
    rest = 'reason: r, owner: o, granted: "2026-11-01", expires: "2026-12-01"'
    return "waivers:\n" + "".join(f"- {{{line}, {rest}}}\n" for line in lines)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("rule: gate-intact, entry: wine-1.0.0", "gate-intact cannot be waived"),
        ("rule: license-valid, entry: wine-*", "is no folder's name"),
        ("rule: license-valid, entry: model_registry/wine-1.0.0", "is no folder's name"),
    ],
)
def test_a_waiver_that_cannot_work_is_told(repo: Repo, line: str, said: str) -> None:
    repo.write("waivers.yaml", waivers(line))
    (found,) = messages(repo, "--at", "2026-11-24", rule="waiver-valid")
    assert said in found


def test_a_waiver_of_nothing_is_told_after_a_month(repo: Repo) -> None:
    repo.write("waivers.yaml", waivers("rule: license-valid, entry: gone-1.0.0"))
    assert messages(repo, "--at", "2026-11-24", rule="waiver-valid") == []
    assert messages(repo, "--at", "2026-12-01", rule="waiver-valid") == []
    repo.edit("waivers.yaml", '"2026-12-01"', '"2027-01-20"')
    (found,) = messages(repo, "--at", "2026-12-24", rule="waiver-valid")
    assert found == "the waiver of license-valid for gone-1.0.0 has waived nothing"


def test_a_waiver_that_is_too_long_is_told_once(repo: Repo) -> None:
    text = waivers("rule: license-valid, entry: wine-1.0.0").replace("2026-12-01", "2028-12-01")
    repo.write("waivers.yaml", text)
    (found,) = messages(repo, "--at", "2026-12-24", rule="waiver-valid")
    assert "and waives nothing; the policy allows 90" in found


@pytest.mark.parametrize("broken", ["waivers: [1", waivers("rule: license-valid, entry: a-1.0.0")])
def test_broken_waivers_of_the_base_can_be_mended(repo: Repo, broken: str) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.write("waivers.yaml", broken.replace("2026-12-01", "2028-12-01"))
    repo.commit("broken")
    repo.git("checkout", "--quiet", "-B", "work")
    repo.add_entry("beer-1.0.0")
    assert "waiver-valid" in repo.check("--base", "main").rules, "it hinders others"
    repo.git("clean", "-fdq")
    repo.write("waivers.yaml", "waivers: []\n")
    result = repo.check("--base", "main")
    assert (result.code, result.rules) == (0, []), result.findings


def test_a_change_may_not_bring_a_waiver_that_is_too_long(repo: Repo) -> None:
    text = waivers("rule: license-valid, entry: wine-1.0.0").replace("2026-12-01", "2028-12-01")
    repo.write("waivers.yaml", text)
    (found,) = messages(repo, "--base", "main", rule="gate-intact")
    assert "waivers.yaml would not be valid: the waiver of license-valid runs too long" in found


def test_waivers_under_another_name_are_told(repo: Repo) -> None:
    repo.write("waivers.yml", "waivers: []\n")
    assert messages(repo, rule="waiver-valid") == ["waivers.yml is not read"]


def test_a_takedown_bound_to_the_artifact(repo: Repo) -> None:
    from builders import SHA

    repo.git("checkout", "--quiet", "main")
    line = f"rule: version-immutable, entry: wine-1.0.0, sha256: {SHA}"
    repo.write("waivers.yaml", waivers(line))
    repo.commit("decided")
    repo.git("checkout", "--quiet", "-B", "work")
    repo.git("rm", "-rf", "--quiet", ENTRY)
    result = repo.check("--base", "main", "--at", "2026-11-24")
    assert (result.code, len(result.report["waived"])) == (0, 1), result.findings


LOOSE = POLICY.replace("[license]", '[rules.severity]\ncard-sections = "off"\n[license]')
OTHER_ROOT = POLICY + '[registry]\nroot = "models"\n'


def test_a_rule_that_is_switched_on_is_counted(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.write("registrar.toml", LOOSE)
    repo.write(f"{ENTRY}/MODEL_CARD.md", "# x\n")
    repo.commit("loose")
    repo.git("checkout", "--quiet", "-B", "work")
    repo.write("registrar.toml", POLICY)
    (found,) = messages(repo, "--base", "main", rule="gate-intact")
    assert found == "1 entry would newly fail under this policy"


def test_entries_below_a_new_root_are_counted(repo: Repo) -> None:
    repo.write("registrar.toml", OTHER_ROOT)
    repo.write("models/evil-1.0.0/metadata.yaml", "license: nope\n")
    found = messages(repo, "--base", "main", rule="gate-intact")
    assert found == [
        "1 entry in model_registry would no longer be judged by anybody",
        "1 entry would newly fail under this policy",
    ]


def test_a_first_policy_is_counted_too(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.add_entry()
    repo.commit("entry")
    repo.git("checkout", "--quiet", "-b", "work")
    repo.write("registrar.toml", POLICY.replace('"Apache-2.0", ', ""))
    (found,) = messages(repo, "--base", "main", rule="gate-intact")
    assert found == "1 entry would newly fail under this policy"


SOFT = {
    "license": ("license: Apache-2.0", 'license: ["GPL-3.0-only"]', "license-policy"),
    "evaluation": ("metrics: metrics.json", "metrics: 5", "metrics-gate"),
    "files": ("size: ", "size: 0.5, x-old: ", "artifact-digest"),
}


@pytest.mark.parametrize("key", SOFT)
@pytest.mark.parametrize("how", ["waived", "a warning"])
def test_a_schema_that_is_waived_leaves_no_other_rule_silent(
    repo: Repo, key: str, how: str
) -> None:
    old, new, rule = SOFT[key]
    repo.edit(f"{ENTRY}/metadata.yaml", old, new)
    assert repo.check("--at", "2026-11-24").report["unchecked"] == [], "the error says it"
    if how == "waived":
        repo.write("waivers.yaml", waivers("rule: metadata-schema, entry: wine-1.0.0"))
    else:
        policy = '[rules.severity]\nmetadata-schema = "warning"\n[license]'
        repo.write("registrar.toml", POLICY.replace("[license]", policy))
    result = repo.check("--at", "2026-11-24")
    assert rule in [item["rule"] for item in result.report["unchecked"]], result.out
    assert result.code in (1, 4)


def test_what_a_worker_sends_arrives_whole() -> None:
    record = Record(*(f"value {number}" for number in range(len(fields(Record)))))
    deferred = Deferred("rule", "wine-1.0.0", "type this")
    judged = Judged(*((f"value {number}",) for number in range(len(fields(Judged)))))  # type: ignore[arg-type]
    for sent in (record, deferred, judged, Judged(deferred=(deferred,), outside=True)):
        assert pickle.loads(pickle.dumps(sent)) == sent
