"""The baseline: what the registry was adopted with is counted, may shrink, and excuses nothing new."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from builders import ONNX, POLICY, SHA, Repo, good_entry
from changes import AT, branch, said
from hypothesis import given
from hypothesis import strategies as st

from registrar.app.baseline import adopt
from registrar.assemble import world_at
from registrar.errors import UsageError
from registrar.reading.baseline import read_baseline, write_baseline
from registrar.rules import RULE_NAMES, RULES

OLD = "model_registry/old-1.0.0"


@pytest.fixture
def old(tmp_path: Path) -> Repo:
    """A registry that was adopted with one entry of a model and nothing else."""
    repo = Repo(tmp_path / "adopted")
    repo.write("registrar.toml", POLICY)
    repo.write(f"{OLD}/model.onnx", ONNX)
    repo.write("model_registry/resnet-50/model.onnx", ONNX)
    repo.add_entry()
    repo.write("baseline.yaml", adopt(world_at(str(repo.path)), {}).text)
    repo.commit("adopt")
    return branch(repo)


def papers(repo: Repo, folder: str = OLD) -> None:
    for name, content in good_entry().items():
        if name != "model.onnx":
            content = content.replace(b"name: wine\nversion", b"name: old\nversion")
            repo.write(f"{folder}/{name}", content)


def baseline(repo: Repo) -> str:
    return (repo.path / "baseline.yaml").read_text()


def take_off(repo: Repo, entry: str = "old-1.0.0") -> None:
    lines = [line for line in baseline(repo).splitlines() if not line.startswith(f'  "{entry}')]
    repo.write("baseline.yaml", "\n".join(lines) + "\n")


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
        (
            '"old-1.0.0": {card-sections: 2',
            "the baseline grew: card-sections of old-1.0.0 from 1 to 2",
        ),
        (
            '"new-1.0.0": {card-sections: 1}\n  "old-1.0.0": {card-sections: 1',
            "of new-1.0.0 from 0 to 1",
        ),
    ],
)
def test_a_baseline_that_grew_is_refused(old: Repo, text: str, message: str) -> None:
    old.edit("baseline.yaml", '"old-1.0.0": {card-sections: 1', text)
    result = old.check("--base", "main", *AT)
    assert result.code == 1
    assert any(message in told for told in said(result, "gate-intact"))


def test_a_baseline_that_grew_does_not_go_with_models_either(old: Repo) -> None:
    old.edit("baseline.yaml", '"old-1.0.0": {card-sections: 1', '"old-1.0.0": {card-sections: 2')
    old.add_entry("more-1.0.0")
    told = said(old.check("--base", "main", *AT), "gate-intact")
    assert any("change together" in message for message in told)


def test_the_first_baseline_comes_with_the_first_policy_only(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write(f"{OLD}/model.onnx", ONNX)
    repo.commit("a model without papers")
    branch(repo)
    repo.write("registrar.toml", POLICY)
    repo.write("baseline.yaml", adopt(world_at(str(repo.path)), {}).text)
    repo.commit("adopt")
    assert repo.check("--base", "main", *AT).code == 0
    repo.git("checkout", "--quiet", "-B", "main")
    repo.git("rm", "--quiet", "baseline.yaml")
    repo.commit("without")
    repo.git("checkout", "--quiet", "-B", "work")
    repo.write("baseline.yaml", write_baseline({("old-1.0.0", "card-sections"): 1}))
    assert "gate-intact" in repo.check("--base", "main", *AT).rules


def test_a_branch_from_before_does_not_bring_back_what_came_off(old: Repo) -> None:
    old.git("checkout", "--quiet", "main")
    papers(old)
    take_off(old)
    old.commit("mended")
    old.git("checkout", "--quiet", "work")
    old.write(f"{OLD}/notes.txt", "from the old branch\n")
    old.commit("touch")
    result = old.check("--base", "main", *AT)
    assert "metadata-readable" in result.rules, "the base's baseline judges"
    assert said(result, "gate-intact") == [], "the branch itself did not touch the baseline"


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


def test_the_bytes_of_an_old_entry_stay_what_they_are(old: Repo) -> None:
    old.write(f"{OLD}/model.onnx", ONNX + b"\0")
    old.commit("other bytes")
    told = said(old.check("--base", "main", *AT), "version-immutable")
    assert told == ["model.onnx of a merged version was changed: its bytes are what it is"]


def test_the_bytes_of_an_old_entry_may_go_behind_a_pointer_that_proves_them(old: Repo) -> None:
    papers(old)
    old.edit(f"{OLD}/metadata.yaml", "evaluation:", "dvc: {remote: storage}\nevaluation:")
    pointer = "outs:\n- md5: {}\n  size: {}\n  hash: md5\n  path: model.onnx\n"
    old.write(f"{OLD}/model.onnx.dvc", pointer.format("0" * 32, len(ONNX)))
    (old.path / OLD / "model.onnx").unlink()
    old.write(f"{OLD}/.gitignore", "/model.onnx\n")
    old.commit("into DVC")
    result = old.check("--base", "main", *AT)
    assert said(result, "version-immutable") == []
    text = (old.path / OLD / "metadata.yaml").read_text()
    old.write(f"{OLD}/metadata.yaml", text.replace(SHA, "f" * 64))
    told = said(old.check("--base", "main", *AT), "version-immutable")
    assert told == ["model.onnx of a merged version was removed: its bytes are what it is"]


def test_an_old_entry_may_be_renamed_with_its_bytes_and_not_deleted(old: Repo) -> None:
    old.git("mv", "model_registry/resnet-50", "model_registry/resnet-50-1.0.0")
    for name, content in good_entry().items():
        old.write(
            f"model_registry/resnet-50-1.0.0/{name}",
            content.replace(b"name: wine\nv", b"name: resnet-50\nv"),
        )
    take_off(old, "resnet-50")
    old.commit("a name with a version")
    result = old.check("--base", "main", *AT)
    assert result.code == 0, result.out
    old.git("rm", "--quiet", "-r", "model_registry/resnet-50-1.0.0")
    old.commit("gone")
    told = said(old.check("--base", "main", *AT), "version-immutable")
    assert told == ["the merged entry resnet-50 was deleted"]


def test_once_off_everything_of_the_entry_is_identity_again(old: Repo) -> None:
    old.git("checkout", "--quiet", "main")
    papers(old)
    take_off(old)
    old.commit("mended")
    old.git("checkout", "--quiet", "-B", "work")
    old.edit(f"{OLD}/metadata.yaml", "license: Apache-2.0", "license: MIT")
    told = said(old.check("--base", "main", *AT), "version-immutable")
    assert told == ["license of a merged version was changed"]


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


def named(repo: Repo, artifact: str) -> None:
    """Papers that speak of these bytes."""
    sha = hashlib.sha256((repo.path / OLD / artifact).read_bytes()).hexdigest()
    papers(repo)
    text = (repo.path / OLD / "metadata.yaml").read_text().replace(SHA, sha)
    repo.write(f"{OLD}/metadata.yaml", text.replace("model.onnx", artifact))


OTHER = ONNX.replace(b"wine", b"beer", 1)


def test_the_artifact_of_an_old_entry_cannot_be_called_another(old: Repo) -> None:
    old.write(f"{OLD}/evil.onnx", OTHER)
    named(old, "evil.onnx")
    take_off(old)
    told = said(old.check("--base", "main", *AT), "version-immutable")
    assert told == ["evil.onnx of a merged version was added: its bytes are what it is"]


def test_nor_in_two_steps(old: Repo) -> None:
    old.write(f"{OLD}/notes.bin", OTHER)
    assert "version-immutable" in old.check("--base", "main", *AT).rules
    (old.path / OLD / "notes.bin").unlink()
    old.write(f"{OLD}/metrics.json", OTHER)
    named(old, "metrics.json")
    assert "version-immutable" in old.check("--base", "main", *AT).rules


@pytest.mark.parametrize("name", ["model.json", "model.onnx.data", "model.txt", "weights"])
def test_whatever_is_no_paper_is_held_still(tmp_path: Path, name: str) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("registrar.toml", POLICY)
    repo.write(f"{OLD}/{name}", b"[1]")
    repo.write(f"{OLD}/metadata.yaml", "artifact: missing.onnx\n")
    repo.write("baseline.yaml", adopt(world_at(str(repo.path)), {}).text)
    repo.commit("adopt")
    branch(repo)
    repo.write(f"{OLD}/{name}", b"[2]")
    told = said(repo.check("--base", "main", *AT), "version-immutable")
    assert told == [f"{name} of a merged version was changed: its bytes are what it is"]


def test_two_old_entries_are_not_renamed_to_one_and_a_valid_name_stays(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("registrar.toml", POLICY)
    for folder in ("resnet-50", "resnet-51", "old-1.0.0"):
        repo.write(f"model_registry/{folder}/model.onnx", ONNX)
    repo.write("baseline.yaml", adopt(world_at(str(repo.path)), {}).text)
    repo.commit("adopt")
    branch(repo)
    repo.git("rm", "--quiet", "-r", "model_registry")
    repo.add_entry("new-1.0.0")
    told = said(repo.check("--base", "main", *AT), "version-immutable")
    assert told == [
        "the merged entry old-1.0.0 was deleted",
        "the merged entry resnet-51 was deleted",
    ]


def test_no_baseline_grows_where_the_policy_is_missing(old: Repo) -> None:
    old.git("checkout", "--quiet", "main")
    (old.path / "registrar.toml").unlink()
    old.commit("around the gate")
    old.git("checkout", "--quiet", "-B", "work")
    old.write("registrar.toml", POLICY)
    grown = baseline(old) + '  "wine-1.0.0": {card-sections: 7}\n'
    old.write("baseline.yaml", grown)
    told = said(old.check("--base", "main", *AT), "gate-intact")
    assert told == ["the baseline grew: card-sections of wine-1.0.0 from 0 to 7"]


def test_a_baseline_alone_is_no_first_one(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.add_entry()
    repo.commit("no policy")
    branch(repo)
    repo.write("baseline.yaml", 'baseline:\n  "wine-1.0.0": {card-sections: 7}\n')
    assert "gate-intact" in repo.check("--base", "main", *AT).rules


def test_removing_the_policy_is_refused(old: Repo) -> None:
    (old.path / "registrar.toml").unlink()
    told = said(old.check("--base", "main", *AT), "gate-intact")
    assert "registrar.toml is removed: nothing that you decided would judge any more" in told


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
