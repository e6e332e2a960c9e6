"""Waivers: what they cover, for how long, and who must have granted them."""

from __future__ import annotations

import pytest
from builders import ENTRY, POLICY, SHA, Repo
from changes import AT, said

WAIVER = """\
waivers:
- rule: {rule}
  entry: wine-1.0.0
  reason: known since it was trained
  owner: risk@acme.example
  granted: "{granted}"
  expires: "{expires}"
"""


def waive(repo: Repo, rule: str, granted: str = "2026-11-01", expires: str = "2026-12-31") -> None:
    repo.write("waivers.yaml", WAIVER.format(rule=rule, granted=granted, expires=expires))


def break_licence(repo: Repo) -> None:
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", "license: GPL-3.0-only")


def test_a_waiver_keeps_and_counts_what_it_covers(repo: Repo) -> None:
    break_licence(repo)
    waive(repo, "license-policy")
    result = repo.check(*AT)
    assert result.code == 0
    (waived,) = result.report["waived"]
    assert (waived["rule"], waived["waiver"]["owner"]) == ("license-policy", "risk@acme.example")
    assert "1 waived" in repo.check_text(*AT).out


def test_a_waiver_of_the_change_itself_does_not_count(repo: Repo) -> None:
    break_licence(repo)
    waive(repo, "license-policy")
    assert "license-policy" in repo.check("--base", "main", *AT).rules


def test_a_waiver_may_be_bound_to_a_digest(repo: Repo) -> None:
    break_licence(repo)
    waive(repo, "license-policy")
    text = (repo.path / "waivers.yaml").read_text()
    repo.write("waivers.yaml", text + f'  sha256: "{"0" * 64}"\n')
    assert repo.check(*AT).code == 1
    repo.write("waivers.yaml", text + f"  sha256: {SHA}\n")
    assert repo.check(*AT).code == 0


def test_the_last_day_is_included(repo: Repo) -> None:
    break_licence(repo)
    waive(repo, "license-policy", expires="2026-11-24")
    assert said(repo.check(*AT), "waiver-valid", "warning") == []
    late = repo.check("--at", "2026-11-25")
    assert late.code == 0, "merged, so it goes on waiving"
    assert len(said(late, "waiver-valid", "warning")) == 1


def test_an_expired_waiver_waives_nothing_for_the_change(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "main")
    waive(repo, "license-policy", expires="2026-11-20")
    repo.commit("waiver")
    repo.git("checkout", "--quiet", "-B", "work")
    break_licence(repo)
    result = repo.check("--base", "main", *AT)
    assert {"license-policy", "waiver-valid"} <= set(result.rules)


def test_a_waiver_that_is_too_long_waives_nothing(repo: Repo) -> None:
    break_licence(repo)
    waive(repo, "license-policy", expires="2027-11-01")
    assert repo.check(*AT).rules == ["license-policy", "waiver-valid"]


def test_a_waiver_that_has_not_begun_waives_nothing(repo: Repo) -> None:
    break_licence(repo)
    waive(repo, "license-policy", granted="2026-12-01")
    assert repo.check(*AT).rules == ["license-policy"]


def test_an_unused_waiver_is_a_warning_after_thirty_days(repo: Repo) -> None:
    waive(repo, "license-policy", granted="2026-10-20")
    assert said(repo.check(*AT), "waiver-valid", "warning") == [
        "the waiver of license-policy for wine-1.0.0 has waived nothing"
    ]
    waive(repo, "license-policy", granted="2026-11-01")
    assert repo.check(*AT).findings == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  owner: risk@acme.example\n", "", "owner is missing"),
        ("license-policy", "licence-policy", 'unknown rule "licence-policy"'),
        ('"2026-11-01"', "2026-11-01", "is taken for a date"),
        ('"2026-12-31"', '"2026-02-30"', "no day of the calendar"),
        ('"2026-12-31"', '"2026-10-01"', "expires before it is granted"),
        ("reason: known since it was trained", 'reason: " "', "reason is empty"),
        ("waivers:", "waiver:", 'unknown key "waiver"'),
        ("waivers:", "waivers: [", "not YAML"),
    ],
)
def test_incomplete_waivers_are_told_with_a_place(
    repo: Repo, old: str, new: str, message: str
) -> None:
    break_licence(repo)
    waive(repo, "license-policy")
    repo.edit("waivers.yaml", old, new)
    result = repo.check(*AT)
    assert result.rules == ["license-policy", "waiver-valid"]
    found = [f for f in result.findings if f["rule"] == "waiver-valid"]
    assert any(message in f["message"] for f in found), found
    assert all(f["path"] == "waivers.yaml" and f["line"] for f in found)


def test_a_takedown_needs_a_waiver_on_the_base(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "main")
    waive(repo, "version-immutable")
    repo.commit("waiver")
    repo.git("checkout", "--quiet", "-B", "work")
    repo.git("rm", "-rf", "--quiet", ENTRY)
    result = repo.check("--base", "main", *AT)
    assert (result.code, len(result.report["waived"])) == (0, 1)


def test_severities_and_off(repo: Repo) -> None:
    break_licence(repo)
    repo.write("registrar.toml", POLICY + '[rules]\nseverity = {license-policy = "warning"}\n')
    result = repo.check(*AT)
    assert result.code == 0
    assert len(said(result, "license-policy", "warning")) == 1
    assert repo.check("--fail-on", "warning", *AT).code == 1
    repo.write("registrar.toml", POLICY + '[rules]\nseverity = {license-policy = "off"}\n')
    result = repo.check(*AT)
    assert (result.findings, result.report["rules_off"]) == ([], ["license-policy"])
    assert "switched off by policy: license-policy" in repo.check_text(*AT).out
