"""``registrar fix`` is a gain each time: nothing worse comes in, and no identity goes."""

from __future__ import annotations

from pathlib import Path

import fixing
import pytest
from builders import POLICY, Repo, good_repo
from fixing import METADATA, fix, texts

repo = fixing.repo


def test_a_fix_that_brings_worse_is_undone_and_told(repo: Repo) -> None:
    """The policy knows the deprecated id only."""
    repo.write("registrar.toml", POLICY.replace('"MIT"', '"GPL-2.0+", "MIT"'))
    repo.edit(METADATA, "license: Apache-2.0", "license: GPL-2.0+\ntask: NO")
    result = fix(repo)
    assert result.code == 0
    assert 'license: GPL-2.0+\ntask: "NO"' in (repo.path / METADATA).read_text()
    assert f"left[license-valid]: {METADATA}:8: write GPL-2.0-or-later" in result.out
    assert "= because: it would bring license-policy: " in result.out
    again = fix(repo, "--format", "json").report
    assert (again["applied"], len(again["refused"])) == ([], 1)


def test_many_entries_at_once_and_one_of_them_refused(repo: Repo) -> None:
    """More entries than are named one by one; what one of them refuses stops no other."""
    for number in range(70):
        folder = f"m{number}-1.0.0"
        repo.add_entry(folder)
        repo.edit(
            f"model_registry/{folder}/metadata.yaml", "license: Apache-2.0", "license: apache-2.0"
        )
    repo.write("registrar.toml", POLICY.replace('"MIT"', '"GPL-2.0+", "MIT"'))
    repo.edit("model_registry/m7-1.0.0/metadata.yaml", "apache-2.0", "GPL-2.0+\ntask: NO")
    report = fix(repo, "--format", "json").report
    assert len(report["applied"]) == 70
    assert [(item["rule"], item["entry"]) for item in report["refused"]] == [
        ("license-valid", "m7-1.0.0")
    ]


@pytest.fixture
def merged(tmp_path: Path) -> Repo:
    """A clone of a registry whose merged entry has something to mend in it."""
    origin = good_repo(tmp_path / "origin")
    origin.edit(METADATA, "license: Apache-2.0", "license: apache-2.0\ntags: [NO]\nx-n: 2026-11-23")
    origin.commit("what the gate once let in")
    origin.git("clone", "--quiet", str(origin.path), str(tmp_path / "clone"))
    return Repo(tmp_path / "clone", git=False)


def test_the_identity_of_a_merged_version_stays(merged: Repo) -> None:
    result = fix(merged)
    text = (merged.path / METADATA).read_text()
    assert "license: apache-2.0\n" in text
    assert 'tags: ["NO"]\n' in text, "tags may be amended"
    assert "it would bring version-immutable: license of a merged version was changed" in result.out
    assert result.code == 0


def test_waivers_are_not_mended_together_with_models(tmp_path: Path) -> None:
    """The waivers are touched already: they are mended, and the merged entry is not touched, too."""
    origin = good_repo(tmp_path / "origin")
    origin.edit(METADATA, "license: Apache-2.0", "license: Apache-2.0\ntags: [NO]")
    origin.commit("what the gate once let in")
    origin.git("clone", "--quiet", str(origin.path), str(tmp_path / "clone"))
    merged = Repo(tmp_path / "clone", git=False)
    waiver = "{rule: license-policy, entry: x-1.0.0, reason: r, owner: o, granted: "
    merged.write("waivers.yaml", f'waivers: [{waiver}2026-11-01, expires: "2026-12-01"}}]\n')
    before = (merged.path / METADATA).read_bytes()
    result = fix(merged)
    assert 'granted: "2026-11-01"' in (merged.path / "waivers.yaml").read_text()
    assert (merged.path / METADATA).read_bytes() == before
    assert "because: it would bring gate-intact: models (wine-1.0.0) and gate files" in result.out
    assert result.code == merged.check().code == 1


def test_a_baseline_that_could_shrink_is_no_loss(repo: Repo) -> None:
    """One error of the kind is excused, two are not; both are mended."""
    text = "schema_version: 1\nbaseline:\n  wine-1.0.0: {metadata-schema: 1}\n"
    repo.write("baseline.yaml", text)
    repo.edit(METADATA, "license: Ap", "task: NO\ndescription: 2026-11-23\nlicense: Ap")
    assert repo.check().code == 1
    assert fix(repo).code == 0
    told = [(finding["severity"], finding["path"]) for finding in repo.check().findings]
    assert told == [("note", "baseline.yaml")]


def test_what_is_excused_stays_as_it_is(repo: Repo) -> None:
    text = "schema_version: 1\nbaseline:\n  wine-1.0.0: {metadata-schema: 1}\n"
    repo.write("baseline.yaml", text)
    repo.edit(METADATA, "license: Ap", "task: NO\nlicense: Ap")
    before = texts(repo)
    assert fix(repo).out.startswith("nothing mended")
    assert texts(repo) == before
