"""History rules: base, head and old tip; immutability; the gate and what it judges."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from builders import ENTRY, POLICY, Repo, good_repo
from changes import branch, said


def test_an_untouched_registry_is_a_pass(repo: Repo) -> None:
    result = repo.check("--base", "main")
    assert (result.code, result.report["checked"]) == (0, [])
    assert "no entry touched" in repo.check_text("--base", "main").out


def test_only_what_changed_is_judged(repo: Repo) -> None:
    repo.add_entry("beer-1.0.0")
    repo.edit("model_registry/beer-1.0.0/metadata.yaml", "license: Apache-2.0", "license: prose")
    for head in ((), ("--head", "work")):
        if head:
            repo.commit()
        result = repo.check("--base", "main", *head)
        assert result.report["checked"] == ["beer-1.0.0"]
        assert result.rules == ["license-valid"]


def test_a_branch_is_compared_at_the_merge_base(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.add_entry("beer-1.0.0")
    repo.commit("beer, on main")
    repo.git("checkout", "--quiet", "work")
    result = repo.check("--base", "main")
    assert (result.code, result.report["checked"]) == (0, [])


def test_a_push_is_compared_with_the_old_tip_itself(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.add_entry("beer-1.0.0")
    tip = repo.commit("beer, on main")
    result = repo.check("--base-tip", tip, "--head", "work")
    assert said(result, "gate-intact") == ["the head does not descend from the old tip"]
    assert said(result, "version-immutable") == ["the merged entry beer-1.0.0 was deleted"]


IDENTITY = [
    ("metadata.yaml", "license: Apache-2.0", "license: MIT", "license"),
    ("metadata.yaml", "commit: 3f", "commit: 4f", "source.commit"),
    ("metadata.yaml", "primary: test.accuracy", "primary: null", "evaluation.primary"),
    ("metadata.yaml", "min: 0.9", "min: 0.8", "evaluation.gates.test.accuracy.min"),
    (
        "metadata.yaml",
        "license: Apache-2.0",
        "license: Apache-2.0\nlicenses: {code: MIT}",
        "licenses",
    ),
    ("metadata.yaml", "schema_version: 1\n", "", "schema_version"),
    ("metrics.json", "0.95", "0.96", "metrics.json"),
    ("dataset-manifest.yaml", "bytes: 178", "bytes: 179", "dataset-manifest.yaml"),
]


@pytest.mark.parametrize(("file", "old", "new", "name"), IDENTITY)
def test_identity_may_not_change(repo: Repo, file: str, old: str, new: str, name: str) -> None:
    repo.edit(f"{ENTRY}/{file}", old, new)
    messages = said(repo.check("--base", "main"), "version-immutable")
    assert [m for m in messages if m.startswith(name)], messages


def test_other_bytes_of_a_merged_model(repo: Repo) -> None:
    raw = (repo.path / ENTRY / "model.onnx").read_bytes()
    repo.write(f"{ENTRY}/model.onnx", raw.replace(b"wine", b"beer", 1))
    messages = said(repo.check("--base", "main"), "version-immutable")
    assert messages == ["model.onnx of a merged version was changed"]


def test_added_and_removed_files_of_a_merged_version(repo: Repo) -> None:
    repo.write(f"{ENTRY}/LICENSE", "text")
    (repo.path / ENTRY / "metrics.json").unlink()
    messages = said(repo.check("--base", "main"), "version-immutable")
    assert sorted(messages) == [
        "LICENSE of a merged version was added",
        "metrics.json of a merged version was removed",
    ]


AMENDMENTS = [
    ("metadata.yaml", "license: Apache-2.0", "license: Apache-2.0\nowners: [{name: us}]", "owners"),
    ("metadata.yaml", "license: Apache-2.0", "license: Apache-2.0\nx-pager: us", "x-pager"),
    ("metadata.yaml", "license: Apache-2.0", "license: Apache-2.0\ndvc: {remote: s}", "dvc.remote"),
    ("MODEL_CARD.md", "Teaching", "Learning", "MODEL_CARD.md was changed"),
]


@pytest.mark.parametrize(("file", "old", "new", "name"), AMENDMENTS)
def test_amendments_are_notes(repo: Repo, file: str, old: str, new: str, name: str) -> None:
    repo.edit(f"{ENTRY}/{file}", old, new)
    result = repo.check("--base", "main")
    assert result.code == 0, result.out
    assert said(result, "version-immutable", "note") == [f"amended: {name}"]


def test_comments_and_white_space_may_change(repo: Repo) -> None:
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", "# ours\nlicense:    'Apache-2.0'")
    repo.edit(f"{ENTRY}/metrics.json", '{"test": {', '{\n  "test": {')
    result = repo.check("--base", "main")
    assert (result.code, result.rules) == (0, [])
    note = ["amended: comments, white space, or the modes of files"]
    assert said(result, "version-immutable", "note") == note


def test_the_mode_of_a_file_is_told(repo: Repo) -> None:
    (repo.path / ENTRY / "model.onnx").chmod(0o755)
    assert "modes of files" in repo.check("--base", "main").findings[0]["message"]


def test_deleted_and_renamed_entries(repo: Repo) -> None:
    repo.git("mv", ENTRY, "model_registry/wine-1.0.1")
    result = repo.check("--base", "main")
    expected = "the merged entry wine-1.0.0 was renamed to wine-1.0.1"
    assert said(result, "version-immutable") == [expected]
    repo.git("rm", "-rf", "--quiet", "model_registry/wine-1.0.1")
    result = repo.check("--base", "main")
    assert said(result, "version-immutable") == ["the merged entry wine-1.0.0 was deleted"]


def test_a_mode_alone_touches_an_entry(repo: Repo) -> None:
    (repo.path / ENTRY / "model.onnx").chmod(0o755)
    assert repo.check("--base", "main").report["checked"] == ["wine-1.0.0"]


def test_source_in_history(repo: Repo) -> None:
    commit = repo.git("rev-parse", "main")
    old = (
        "repository: https://github.com/acme/wine, commit: 3f786850e387550fdab836ed7e6dc881de23001b"
    )
    repo.add_entry("beer-1.0.0")
    metadata = "model_registry/beer-1.0.0/metadata.yaml"
    repo.edit(metadata, old, f'repository: ".", commit: {commit}')
    assert repo.check("--base", "main").code == 0
    own = repo.commit("training code and model at once")
    repo.edit(metadata, commit, own)
    result = repo.check("--base", "main")
    (finding,) = [f for f in result.findings if f["rule"] == "source-in-history"]
    assert "is not an ancestor of the base" in finding["message"]
    assert (finding["path"], finding["line"]) == (metadata, 5)
    assert repo.check("model_registry/beer-1.0.0").code == 0, "HEAD has it"
    repo.edit(metadata, own, "1a" * 20)
    assert said(repo.check("--base", "main"), "source-in-history") == [
        "commit 1a1a1a1a1a1a is not in this repository"
    ]


def test_a_commit_that_the_protected_branch_lacks_is_told_without_a_base(
    repo: Repo, tmp_path: Path
) -> None:
    clone = Repo(tmp_path / "clone", git=False)
    repo.git("clone", "--quiet", str(repo.path), str(clone.path))
    repo.git("checkout", "--quiet", "-b", "aside")  # so that its main can be pushed to
    old = (
        "repository: https://github.com/acme/wine, commit: 3f786850e387550fdab836ed7e6dc881de23001b"
    )
    clone.add_entry("beer-1.0.0")
    clone.write("train.py", "print('trained')\n")
    own = clone.commit("training code that nobody has yet")
    metadata = "model_registry/beer-1.0.0/metadata.yaml"
    clone.edit(metadata, old, f'repository: ".", commit: {own}')
    result = clone.check("model_registry/beer-1.0.0")
    (finding,) = [f for f in result.findings if f["rule"] == "source-in-history"]
    assert (finding["severity"], finding["path"], result.code) == ("warning", metadata, 0)
    assert f"commit {own[:12]} is not in the protected branch" in finding["message"]
    clone.git("push", "--quiet", "origin", "HEAD:main")
    assert not said(clone.check("model_registry/beer-1.0.0"), "source-in-history")


def test_a_shallow_clone_is_unchecked(repo: Repo, tmp_path: Path) -> None:
    repo.add_entry("beer-1.0.0")
    repo.commit()
    repo.git("clone", "--quiet", "--depth", "1", f"file://{repo.path}", str(tmp_path / "shallow"))
    shallow = Repo(tmp_path / "shallow", git=False)
    result = shallow.check("--base", "HEAD")
    assert result.code == 4
    assert {item["rule"] for item in result.report["unchecked"]} >= {
        "version-immutable",
        "gate-intact",
    }
    assert all("git fetch --unshallow" in i["reason"] for i in result.report["unchecked"])


def test_without_a_base_the_upstream_is_compared(repo: Repo, tmp_path: Path) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.git("clone", "--quiet", str(repo.path), str(tmp_path / "clone"))
    clone = Repo(tmp_path / "clone", git=False)
    clone.edit(f"{ENTRY}/metrics.json", "0.95", "0.96")
    result = clone.check()
    assert said(result, "version-immutable") == ["metrics.json of a merged version was changed"]
    assert result.report["judged_by"]["source"] == "work-tree"
    clone.git("remote", "remove", "origin")
    result = clone.check()
    assert result.code == 0
    assert result.report["phases"]["history"] == "partly"


def test_policy_from_judges_everything(repo: Repo) -> None:
    repo.write("registrar.toml", POLICY.replace('"Apache-2.0", ', ""))
    assert repo.check().code == 1
    result = repo.check("--policy-from", "main")
    assert (result.code, result.report["judged_by"]["source"]) == (0, "policy-from")


def test_unresolvable_and_contradicting_revisions(repo: Repo) -> None:
    for arguments in (
        *(("--base", "nope"), ("--head", "work"), ("--base", "main", "--base-tip", "main")),
        *(("--base=--output=x",), ("--policy-from", "nope"), ("--base", "main", "--head", "x:y")),
    ):
        result = repo.check(*arguments)
        assert (result.code, result.out) == (2, ""), arguments
        assert "hint" in result.err


def test_bytes_of_dvc_beside_a_merged_pointer_change_nothing(tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    raw = (repo.path / ENTRY / "model.onnx").read_bytes()
    (repo.path / ENTRY / "model.onnx").unlink()
    md5 = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    pointer = f"outs:\n- md5: {md5}\n  size: {len(raw)}\n  hash: md5\n  path: model.onnx\n"
    repo.write(f"{ENTRY}/model.onnx.dvc", pointer)
    repo.edit(
        f"{ENTRY}/metadata.yaml", "license: Apache-2.0", "license: Apache-2.0\ndvc: {remote: s}"
    )
    repo.commit("behind a pointer")
    branch(repo)
    assert repo.check("--base", "main").report["checked"] == []
    result = repo.check()
    assert (result.code, len(result.report["deferred"])) == (0, 2)
    repo.write(f"{ENTRY}/model.onnx", raw)
    assert repo.check("--base", "main").report["checked"] == []
    assert repo.check().report["deferred"] == []
    repo.edit(f"{ENTRY}/MODEL_CARD.md", "wine@example.org", "cellar@example.org")
    result = repo.check("--base", "main")
    assert (result.rules, result.report["checked"]) == ([], ["wine-1.0.0"]), result.findings
