"""``registrar fix``: what it mends, and what it leaves alone."""

from __future__ import annotations

import hashlib
import json

import fixing
import pytest
from builders import COMMIT, ENTRY, ONNX, POLICY, SHA, Repo, run
from fixing import METADATA, SIZE, fix, texts

from registrar.domain.digests import folder_digest

repo = fixing.repo

MANIFEST = f"{ENTRY}/dataset-manifest.yaml"
OF_64 = "1" * 64
OTHER = ONNX.replace(b"wine", b"beer", 1)


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
