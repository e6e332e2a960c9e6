"""The baseline: what the registry was adopted with is counted, may shrink, and excuses nothing new."""

from __future__ import annotations

from pathlib import Path

import adopted
import pytest
from adopted import OLD, baseline, papers, take_off
from builders import ONNX, POLICY, Repo, good_entry
from changes import AT, said
from hypothesis import given
from hypothesis import strategies as st

from registrar.app.baseline import adopt
from registrar.assemble import world_at
from registrar.errors import UsageError
from registrar.reading.baseline import read_baseline, write_baseline
from registrar.rules import RULE_NAMES, RULES

old = adopted.old


def test_what_fails_today_is_listed_and_counted(old: Repo) -> None:
    assert '"old-1.0.0": {card-sections: 1, metadata-readable: 1}' in baseline(old)
    assert '"resnet-50": {card-sections: 1, entry-name: 1, metadata-readable: 1}' in baseline(old)
    result = old.check(*AT)
    assert (result.code, result.rules) == (0, [])
    assert {f["entry"] for f in result.report["baselined"]} == {"old-1.0.0", "resnet-50"}
    assert "5 in the baseline" in old.check_text(*AT).out


def test_nothing_is_unchecked_where_the_baseline_knows_the_cause(old: Repo) -> None:
    papers(old)
    old.edit(f"{OLD}/metadata.yaml", "license: Apache-2.0", "license: 7")
    take_off(old)
    listed = baseline(old) + '  "old-1.0.0": {metadata-schema: 1}\n'
    old.write("baseline.yaml", listed)
    result = old.check(*AT)
    assert (result.code, result.report["unchecked"]) == (0, [])


def test_one_more_error_of_a_rule_makes_all_of_them_stand(old: Repo) -> None:
    papers(old)
    (old.path / OLD / "MODEL_CARD.md").write_text("# Old\n")
    assert len(said(old.check(*AT), "card-sections")) == 7


def test_a_new_entry_is_not_excused_by_a_line_that_waits_for_it(old: Repo) -> None:
    old.git("checkout", "--quiet", "main")
    old.write("baseline.yaml", baseline(old) + '  "new-1.0.0": {card-sections: 9}\n')
    old.commit("as an administrator may")
    old.git("checkout", "--quiet", "-B", "work")
    old.add_entry("new-1.0.0")
    (old.path / "model_registry/new-1.0.0/MODEL_CARD.md").unlink()
    assert old.check("--base", "main", *AT).rules == ["card-sections"]


def test_mending_part_of_an_old_entry_passes_and_says_what_to_lower(old: Repo) -> None:
    old.write(f"{OLD}/MODEL_CARD.md", good_entry()["MODEL_CARD.md"])
    old.commit("a card")
    result = old.check("--base", "main", *AT)
    assert result.code == 0, result.out
    (note,) = said(result, "waiver-valid", "note")
    assert note == "the baseline allows 1 error of card-sections in old-1.0.0, and 0 are left"
    assert [f["path"] for f in result.findings if f["message"] == note] == ["baseline.yaml"]


def test_taking_an_entry_off_goes_with_the_entry_and_holds_it_to_all_rules(old: Repo) -> None:
    take_off(old)
    assert "metadata-readable" in old.check("--base", "main", *AT).rules, "though untouched"
    old.write(f"{OLD}/README.md", "soon\n")
    assert "metadata-readable" in old.check("--base", "main", *AT).rules
    papers(old)
    (old.path / OLD / "README.md").unlink()
    result = old.check("--base", "main", *AT)
    assert (result.code, result.report["baselined"]) == (0, []), result.out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("baseline:\n  a-1.0.0: {card-section: 1}\n", 'unknown rule "card-section"'),
        ("baseline:\n  a-1.0.0: {gate-intact: 1}\n", "gate-intact cannot be in a baseline"),
        ("baseline:\n  a-1.0.0: {card-sections: 0}\n", "0"),
        ("baseline: [a]\n", "baseline"),
        ("", "the file is empty"),
    ],
)
def test_an_invalid_baseline_judges_nothing_and_is_refused(
    old: Repo, text: str, message: str
) -> None:
    old.write("baseline.yaml", text)
    result = old.check(*AT)
    assert result.code == 2
    assert message in result.err
    assert "baseline.yaml" in result.err
    told = said(old.check("--base", "main", *AT), "gate-intact")
    assert any(message in one for one in told)


def test_what_would_newly_fail_counts_what_the_new_baseline_leaves_out(old: Repo) -> None:
    old.write("baseline.yaml", "baseline: {}\n")
    result = old.check("--base", "main", *AT)
    assert said(result, "gate-intact", "note") == ["2 entries would newly fail under this policy"]
    assert result.code == 1, "what comes off must pass"


@given(
    st.dictionaries(
        st.tuples(
            st.text(
                st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20
            ),
            st.sampled_from(sorted(RULE_NAMES - {"gate-intact", "waiver-valid"})),
        ),
        st.integers(1, 10**6),
        max_size=20,
    )
)
def test_law_reading_gives_what_was_written(counts: dict[tuple[str, str], int]) -> None:
    read, flaws = read_baseline(write_baseline(counts).encode(), RULE_NAMES)
    assert flaws == ()
    assert dict(read.counts) == counts


def test_ten_thousand_old_entries_fit(tmp_path: Path) -> None:
    counts = {
        (f"model-{n}-1.0.0", rule): 1
        for n in range(10_000)
        for rule in ("card-sections", "metadata-readable")
    }
    raw = write_baseline(counts).encode()
    assert len(raw) < 1024 * 1024
    assert read_baseline(raw, RULE_NAMES)[0].counts == counts


def test_a_name_that_no_yaml_holds_is_told_and_not_written(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("registrar.toml", POLICY)
    repo.write("model_registry/bell\x07-1.0.0/model.onnx", ONNX)
    made = adopt(world_at(str(repo.path)), {})
    assert "bell" not in made.text
    assert {finding.entry for finding in made.left} == {"bell\x07-1.0.0"}


def test_rules_that_look_at_exceptions_are_the_last() -> None:
    assert [rule.name for rule in RULES if rule.last] == ["waiver-valid"]


def test_more_entries_than_a_baseline_holds_is_an_error_before_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("registrar.toml", POLICY)
    for number in range(40):
        repo.write(f"model_registry/old-1.0.{number}/model.onnx", ONNX)
    monkeypatch.setattr("registrar.app.baseline.MAX_BYTES", 1024)
    with pytest.raises(UsageError, match="40 entries fail: no baseline holds so many"):
        adopt(world_at(str(repo.path)), {})


def test_more_errors_than_are_excused_say_so(old: Repo) -> None:
    old.write(f"{OLD}/MODEL_CARD.md", "# Old\n")
    hints = {f["hint"] for f in old.check(*AT).findings if f["rule"] == "card-sections"}
    more = "the baseline excuses 1 of card-sections here, and now there are 7"
    assert hints
    assert all(hint.endswith(more) for hint in hints)
