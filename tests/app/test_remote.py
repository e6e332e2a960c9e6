"""``check --remote`` on registries that DVC itself made: what is on the remote, and what is not."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pushed
import pytest
from builders import ONNX, POLICY, Repo
from http_remote import Remote, serving
from tracked import FILE, FOLDER, PARTS, dvc, listing, overwrite, stored, without_bytes

repo = pushed.fresh
remote = pushed.remote


def test_all_is_there(repo: Repo) -> None:
    said = repo.check("--remote")
    assert (said.code, said.findings) == (0, [])
    assert said.report["phases"]["remote"] == "partly"
    assert said.report["deferred"] == []
    text = repo.check_text("--remote").out
    assert ", the bytes on the remotes (--verify-bytes reads them)" in text


def test_the_rule_may_be_off_and_nothing_is_asked(repo: Repo, remote: Path) -> None:
    shutil.rmtree(remote)
    repo.edit(
        "registrar.toml", "[network]", '[rules]\nseverity = {artifact-remote = "off"}\n[network]'
    )
    said = repo.check("--remote")
    assert said.code == 0
    assert {d["rule"] for d in said.report["deferred"]} == {"artifact-digest", "artifact-format"}


def test_without_remote_nothing_is_asked(repo: Repo, remote: Path) -> None:
    shutil.rmtree(remote)
    said = repo.check()
    assert said.code == 0
    assert said.report["phases"]["remote"] == "not asked"


def test_reading_the_bytes_settles_what_was_deferred(repo: Repo) -> None:
    said = repo.check("--remote", "--verify-bytes")
    assert (said.code, said.findings, said.report["deferred"]) == (0, [], [])
    assert said.report["phases"]["remote"] == "run"


def test_a_forgotten_push(repo: Repo, remote: Path) -> None:
    shutil.rmtree(remote / "files")
    said = repo.check("--remote")
    assert (said.code, said.rules) == (1, ["artifact-remote"])
    file, folder = sorted(said.findings, key=lambda found: found["entry"])
    assert file["message"] == "model.onnx is not on the DVC remote storage"
    assert file["hint"].startswith(f"dvc push model_registry/{FILE}/model.onnx.dvc, then")
    assert file["path"] == f"model_registry/{FILE}/model.onnx.dvc"
    assert file["line"] == 2
    assert folder["message"] == "model is not on the DVC remote storage"


def test_one_lost_file_of_a_folder_where_dvc_says_nothing(repo: Repo, remote: Path) -> None:
    stored(remote, PARTS["sub/b.onnx"]).unlink()
    (found,) = repo.check("--remote").findings
    assert found["entry"] == FOLDER
    assert found["message"] == (
        "1 of 3 files of model (model/sub/b.onnx) is not on the DVC remote storage"
    )
    assert "missing" not in dvc(repo.path, "status", "-c", "--json", check=False)


def _relist(repo: Repo, remote: Path, change: Callable[[list[dict[str, str]]], object]) -> None:
    """The folder's list on the remote changed, under its right name, which the pointer has."""
    old = listing(remote)
    items = json.loads(old.read_bytes())
    change(items)
    raw = json.dumps(items).encode()
    md5 = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    new = remote / "files/md5" / md5[:2] / f"{md5[2:]}.dir"
    new.parent.mkdir(exist_ok=True)
    new.write_bytes(raw)
    pointer = f"model_registry/{FOLDER}/model.dvc"
    text = (repo.path / pointer).read_text()
    size = sum(len(PARTS[i["relpath"]]) for i in items if i["relpath"] in PARTS)
    old_size = sum(map(len, PARTS.values()))
    text = text.replace(old.parent.name + old.name, f"{md5}.dir")
    text = text.replace(f"size: {old_size}", f"size: {size}")
    repo.write(pointer, text.replace("nfiles: 3", f"nfiles: {len(items)}"))


@pytest.mark.parametrize("options", [(), ("--verify-bytes",)])
def test_a_list_without_a_file_that_metadata_records(
    repo: Repo, remote: Path, options: tuple[str, ...]
) -> None:
    _relist(repo, remote, lambda items: items.pop(0))
    said = repo.check("--remote", *options, f"model_registry/{FOLDER}")
    (found,) = [found for found in said.findings if found["rule"] == "artifact-remote"]
    assert found["message"] == (
        "1 of 3 files of model (model/a.onnx) that metadata records is not in its list on the DVC "
        "remote storage"
    )
    assert found["path"] == f"model_registry/{FOLDER}/metadata.yaml"
    assert "model/a.onnx" in (repo.path / found["path"]).read_text().splitlines()[found["line"] - 1]


@pytest.mark.parametrize("options", [(), ("--verify-bytes",)])
def test_a_list_with_a_file_that_metadata_does_not_record(
    repo: Repo, remote: Path, options: tuple[str, ...]
) -> None:
    def plant(items: list[dict[str, str]]) -> None:
        items += [{"md5": items[0]["md5"], "relpath": name} for name in "wxyz"]

    _relist(repo, remote, plant)
    said = repo.check("--remote", *options, f"model_registry/{FOLDER}")
    (found,) = [found for found in said.findings if found["rule"] == "artifact-remote"]
    assert found["message"] == (
        "4 of 7 files of model (model/w, model/x, model/y and 1 more) on the DVC remote storage "
        "are not in files of metadata"
    )
    assert found["path"] == f"model_registry/{FOLDER}/model.dvc"


def test_another_size(repo: Repo, remote: Path) -> None:
    overwrite(stored(remote, ONNX), ONNX[:-1])
    overwrite(stored(remote, PARTS["config.json"]), b"{}")
    said = repo.check("--remote")
    assert said.code == 1
    told = [found["message"] for found in said.findings]
    assert f"model.onnx has {len(ONNX) - 1:,} bytes on the DVC remote storage" in told[0]
    assert "model/config.json has 2 bytes" in " ".join(told)


def test_other_bytes_of_the_same_size_where_dvc_says_nothing(repo: Repo, remote: Path) -> None:
    wrong = bytes([ONNX[0] ^ 1]) + ONNX[1:]
    overwrite(stored(remote, ONNX), wrong)
    overwrite(stored(remote, PARTS["config.json"]), b'{"labels": 4}\n')
    assert repo.check("--remote").code == 0, "sizes alone do not tell"
    said = repo.check("--remote", "--verify-bytes")
    assert (said.code, said.rules) == (1, ["artifact-remote"])
    assert [found["entry"] for found in said.findings] == [FILE, FOLDER]
    assert "not the recorded one" in said.findings[0]["message"]
    stored(remote, ONNX).chmod(0o444)  # DVC trusts what it believes to have written itself
    dvc(repo.path, "pull", "--quiet", f"model_registry/{FILE}/model.onnx.dvc")
    assert (repo.path / f"model_registry/{FILE}/model.onnx").read_bytes() == wrong


@pytest.mark.parametrize(
    ("raw", "said"),
    [(b"[]", "has other bytes than its name says"), (b"\xff" * 100, "has other bytes")],
)
def test_a_list_that_was_tampered_with(repo: Repo, remote: Path, raw: bytes, said: str) -> None:
    overwrite(listing(remote), raw)
    (found,) = repo.check("--remote").findings
    assert (found["entry"], found["rule"]) == (FOLDER, "artifact-remote")
    assert said in found["message"]


def test_a_remote_that_is_not_there_is_not_missing_bytes(repo: Repo, remote: Path) -> None:
    remote.rename(remote.parent / "elsewhere")
    said = repo.check("--remote")
    assert (said.code, said.findings) == (4, [])
    assert {item["entry"] for item in said.report["unchecked"]} == {FILE, FOLDER}
    for item in said.report["unchecked"]:
        assert "asked for on the DVC remote storage: the folder of the remote" in item["reason"]
        assert "is it mounted" in item["reason"]


def test_a_remote_that_the_policy_does_not_name_is_never_asked(repo: Repo) -> None:
    with serving(Remote()) as server:
        config = (repo.path / ".dvc/config").read_text()
        config += f"['remote \"evil\"']\n    url = {server.url}\n"
        repo.write(".dvc/config", config)
        pointer = f"model_registry/{FILE}/model.onnx.dvc"
        repo.edit(pointer, "- md5", "- remote: evil\n  md5")
        said = repo.check("--remote", "--verify-bytes")
        assert server.asked == []
    (item,) = [i for i in said.report["unchecked"] if i["entry"] == FILE]
    assert 'dvc_remotes = ["evil"]' in item["reason"]
    assert said.code == 4


def test_the_configuration_of_the_base_says_where_a_remote_is(repo: Repo) -> None:
    base = repo.git("rev-parse", "HEAD")
    with serving(Remote()) as server:
        repo.edit(".dvc/config", "url = ../../remote", f"url = {server.url}")
        repo.edit(f"model_registry/{FILE}/MODEL_CARD.md", "## Contact", "Thanks.\n\n## Contact")
        head = repo.commit("another place")
        said = repo.check("--base", base, "--head", head, "--remote", "--verify-bytes")
        assert server.asked == []
    assert "artifact-remote" not in said.rules
    assert said.report["checked"] == [FILE]
    assert "gate-intact" in said.rules


def test_no_remote_is_named(repo: Repo) -> None:
    repo.edit(f"model_registry/{FILE}/metadata.yaml", "dvc: {remote: storage}\n", "")
    assert "artifact-remote" not in repo.check("--remote").rules, "DVC's default is asked"
    repo.edit(".dvc/config", "remote = storage", "analytics = false")
    said = repo.check("--remote", f"model_registry/{FILE}")
    (item,) = said.report["unchecked"]
    assert "nothing names its DVC remote" in item["reason"]


def test_a_pointer_of_dvc_before_3(repo: Repo, remote: Path) -> None:
    repo.edit(f"model_registry/{FILE}/model.onnx.dvc", "  hash: md5\n", "")
    assert repo.check("--remote").rules == ["artifact-remote"]
    new = stored(remote, ONNX)
    old = remote / new.parent.name / new.name
    old.parent.mkdir(exist_ok=True)
    shutil.move(new, old)
    assert repo.check("--remote").code == 0
    assert repo.check("--remote", "--verify-bytes").report["deferred"] == []


def test_what_only_the_bytes_tell_is_refused(repo: Repo, remote: Path) -> None:
    """A pickle behind a pointer, whose name and papers say ONNX."""
    import pickle

    raw = pickle.dumps({"weights": list(range(100))})
    entry = f"model_registry/{FILE}"
    repo.write(f"{entry}/model.onnx", raw)
    (repo.path / f"{entry}/model.onnx.dvc").unlink()
    dvc(repo.path, "add", "--quiet", f"{entry}/model.onnx")
    dvc(repo.path, "push", "--quiet")
    sha = hashlib.sha256(raw).hexdigest()
    metadata = (repo.path / f"{entry}/metadata.yaml").read_text()
    metadata = metadata.replace(hashlib.sha256(ONNX).hexdigest(), sha)
    repo.write(
        f"{entry}/metadata.yaml", metadata.replace(f"size: {len(ONNX)}", f"size: {len(raw)}")
    )
    without_bytes(repo)
    assert repo.check("--remote").code == 0
    said = repo.check("--remote", "--verify-bytes")
    assert said.rules == ["artifact-format"]


def test_options(repo: Repo) -> None:
    said = repo.check_text("--verify-bytes")
    assert said.code == 2
    assert "--verify-bytes needs --remote" in said.err


@pytest.fixture
def http(repo: Repo, remote: Path) -> Iterator[Remote]:
    """The same bytes behind an HTTP server, which the policy names."""
    files = {
        f"/{path.relative_to(remote)}": path.read_bytes()
        for path in remote.rglob("*")
        if path.is_file()
    }
    with serving(Remote(files=files)) as server:
        repo.edit(".dvc/config", "url = ../../remote", f"url = {server.url}")
        yield server


def test_over_http(repo: Repo, http: Remote) -> None:
    said = repo.check("--remote", "--verify-bytes")
    assert (said.code, said.findings, said.report["deferred"]) == (0, [], [])
    gone = next(path for path in http.files if path.endswith(".dir"))
    del http.files[gone]
    said = repo.check("--remote")
    assert [found["message"] for found in said.findings] == [
        "model is not on the DVC remote storage"
    ]


def test_a_policy_without_a_network(repo: Repo) -> None:
    repo.write("registrar.toml", POLICY)
    said = repo.check("--remote")
    assert (said.code, said.findings) == (4, [])
    assert "does not let the DVC remote storage be asked" in said.report["unchecked"][0]["reason"]
