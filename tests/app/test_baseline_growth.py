"""A baseline may shrink: one that grew, and one that comes too late, is refused."""

from __future__ import annotations

from pathlib import Path

import adopted
import pytest
from adopted import OLD, baseline, papers, take_off
from builders import ONNX, POLICY, Repo
from changes import AT, branch, said

from registrar.app.baseline import adopt
from registrar.assemble import world_at
from registrar.reading.baseline import write_baseline

old = adopted.old


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
