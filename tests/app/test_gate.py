"""The gate and what it judges: not in one change, and never by the change itself."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from builders import ENTRY, POLICY, Repo
from changes import AT, branch, said


def test_models_and_gate_files_do_not_change_together(repo: Repo) -> None:
    repo.add_entry("beer-1.0.0")
    repo.write("registrar.toml", POLICY + "# more\n")
    result = repo.check("--base", "main")
    (message,) = said(result, "gate-intact")
    assert message == "models (beer-1.0.0) and gate files (registrar.toml) change together"


@pytest.mark.parametrize(
    "path",
    [
        *("waivers.yaml", "baseline.yaml", "model_registry/MODEL_METADATA_SCHEMA.json"),
        *(".github/workflows/model-registry.yml", ".github/workflows/model-registry-remote.yml"),
        *(".github/rulesets/model-registry.json", "CODEOWNERS", ".github/CODEOWNERS"),
        *("scripts/validate_model_metadata.py", "scripts/registrar.pyz", ".dvc/config"),
        *("scripts/registrar-requirements.txt", "scripts/registrar-remote-requirements.txt"),
    ],
)
def test_every_gate_file_counts(repo: Repo, path: str) -> None:
    repo.add_entry("beer-1.0.0")
    repo.write(path, "x")
    assert any(path in m for m in said(repo.check("--base", "main"), "gate-intact"))


def test_the_first_policy_may_come_with_models(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit("nothing yet")
    branch(repo)
    repo.write("registrar.toml", POLICY)
    repo.add_entry()
    result = repo.check("--base", "main")
    assert said(result, "gate-intact") == []
    assert result.report["judged_by"]["source"] == "built-in"


def test_the_base_judges_not_the_change(repo: Repo) -> None:
    repo.write("registrar.toml", POLICY.replace('"onnx"', '"onnx", "pickle"'))
    repo.write(f"{ENTRY}/../beer-1.0.0/metadata.yaml", "a: 1")
    result = repo.check("--base", "main")
    assert result.report["judged_by"]["source"] == "base"
    assert "gate-intact" in result.rules
    assert result.report["judged_by"]["revision"] == repo.git("rev-parse", "main")


def test_a_broken_policy_of_the_head_is_told_and_does_not_judge(repo: Repo) -> None:
    repo.write("registrar.toml", "[artifcat]\n")
    repo.write("waivers.yaml", "waivers: [{rule: nope}]\n")
    repo.write("model_registry/MODEL_METADATA_SCHEMA.json", '{"type": 1}')
    messages = said(repo.check("--base", "main"), "gate-intact")
    assert len([m for m in messages if "would not be valid" in m]) >= 3, messages
    assert repo.check().code == 2


def test_what_would_newly_fail_is_a_note_with_a_count(repo: Repo) -> None:
    repo.write("registrar.toml", POLICY.replace('"Apache-2.0", ', ""))
    result = repo.check("--base", "main")
    assert result.code == 0
    notes = said(result, "gate-intact", "note")
    assert notes == ["1 entry would newly fail under this policy"]


def test_a_vendored_program_that_is_not_the_recorded_one_is_refused(repo: Repo) -> None:
    digest = hashlib.sha256(b"program").hexdigest()
    recorded = POLICY + f'[program]\nversion = "0.1.0"\nsha256 = "{digest}"\n'
    repo.write("registrar.toml", recorded)
    repo.write("scripts/registrar.pyz", b"program")
    repo.commit("vendor")
    assert repo.check("--base", "main", *AT).code == 0
    repo.write("scripts/registrar.pyz", b"another")
    told = said(repo.check("--base", "main", *AT), "gate-intact")
    assert [message.partition(",")[0] for message in told] == [
        f"{path} would not be valid: [program] sha256 is not that of scripts/registrar.pyz"
        for path in ("registrar.toml", "scripts/registrar.pyz")
    ]
