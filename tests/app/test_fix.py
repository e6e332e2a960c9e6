"""``registrar fix``: what it mends, what it leaves alone, and that it is a gain each time."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import COMMIT, ENTRY, ONNX, POLICY, SHA, Repo, Result, good_entry, good_repo, run

from registrar.domain.digests import folder_digest

METADATA = f"{ENTRY}/metadata.yaml"
MANIFEST = f"{ENTRY}/dataset-manifest.yaml"
SIZE = f", size: {len(ONNX)}"
OF_64 = "1" * 64
OTHER = ONNX.replace(b"wine", b"beer", 1)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "repo", git=False)
    made.write("registrar.toml", POLICY)
    made.add_entry()
    return made


def fix(repo: Repo, *argv: str) -> Result:
    return run("fix", *argv, cwd=repo.path)


def texts(repo: Repo) -> dict[str, bytes]:
    files = (p for p in repo.path.rglob("*") if p.is_file() and ".git" not in p.parts)
    return {str(p.relative_to(repo.path)): p.read_bytes() for p in files}


MENDED = {
    "date": (METADATA, "license: Ap", "description: 2026-11-23 # day\nlicense: Ap", 'description: "2026-11-23" # day\nlicense: Ap'),
    "truth value": (METADATA, "license: Ap", "task: NO\nlicense: Ap", 'task: "NO"\nlicense: Ap'),
    "sexagesimal": (METADATA, "license: Ap", "tags: [12:30, ok]\nlicense: Ap", 'tags: ["12:30", ok]\nlicense: Ap'),
    "octal": (METADATA, "license: Ap", "task: 0123456\nlicense: Ap", 'task: "0123456"\nlicense: Ap'),
    "exponent": (METADATA, "license: Ap", "task: 1234567e8\nlicense: Ap", 'task: "1234567e8"\nlicense: Ap'),
    "trailing zero": (METADATA, "license: Ap", "framework: {name: onnx, version: 1.10}\nlicense: Ap", 'framework: {name: onnx, version: "1.10"}\nlicense: Ap'),
    "manifest": (MANIFEST, 'version: "1"', "version: 2026.10 # c", 'version: "2026.10" # c'),
    "case": (METADATA, "license: Apache-2.0", "license: apache-2.0 # ours", "license: Apache-2.0 # ours"),
    "case in an expression": (METADATA, "license: Apache-2.0", "license: 'mit or (apache-2.0 and bsd-3-clause)'", "license: 'MIT or (Apache-2.0 and BSD-3-Clause)'"),
    "case of data": (METADATA, "license: Ap", "licenses: {data: [cc-by-4.0]}\nlicense: Ap", "licenses: {data: [CC-BY-4.0]}\nlicense: Ap"),
    "exception and or-later": (METADATA, "license: Ap", "licenses: {code: gpl-2.0+ WITH classpath-exception-2.0}\nlicense: Ap", "licenses: {code: GPL-2.0-or-later WITH Classpath-exception-2.0}\nlicense: Ap"),
    "sha256 prefix": (METADATA, f"sha256:{SHA}", f'"{SHA.upper()}"', f'"sha256:{SHA}"'),
    "sha256 with a dash": (METADATA, f"sha256:{SHA}", f"SHA256-{SHA}", f"sha256:{SHA}"),
    "git prefix": (METADATA, f"sha256:{SHA}", COMMIT, f"git:{COMMIT}"),
    "size": (METADATA, SIZE, "", SIZE),
    "sha256 that training_hash proves": (METADATA, f", sha256: {SHA}", "", f", sha256: {SHA}"),
    "sha256 and size": (METADATA, f", sha256: {SHA}{SIZE}", "", f", sha256: {SHA}{SIZE}"),
}  # fmt: skip


@pytest.mark.parametrize("name", MENDED)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_mended(name: str, end: str, repo: Repo) -> None:
    file, good, bad, after = MENDED[name]
    whole = repo.path / file
    clean = whole.read_text()
    repo.write(file, clean.replace(good, bad, 1).replace("\n", end))
    others = {path: raw for path, raw in texts(repo).items() if path != file}
    result = fix(repo)
    assert result.code == 0, result.out
    assert "0 findings left" in result.out
    expected = clean.replace(good, after, 1).replace("\n", end)
    assert whole.read_bytes().decode() == expected
    assert {path: raw for path, raw in texts(repo).items() if path != file} == others
    assert repo.check().findings == []
    again = fix(repo)
    assert again.out == "nothing mended, 0 findings left\n"
    assert whole.read_bytes().decode() == expected


LEFT = {
    "free text": (METADATA, "license: Apache-2.0", "license: Apache 2"),
    "deprecated by meaning": (METADATA, "license: Ap", "licenses: {code: GPL-2.0}\nlicense: Ap"),
    "a hash of nothing known": (METADATA, f"sha256:{SHA}", "a" * 64),
    "a commit of nothing known": (METADATA, f"sha256:{SHA}", "a" * 40),
    "said to be git, and the digest": (METADATA, f"sha256:{SHA}", f"git-{SHA}"),
    "a recorded hash": (METADATA, f"sha256: {SHA}", f"sha256: {'a' * 64}"),
    "a recorded hash without size": (METADATA, f"sha256: {SHA}{SIZE}", f"sha256: {'a' * 64}"),
    "no size of a file that is not here": (METADATA, f"path: model.onnx, sha256: {SHA}{SIZE}", f"path: gone.onnx, sha256: {SHA}"),
    "misspelt key": (METADATA, "license: Ap", "licence: MIT\nlicense: Ap"),
    "unquoted key": (METADATA, "license: Ap", "NO: 1\nlicense: Ap"),
    "date over lines": (METADATA, "license: Ap", "task: 2026-11-23\n  12:30:00\nlicense: Ap"),
    "null": (METADATA, "license: Ap", "task: null\nlicense: Ap"),
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT)
def test_left_alone(name: str, repo: Repo) -> None:
    file, good, bad = LEFT[name]
    repo.edit(file, good, bad)
    before, said = texts(repo), repo.check()
    assert said.findings
    result = fix(repo)
    assert texts(repo) == before
    assert result.code == said.code
    assert result.out.startswith("nothing mended")
    assert not any(finding["fixable"] for finding in said.findings)


def test_a_hash_is_not_recorded_from_bytes_that_nothing_proves(repo: Repo) -> None:
    repo.edit(METADATA, f"sha256:{SHA}", f"git:{COMMIT}")
    repo.edit(METADATA, f", sha256: {SHA}{SIZE}", "")
    before = texts(repo)
    assert fix(repo).code == 1
    assert texts(repo) == before


def test_other_bytes_never_get_a_hash_or_a_size(repo: Repo) -> None:
    repo.write(f"{ENTRY}/model.onnx", OTHER)
    repo.edit(METADATA, f", sha256: {SHA}{SIZE}", "")
    before = texts(repo)
    assert fix(repo).code == 1
    assert texts(repo) == before


LFS = f"version https://git-lfs.github.com/spec/v1\noid sha256:{SHA}\nsize {len(ONNX)}\n".encode()


def test_a_git_lfs_pointer_proves_nothing(repo: Repo) -> None:
    digest = hashlib.sha256(LFS).hexdigest()
    repo.write(f"{ENTRY}/model.onnx", LFS)
    for old, new in ((f"sha256:{SHA}", digest), (f", sha256: {SHA}{SIZE}", f", sha256: {digest}")):
        repo.edit(METADATA, old, new)
    before = texts(repo)
    assert fix(repo).code == 1
    assert texts(repo) == before


def test_a_chain_of_two(repo: Repo) -> None:
    """A commit of digits only must be quoted before anybody can see that it is one."""
    repo.edit(METADATA, COMMIT, f'"{OF_64}"')
    repo.edit(METADATA, f"sha256:{SHA}", OF_64)
    result = fix(repo)
    assert result.code == 0, result.out
    assert f'training_hash: "git:{OF_64}"' in (repo.path / METADATA).read_text()


def test_a_quoted_value_may_be_refused_by_the_next_rule(repo: Repo) -> None:
    repo.edit(METADATA, "license: Apache-2.0", "license: NO")
    assert len(repo.check().findings) == 1
    assert fix(repo).code == 1
    assert 'license: "NO"' in (repo.path / METADATA).read_text()
    assert [finding["rule"] for finding in repo.check().findings] == ["license-valid"]


@pytest.mark.parametrize(
    ("old", "only", "later"),
    [
        ("GPL-3.0", "GPL-3.0-only", "GPL-3.0-or-later"),
        ("LGPL-2.1", "LGPL-2.1-only", "LGPL-2.1-or-later"),
        ("AGPL-3.0", "AGPL-3.0-only", "AGPL-3.0-or-later"),
        ("GFDL-1.3", "GFDL-1.3-only", "GFDL-1.3-or-later"),
        (
            "GPL-2.0-with-GCC-exception",
            "GPL-2.0-only WITH GCC-exception-2.0",
            "GPL-2.0-or-later WITH GCC-exception-2.0",
        ),
    ],
)
def test_whether_later_versions_hold_too_is_left_to_a_person(
    repo: Repo, old: str, only: str, later: str
) -> None:
    repo.write("registrar.toml", POLICY.replace('"MIT"', f'"{old}", "{only}", "{later}", "MIT"'))
    repo.edit(METADATA, "license: Apache-2.0", f"license: {old}")
    hints = [f["hint"] for f in repo.check().findings if f["rule"] == "license-valid"]
    assert hints == [f"write {only}, or {later} where the terms say so"]
    fix(repo)
    assert f"license: {old}\n" in (repo.path / METADATA).read_text()


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


def test_the_files_of_a_folder_that_training_hash_proves(repo: Repo) -> None:
    text = (repo.path / METADATA).read_text()
    digest = folder_digest({"a.onnx": SHA, "with space.onnx": SHA})
    text = text.replace("artifact: model.onnx", "artifact: model # both").replace(SHA, digest, 1)
    repo.write(METADATA, text.replace(f"files:\n- {{path: model.onnx, sha256: {SHA}{SIZE}}}\n", ""))
    (repo.path / ENTRY / "model.onnx").unlink()
    for name in ("a.onnx", "with space.onnx"):
        repo.write(f"{ENTRY}/model/{name}", ONNX)
    assert [f["message"] for f in repo.check().findings] == [
        "files is missing, and the artifact is a folder"
    ]
    assert fix(repo).code == 0
    assert repo.check().findings == []
    listed = f"artifact: model # both\nfiles:\n- {{path: model/a.onnx, sha256: {SHA}{SIZE}}}\n"
    assert listed in (repo.path / METADATA).read_text()


def test_the_tracked_file_in_the_place_of_its_pointer(repo: Repo) -> None:
    repo.edit(
        METADATA, "artifact: model.onnx", "artifact: model.onnx.dvc # large\ndvc: {remote: s}"
    )
    (repo.path / ENTRY / "model.onnx").unlink()
    pointer = f"outs:\n- {{md5: {'a' * 32}, size: {len(ONNX)}, hash: md5, path: model.onnx}}\n"
    repo.write(f"{ENTRY}/model.onnx.dvc", pointer)
    assert fix(repo).code == 0
    assert "artifact: model.onnx # large" in (repo.path / METADATA).read_text()


def test_metadata_in_json(repo: Repo) -> None:
    import yaml

    data = yaml.safe_load((repo.path / METADATA).read_text())
    (repo.path / METADATA).unlink()
    data["license"] = "apache-2.0"
    data["version"] = 1.1
    del data["files"][0]["size"]
    repo.write(f"{ENTRY}/metadata.json", json.dumps(data, indent=2))
    fix(repo)
    mended = json.loads((repo.path / ENTRY / "metadata.json").read_text())
    assert mended["license"] == "Apache-2.0"
    assert mended["files"][0]["size"] == len(ONNX)
    assert mended["version"] == 1.1, "a JSON number has lost what a person wrote"


def test_waivers_at_the_top(repo: Repo) -> None:
    repo.edit(METADATA, "license: Apache-2.0", "license: GPL-3.0-only")
    waiver = "{rule: license-policy, entry: wine-1.0.0, reason: r, owner: o, "
    repo.write("waivers.yaml", f"waivers:\n- {waiver}granted: 2026-11-01, expires: 2026-12-31}}\n")
    fix(repo)
    assert (
        'granted: "2026-11-01", expires: "2026-12-31"' in (repo.path / "waivers.yaml").read_text()
    )
    assert repo.check("--at", "2026-11-24").code == 0


def test_only_the_paths_that_were_asked_for(repo: Repo) -> None:
    repo.add_entry("beer-1.0.0")
    for entry in ("beer", "wine"):
        repo.edit(
            f"model_registry/{entry}-1.0.0/metadata.yaml",
            "license: Apache-2.0",
            "license: apache-2.0",
        )
    result = run("fix", "beer-1.0.0", cwd=repo.path / "model_registry")
    assert result.out.startswith(
        "mended[license-valid]: model_registry/beer-1.0.0/metadata.yaml:8: "
    )
    assert "license: apache-2.0" in (repo.path / METADATA).read_text()
    assert (
        "license: Apache-2.0" in (repo.path / "model_registry/beer-1.0.0/metadata.yaml").read_text()
    )


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


def test_what_is_staged_stays_staged(tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    repo.edit(METADATA, "license: Apache-2.0", "license: apache-2.0")
    repo.git("add", "--all")
    staged = repo.git("diff", "--cached")
    assert "nothing was staged or committed" in fix(repo).out
    assert repo.git("diff", "--cached") == staged
    assert "+license: Apache-2.0" in repo.git("diff")


def test_diff_writes_nothing_and_is_what_fix_does(repo: Repo) -> None:
    repo.edit(METADATA, "license: Apache-2.0", "license: apache-2.0 # ü")
    repo.edit(METADATA, SIZE, "")
    before = texts(repo)
    shown = fix(repo, "--diff")
    assert texts(repo) == before
    assert (shown.code, shown.err.count("would mend")) == (0, 2)
    fixed = Repo(repo.path.parent / "fixed", git=False)
    for path, raw in before.items():
        fixed.write(path, raw)
    fix(repo)
    (repo.path.parent / "diff").write_text(shown.out, encoding="utf-8", newline="")
    fixed.git("init", "--quiet")
    fixed.git("apply", str(repo.path.parent / "diff"))
    assert texts(fixed) == texts(repo)
    assert fix(repo, "--diff").out == ""


def test_the_diff_is_utf_8_in_every_locale(repo: Repo) -> None:
    repo.edit(METADATA, "license: Apache-2.0", "license: apache-2.0 # ü日")
    done = subprocess.run(
        [sys.executable, "-m", "registrar", "fix", "--diff"],
        cwd=repo.path,
        env=os.environ | {"PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=False,
    )
    assert "+license: Apache-2.0 # ü日\n".encode() in done.stdout


def test_the_json_is_versioned_and_says_all(repo: Repo) -> None:
    repo.edit(METADATA, "license: Apache-2.0", "license: apache-2.0")
    report = fix(repo, "--diff", "--format", "json").report
    assert report["diff"].startswith("diff --git a/model_registry/")
    assert (report["fix_version"], report["written"]) == (1, False)
    report = fix(repo, "--format", "json").report
    assert report.pop("tool")["name"] == "registrar"
    (applied,) = report.pop("applied")
    assert report == {
        "fix_version": 1, "written": True, "exit_code": 0, "found": 1, "refused": [], "left": 0,
        "files": [METADATA], "diff": None,
    }  # fmt: skip
    assert applied == {
        "rule": "license-valid", "entry": "wine-1.0.0", "path": METADATA, "line": 8, "column": 10,
        "message": '"apache-2.0" is Apache-2.0 on the SPDX list', "title": "write Apache-2.0",
    }  # fmt: skip


def test_nothing_to_check_and_a_broken_policy(repo: Repo) -> None:
    assert (fix(repo, "elsewhere").code, fix(repo, "elsewhere").out.count("holds no entry")) == (
        3,
        1,
    )
    repo.write("registrar.toml", "no policy")
    assert fix(repo).code == 2


def test_a_bare_repository_has_nothing_to_mend(tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    repo.git("clone", "--quiet", "--bare", str(repo.path), str(tmp_path / "bare.git"))
    result = run("fix", cwd=tmp_path / "bare.git")
    assert result.code == 2
    assert "run it in a clone" in result.err


def test_files_behind_links_are_not_mended(repo: Repo, tmp_path: Path) -> None:
    repo.edit(METADATA, "license: Apache-2.0", "license: apache-2.0")
    (repo.path / METADATA).rename(tmp_path / "outside.yaml")
    (repo.path / METADATA).symlink_to(tmp_path / "outside.yaml")
    before = (tmp_path / "outside.yaml").read_bytes()
    assert fix(repo).code == 1
    assert (tmp_path / "outside.yaml").read_bytes() == before
    assert (repo.path / METADATA).is_symlink()


AS_NOBODY = """
import contextlib, io, os, sys, traceback
from registrar.cli.main import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    main(["fix", "--diff"])  # loads all that it needs, from folders that nobody may not read
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.exit(main(["fix", *sys.argv[1:]]))
"""


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that another user reaches; pytest closes its own whenever it starts."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_work_tree_that_cannot_be_written(public: Path) -> None:
    repo = Repo(public / "repo", git=False)
    repo.write("registrar.toml", POLICY)
    repo.add_entry()
    repo.edit(METADATA, "license: Apache-2.0", "license: apache-2.0")
    before = texts(repo)

    def as_nobody(*argv: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", AS_NOBODY, *argv]
        return subprocess.run(command, cwd=repo.path, capture_output=True, text=True, check=False)

    done = as_nobody()
    assert done.returncode == 70, done.stderr
    assert f"{METADATA} cannot be written: Permission denied" in done.stderr
    assert "nothing was changed" in done.stderr
    assert texts(repo) == before
    assert "+license: Apache-2.0" in as_nobody("--diff").stdout


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


def test_good_entries_are_left_as_they_are(repo: Repo) -> None:
    before = {path: os.stat(repo.path / path).st_mtime_ns for path in texts(repo)}
    assert fix(repo).code == 0
    assert {path: os.stat(repo.path / path).st_mtime_ns for path in texts(repo)} == before
    assert set(good_entry()) <= {path.removeprefix(f"{ENTRY}/") for path in before}
