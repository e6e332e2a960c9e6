"""Borders of the rules and services that once could be moved without a test that noticed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from builders import ENTRY, POLICY, Repo

from registrar.app.waiving import apply_waivers
from registrar.domain.findings import Finding, Severity
from registrar.domain.places import Place, Span
from registrar.domain.policy import Waiver
from registrar.reading.documents import decode
from registrar.reading.policy import size_from
from registrar.reading.siblings import fold

AT = date(2026, 11, 24)


def waiver(sha256: str | None = None) -> Waiver:
    days = (date(2026, 11, 1), date(2026, 12, 1))
    return Waiver("a-rule", "wine-1.0.0", "r", "o", *days, sha256, Span(1, 1, 1, 2))


def finding(severity: Severity, digest: str | None = None) -> Finding:
    place, url = Place("x", None), "u"
    return Finding("a-rule", severity, "wine-1.0.0", "m", "h", place, url, digest=digest)


@pytest.mark.parametrize(
    ("severity", "bound", "digest", "covered"),
    [
        (Severity.ERROR, None, None, True),
        (Severity.WARNING, None, "a" * 64, True),
        (Severity.NOTE, None, None, False),
        (Severity.ERROR, "a" * 64, "a" * 64, True),
        (Severity.ERROR, "a" * 64, "b" * 64, False),
        (Severity.ERROR, "a" * 64, None, False),
    ],
)
def test_what_a_waiver_covers(
    severity: Severity, bound: str | None, digest: str | None, covered: bool
) -> None:
    split = apply_waivers([finding(severity, digest)], (waiver(bound),), AT, 90, frozenset())
    assert (len(split.standing), len(split.waived)) == ((0, 1) if covered else (1, 0))


@pytest.mark.parametrize(
    ("amend", "old", "new", "name"),
    [
        (["dvc.remote"], "dvc: {remote: s}", "dvc: [s]", "dvc"),
        (["owners"], "x-flag: true", "x-flag: 1", "x-flag"),
        (["owners"], "x-flag: true", "x-flag: 'true'", "x-flag"),
    ],
)
def test_an_amendment_reaches_no_further_than_its_name(
    tmp_path: Path, amend: list[str], old: str, new: str, name: str
) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("registrar.toml", POLICY + f"[immutable]\namend = {amend!r}\n")
    repo.add_entry()
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", f"license: Apache-2.0\n{old}")
    repo.commit()
    repo.git("checkout", "--quiet", "-b", "work")
    repo.edit(f"{ENTRY}/metadata.yaml", old, new)
    found = [f for f in repo.check("--base", "main").findings if f["rule"] == "version-immutable"]
    assert [(f["severity"], f["message"].split()[0]) for f in found] == [("error", name)]


def test_nothing_is_deferred_where_the_bytes_are_required(repo: Repo) -> None:
    size = len((repo.path / ENTRY / "model.onnx").read_bytes())
    (repo.path / ENTRY / "model.onnx").unlink()
    pointer = f"outs:\n- {{md5: {'a' * 32}, size: {size}, hash: md5, path: model.onnx}}\n"
    repo.write(f"{ENTRY}/model.onnx.dvc", pointer)
    assert len(repo.check().report["deferred"]) == 2
    repo.write("registrar.toml", POLICY + 'bytes = "required"\n')
    result = repo.check()
    assert (result.report["deferred"], result.rules) == ([], ["artifact-present"])


def shallow(repo: Repo, tmp_path: Path) -> Repo:
    repo.edit(f"{ENTRY}/metadata.yaml", "https://github.com/acme/wine", ".")
    commit = repo.git("rev-parse", "main~1")
    repo.edit(f"{ENTRY}/metadata.yaml", "3f786850e387550fdab836ed7e6dc881de23001b", commit)
    repo.commit()
    clone = Repo(tmp_path / "clone", git=False)
    clone.git("clone", "--quiet", "--depth=1", f"file://{repo.path}", ".")
    return clone


def test_a_commit_that_a_shallow_clone_cut_off_is_unchecked(repo: Repo, tmp_path: Path) -> None:
    clone = shallow(repo, tmp_path)
    result = clone.check()
    assert (result.code, result.rules) == (4, [])
    (unchecked,) = result.report["unchecked"]
    assert unchecked["rule"] == "source-in-history"
    assert "git fetch --unshallow" in unchecked["reason"]


def test_a_shallow_clone_cannot_tell_a_rewritten_history(repo: Repo, tmp_path: Path) -> None:
    clone = shallow(repo, tmp_path)
    clone.git("checkout", "--quiet", "--orphan", "other")
    clone.commit("other")
    tip = clone.git("rev-parse", "refs/remotes/origin/HEAD")
    result = clone.check("--base-tip", tip, "--head", "other")
    assert "gate-intact" not in result.rules
    assert "gate-intact" in {item["rule"] for item in result.report["unchecked"]}


def test_a_warning_does_not_newly_fail(repo: Repo) -> None:
    policy = POLICY.replace('"Apache-2.0", ', "")
    repo.write("registrar.toml", policy + '[rules.severity]\nlicense-policy = "warning"\n')
    assert repo.check("--base", "main").findings == []


def test_two_files_of_metadata_are_none(repo: Repo) -> None:
    repo.write(f"{ENTRY}/metadata.json", "{}")
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", "license: prose")
    assert repo.check().rules == ["metadata-readable"], "which of the two would be judged?"


def test_a_registry_that_was_emptied_is_no_empty_registry(repo: Repo, tmp_path: Path) -> None:
    clone = Repo(tmp_path / "clone", git=False)
    repo.git("checkout", "--quiet", "main")
    clone.git("clone", "--quiet", str(repo.path), ".")
    clone.git("rm", "-rf", "--quiet", ENTRY)
    result = clone.check()
    assert (result.rules, result.err) == (["version-immutable"], "")


def test_a_blank_owner_answers_for_nothing(repo: Repo) -> None:
    line = 'rule: license-valid, entry: a-1.0.0, reason: r, owner: " ", '
    repo.write(
        "waivers.yaml", f'waivers:\n- {{{line}granted: "2026-11-01", expires: "2026-12-01"}}'
    )
    assert "owner is empty" in [f["message"] for f in repo.check("--at", "2026-11-24").findings]


def test_small_borders() -> None:
    assert (size_from("10 KiB"), size_from("10 kB"), size_from("1 MiB")) == (10240, 10000, 1048576)
    for head in (b"\xff\xfea\x00", b"\xfe\xff\x00a"):
        flaw = decode(head)[1]
        assert flaw is not None
        assert "UTF-16" in flaw.message
    assert fold("ｗine-1.0.0") == fold("WINE-1.0.0") != fold("win-1.0.0")


def test_merge_bases_that_cross_are_incomplete(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("registrar.toml", POLICY)
    root = repo.commit("policy")
    repo.add_entry()
    added = repo.commit("entry")
    repo.git("checkout", "--quiet", "-b", "topic", root)
    repo.write("x", "x")
    topic = repo.commit("topic")
    repo.git("checkout", "--quiet", "main")
    repo.git("merge", "--quiet", "--no-ff", "-m", "join", topic)
    repo.git("checkout", "--quiet", "-b", "attack", added)
    repo.git("merge", "--quiet", "--no-ff", "--no-commit", topic)
    repo.git("rm", "-rf", "--quiet", ENTRY)
    repo.commit("merge, and take it away")
    result = repo.check("--base", "main", "--head", "attack")
    assert result.code == 4
    assert "several merge bases" in result.report["unchecked"][0]["reason"]
    repo.git("merge", "--quiet", "--no-edit", "main")
    assert "version-immutable" in repo.check("--base", "main", "--head", "attack").rules


def test_a_sparse_checkout_is_incomplete(repo: Repo) -> None:
    repo.add_entry("beer-1.0.0")
    repo.commit()
    repo.git("sparse-checkout", "set", "model_registry/beer-1.0.0")
    result = repo.check("--base", "main")
    assert result.code == 4, result.findings
    assert "sparse" in result.report["unchecked"][0]["reason"]
    assert repo.check("--base", "main", "--head", "HEAD").code == 0


def test_a_checkout_with_other_line_ends_changes_nothing(repo: Repo, tmp_path: Path) -> None:
    repo.write(f"{ENTRY}/LICENSE", "as you like\n")
    repo.write(f"{ENTRY}/notes.csv", "a,b\n1,2\n")
    repo.commit()
    clone = Repo(tmp_path / "clone", git=False)
    clone.git("clone", "--quiet", "-c", "core.autocrlf=true", str(repo.path), ".")
    assert b"\r\n" in (clone.path / "registrar.toml").read_bytes()
    assert clone.check("--base", "HEAD").rules == []


@pytest.mark.parametrize("name", ["Model_Registry/wine-1.0.0/model.onnx", "Registrar.toml"])
def test_a_name_that_is_another_one_elsewhere(repo: Repo, name: str) -> None:
    repo.write(name, "x")
    messages = [f["message"] for f in repo.check("--base", "main").findings]
    assert any("collides with" in message for message in messages), messages


def test_links_in_the_gates_place_are_compared(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "main")
    for owner in ("a", "b"):
        repo.write(f"o/{owner}", f"* @{owner}\n")
    (repo.path / "CODEOWNERS").symlink_to("o/a")
    repo.commit()
    repo.git("checkout", "--quiet", "-B", "work")
    (repo.path / "CODEOWNERS").unlink()
    (repo.path / "CODEOWNERS").symlink_to("o/b")
    repo.add_entry("beer-1.0.0")
    for argv in ((), ("--head", "work")):
        if argv:
            repo.commit()
        assert "gate-intact" in repo.check("--base", "main", *argv).rules


def test_a_lower_limit_must_fit_the_waivers(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "main")
    line = "rule: license-valid, entry: wine-1.0.0, reason: r, owner: o"
    days = 'granted: "2026-11-01", expires: "2027-01-20"'
    repo.write("waivers.yaml", f"waivers:\n- {{{line}, {days}}}\n")
    repo.commit()
    repo.git("checkout", "--quiet", "-B", "work")
    repo.write("registrar.toml", POLICY + "[waivers]\nmax_days = 30\n")
    found = list(repo.check("--base", "main", "--at", "2026-11-24").findings)
    assert any("waivers.yaml would not be valid" in f["message"] for f in found), found


def test_a_licence_text_of_merged_models_stays(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("registrar.toml", POLICY.replace('"MIT"', '"MIT", "LicenseRef-foo"'))
    repo.write("model_registry/LICENSES/LicenseRef-foo.txt", "do as you like\n")
    repo.add_entry()
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", 'license: "License\\x52ef-foo"')
    repo.commit()
    repo.git("checkout", "--quiet", "-b", "work")
    repo.write("model_registry/LICENSES/LicenseRef-foo.txt", "all rights reserved\n")
    assert repo.check("--base", "main").rules == ["version-immutable"]
    repo.git("rm", "-fq", "model_registry/LICENSES/LicenseRef-foo.txt")
    assert repo.check("--base", "main").rules == ["license-valid"]


def test_a_waiver_of_reading_does_not_waive_the_rest(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "main")
    line = "rule: metadata-readable, entry: wine-1.0.0, reason: r, owner: o"
    repo.write(
        "waivers.yaml", f'waivers:\n- {{{line}, granted: "2026-11-01", expires: "2026-12-01"}}'
    )
    repo.commit()
    repo.git("checkout", "--quiet", "-B", "work")
    (repo.path / ENTRY / "metadata.yaml").unlink()
    result = repo.check("--base", "main", "--at", "2026-11-24")
    assert result.rules == ["version-immutable"]


@pytest.mark.parametrize("order", [("a", "z"), ("z", "a")])
def test_one_licence_text_does_not_hide_another(tmp_path: Path, order: tuple[str, str]) -> None:
    old, new = order
    repo = Repo(tmp_path / "repo")
    allow = '"MIT", "LicenseRef-a", "LicenseRef-z"'
    repo.write("registrar.toml", POLICY.replace('"MIT"', allow))
    for folder in ("model_registry/LICENSES", f"{ENTRY}/LICENSES"):
        repo.write(f"{folder}/LicenseRef-{old}.txt", "do as you like\n")
    repo.write(f"{ENTRY}/LICENSES/LicenseRef-{new}.txt", "do as you like\n")
    repo.add_entry()
    repo.edit(f"{ENTRY}/metadata.yaml", "Apache-2.0", "LicenseRef-a AND LicenseRef-z")
    repo.commit()
    repo.git("checkout", "--quiet", "-b", "work")
    repo.write(f"model_registry/LICENSES/LicenseRef-{old}.txt", "all rights reserved\n")
    repo.write(f"model_registry/LICENSES/LicenseRef-{new}.txt", "as you like\n")
    assert repo.check("--base", "main").rules == ["version-immutable"]


def test_a_licence_text_of_a_longer_name_is_another(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("registrar.toml", POLICY.replace('"MIT"', '"MIT", "LicenseRef-foo-2"'))
    for name in ("foo", "foo-2"):
        repo.write(f"model_registry/LICENSES/LicenseRef-{name}.txt", "do as you like\n")
    repo.add_entry()
    repo.edit(f"{ENTRY}/metadata.yaml", "Apache-2.0", "LicenseRef-foo-2")
    repo.commit()
    repo.git("checkout", "--quiet", "-b", "work")
    repo.write("model_registry/LICENSES/LicenseRef-foo.txt", "another text\n")
    result = repo.check("--base", "main")
    assert (result.code, result.report["checked"]) == (0, []), result.findings


def test_line_ends_of_a_program_are_bytes(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.write("scripts/registrar.pyz", b"PK\x03\x04 a\r\nb")
    repo.commit()
    repo.git("checkout", "--quiet", "-B", "work")
    repo.write("scripts/registrar.pyz", b"PK\x03\x04 a\nb")
    repo.add_entry("beer-1.0.0")
    assert "gate-intact" in repo.check("--base", "main").rules


def test_a_name_beside_the_entries_in_another_case(repo: Repo) -> None:
    repo.write("model_registry/.GitAttributes", "* text eol=crlf\n")
    assert repo.check("--base", "main").rules == ["gate-intact"]
