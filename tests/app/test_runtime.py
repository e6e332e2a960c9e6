"""``check --runtime``: bytes are scanned and examples run, wherever the bytes come from."""

from __future__ import annotations

import io
import json
import os
import pickle
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pushed
import pytest
from builders import COMMIT, ENTRY, ONNX, POLICY, SHA, Repo, good_entry, run
from tracked import FILE, NETWORK, overwrite, stored, tracked_repo, without_bytes

from registrar.domain.remotes import ObjectName
from registrar.integrations.dvc.stores import FolderStore

INPUT = {"features": [[13.2, 1.78, 2.14, 11.2, 100, 2.65, 2.76, 0.26, 1.28, 4.38, 1.05, 3.4, 1050]]}
SMOKE = "smoke_test: {input: smoke/input.json, expected: smoke/expected.json}\n"
PICKLES = POLICY.replace('["onnx"]', '["onnx", "pickle"]')

repo = pushed.fresh


class Marker:
    """What a pickle of it calls when it is loaded: it makes a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def with_example(expected: object = None, **changes: str) -> dict[str, bytes]:
    """The good entry with an example; ``expected`` as it is recorded."""
    files = good_entry(**changes)
    files["metadata.yaml"] += SMOKE.encode()
    files["smoke/input.json"] = json.dumps(INPUT).encode()
    if expected is not None:
        files["smoke/expected.json"] = json.dumps(expected).encode()
    return files


def with_model(name: str, content: bytes, smoke: bool = False) -> dict[str, bytes]:
    """The good entry with another model."""
    files = with_example({"predict": [0]}) if smoke else good_entry()
    del files["model.onnx"]
    digest = sha256(content).hexdigest()
    text = files["metadata.yaml"].decode().replace("model.onnx", name).replace(SHA, digest)
    text = text.replace(f"size: {len(ONNX)}", f"size: {len(content)}")
    return {**files, "metadata.yaml": text.encode(), name: content}


def registry(path: Path, files: dict[str, bytes], policy: str = POLICY) -> Repo:
    repo = Repo(path)
    repo.write("registrar.toml", policy)
    repo.commit("policy")
    repo.add_entry("wine-1.0.0", files)
    return repo


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the good model gives, recorded by the command itself."""
    repo = registry(tmp_path_factory.mktemp("recorded") / "repo", with_example())
    done = run("smoke", "--record", ENTRY, cwd=repo.path)
    assert done.code == 0, done.out + done.err
    return json.loads((repo.path / ENTRY / "smoke/expected.json").read_text())


def rules(result: Any, severity: str = "error") -> list[str]:
    return [f["rule"] for f in result.findings if f["severity"] == severity]


def test_a_good_model_passes(tmp_path: Path, expected: Any) -> None:
    repo = registry(tmp_path / "repo", with_example(expected))
    said = repo.check("--runtime")
    assert (said.code, said.findings) == (0, []), said.report
    looked = said.report["runtime"]
    assert looked["scanned"] == len(with_example(expected))
    assert looked["scanner"]["allowlist_sha256"]
    assert [one["answer"] for one in looked["smoked"]] == ["passes"]
    assert looked["smoked"][0]["sandbox"]["level"] in ("landlock", "namespaces")
    assert looked["smoked"][0]["peak_bytes"] > 0
    text = repo.check_text("--runtime").out
    assert "  1 example: 1 passed (sandbox: " in text
    assert "files scanned by registrar" in text
    assert said.report["phases"]["runtime"] == "run"


def test_nothing_is_scanned_or_run_without_being_asked(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    files = with_model("model.pkl", pickle.dumps(Marker(marker)))
    said = registry(tmp_path / "repo", files, PICKLES).check()
    assert (said.code, "runtime" in said.report) == (0, False)
    assert said.report["phases"]["runtime"] == "not asked"
    assert not marker.exists()


def test_a_model_that_gives_other_numbers(tmp_path: Path, expected: Any) -> None:
    name = next(key for key in expected if key != "label")
    other = {**expected, name: [[0.5, 0.25, 0.25]]}
    said = registry(tmp_path / "repo", with_example(other)).check("--runtime")
    assert (said.code, rules(said)) == (1, ["artifact-smoke"])
    (finding,) = said.findings
    assert f"model.onnx does not reproduce: {name}[0][0] is " in finding["message"]
    assert finding["path"] == f"{ENTRY}/model.onnx"


def test_a_poisoned_pickle_is_refused_and_never_loaded(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    poison = pickle.dumps(Marker(marker))
    repo = registry(tmp_path / "repo", with_model("model.pkl", poison, smoke=True), PICKLES)
    said = repo.check("--runtime")
    assert (said.code, rules(said)) == (1, ["artifact-scan"])  # and no second message
    assert "is dangerous: imports posix.mkdir" in said.findings[0]["message"]
    assert said.report["unchecked"] == []
    assert not marker.exists()
    pickle.load(io.BytesIO(poison))
    assert marker.exists()  # so it does with a naive reader


def test_a_waived_pickle_is_not_loaded_either(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    files = with_model("model.pkl", pickle.dumps(Marker(marker)), smoke=True)
    repo = registry(tmp_path / "repo", files, PICKLES)
    repo.write(
        "waivers.yaml",
        "waivers:\n- {rule: artifact-scan, entry: wine-1.0.0, reason: a test, owner: me, "
        'granted: "2026-11-01", expires: "2027-01-15"}\n',
    )
    said = repo.check("--runtime", "--at", "2026-11-24")
    assert (said.code, rules(said)) == (4, [])
    assert [item["rule"] for item in said.report["waived"]] == ["artifact-scan"]
    (left,) = said.report["unchecked"]
    assert left["rule"] == "artifact-smoke"
    assert "it is loaded by running it, and a scan says: dangerous" in left["reason"]
    assert not marker.exists()


def test_a_poisoned_file_beside_the_model(tmp_path: Path) -> None:
    files = good_entry() | {"helper.pkl": pickle.dumps(Marker(tmp_path / "ran"))}
    said = registry(tmp_path / "repo", files).check("--runtime")
    assert rules(said) == ["artifact-scan"]
    assert f"{ENTRY}/helper.pkl" in [f["path"] for f in said.findings]


def test_a_picture_beside_the_model_is_no_matter(tmp_path: Path) -> None:
    files = good_entry() | {"curve.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256))}
    assert rules(registry(tmp_path / "repo", files).check("--runtime")) == []


def test_an_entry_without_an_example_gets_a_note(tmp_path: Path) -> None:
    said = registry(tmp_path / "repo", good_entry()).check("--runtime")
    assert (said.code, rules(said, "note")) == (0, ["artifact-smoke"])


def test_the_policy_of_the_base_allows_names(tmp_path: Path) -> None:
    files = with_model("model.pkl", pickle.dumps(Marker(tmp_path / "ran")))
    repo = registry(tmp_path / "repo", files, PICKLES)
    repo.git("checkout", "--quiet", "-b", "work")
    allowing = PICKLES + '[scan]\nallow = ["posix:mkdir"]\n'
    repo.write("registrar.toml", allowing)
    repo.commit("it allows itself")
    said = repo.check("--runtime", "--base", "main", "--head", "work")
    assert "artifact-scan" in rules(said)
    own = repo.check("--runtime")
    assert "artifact-scan" not in rules(own), own.err


def test_bytes_of_a_revision_are_judged_and_not_the_work_tree(
    tmp_path: Path, expected: Any
) -> None:
    repo = registry(tmp_path / "repo", with_example(expected))
    repo.commit("entry")
    shutil.rmtree(repo.path / "model_registry")
    said = repo.check("--runtime", "--base-tip", "HEAD~1", "--head", "HEAD")
    assert (said.code, rules(said)) == (0, [])
    assert [one["answer"] for one in said.report["runtime"]["smoked"]] == ["passes"]


def test_a_sandbox_below_the_policy_is_unchecked(
    tmp_path: Path, expected: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = POLICY + '[smoke]\nsandbox = "namespaces"\n'
    monkeypatch.setattr("registrar.integrations.sandbox.box.probe", lambda: (None, "not here"))
    said = registry(tmp_path / "repo", with_example(expected), policy).check("--runtime")
    assert said.code == 4
    (left,) = said.report["unchecked"]
    assert left["rule"] == "artifact-smoke"
    assert "not here" in left["reason"]


def test_a_pointer_of_git_lfs_is_told_once(tmp_path: Path) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64
    files = with_model("model.onnx", pointer + b"\nsize 12345\n")
    said = registry(tmp_path / "repo", files).check("--runtime")
    assert "artifact-scan" not in rules(said)
    assert "artifact-present" in rules(said)


def test_bytes_that_end_too_early_are_refused(tmp_path: Path) -> None:
    said = registry(tmp_path / "repo", with_model("model.onnx", ONNX[:-9])).check("--runtime")
    assert "artifact-scan" in rules(said)
    (message,) = [f["message"] for f in said.findings if f["rule"] == "artifact-scan"]
    assert message.startswith("model.onnx (onnx) could not be read to its end: ")


def test_a_link_in_a_folder_of_mlflow_keeps_it_from_being_loaded(tmp_path: Path) -> None:
    files = with_example({"predict": [0]})
    loader = (
        b"flavors:\n  python_function: {loader_module: mlflow.sklearn, model_path: model.pkl}\n"
    )
    files["model/MLmodel"] = loader
    text = files["metadata.yaml"].decode().replace("artifact: model.onnx", "artifact: model")
    repo = registry(tmp_path / "repo", {**files, "metadata.yaml": text.encode()})
    elsewhere = tmp_path / "model.pkl"
    elsewhere.write_bytes(pickle.dumps(Marker(tmp_path / "ran")))
    (repo.path / ENTRY / "model/model.pkl").symlink_to(elsewhere)
    said = repo.check("--runtime")
    assert "entry-files" in rules(said)
    (smoked,) = said.report["runtime"]["smoked"]
    assert smoked["answer"] == "unchecked"
    assert "a scan says: could not be read to its end" in smoked["message"]


def test_an_artifact_that_is_a_link_is_not_looked_at(tmp_path: Path) -> None:
    repo = registry(tmp_path / "repo", good_entry())
    (repo.path / ENTRY / "model.onnx").unlink()
    (tmp_path / "elsewhere.onnx").write_bytes(ONNX)
    (repo.path / ENTRY / "model.onnx").symlink_to(tmp_path / "elsewhere.onnx")
    said = repo.check("--runtime")
    assert "entry-files" in rules(said)
    assert said.report["runtime"]["smoked"] == []


def test_they_are_deferred(repo: Repo) -> None:
    said = repo.check("--runtime", f"model_registry/{FILE}")
    assert said.code == 0
    settled = {d["rule"]: d["settled_by"] for d in said.report["deferred"]}
    command = f"registrar check --remote --verify-bytes --runtime model_registry/{FILE}"
    assert settled["artifact-scan"] == command
    assert said.report["runtime"]["scanned"] == 0


def test_with_remote_they_are_read_or_unchecked(repo: Repo) -> None:
    said = repo.check("--all-phases", f"model_registry/{FILE}")
    assert (said.code, said.report["deferred"]) == (4, [])
    assert [u["rule"] for u in said.report["unchecked"]] == ["artifact-scan"]
    assert "--verify-bytes" in said.report["unchecked"][0]["reason"]


def test_streamed_from_the_remote_and_scanned(repo: Repo) -> None:
    said = repo.check("--all-phases", "--verify-bytes")
    assert (said.code, rules(said)) == (0, []), said.report
    assert said.report["runtime"]["scanned"] > 4
    assert not (repo.path / f"model_registry/{FILE}/model.onnx").exists()


def test_bytes_that_are_gone_are_told_once(repo: Repo) -> None:
    stored(repo.path.parent / "remote", ONNX).unlink()
    said = repo.check("--all-phases", "--verify-bytes", f"model_registry/{FILE}")
    assert (said.code, rules(said)) == (1, ["artifact-remote"])
    assert said.report["unchecked"] == []


def test_a_remote_that_gives_other_bytes_the_second_time(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = stored(repo.path.parent / "remote", ONNX)
    poison = pickle.dumps({"x": b"y" * (len(ONNX) - 30)}).ljust(len(ONNX), b"\0")
    opened = FolderStore.open
    seen: list[str] = []

    def twice(self: FolderStore, name: ObjectName) -> Any:
        seen.append(name.md5)
        if seen.count(name.md5) == 2:
            overwrite(target, poison)
        return opened(self, name)

    monkeypatch.setattr(FolderStore, "open", twice)
    said = repo.check("--all-phases", "--verify-bytes", f"model_registry/{FILE}")
    assert said.code != 0
    reasons = [u["reason"] for u in said.report["unchecked"]]
    assert any("changed between two readings" in reason for reason in reasons)


def test_the_network_of_the_policy_still_holds(tmp_path: Path) -> None:
    repo = tracked_repo(tmp_path / "registry")
    without_bytes(repo)
    repo.write("registrar.toml", (POLICY + NETWORK).replace('"storage"', ""))
    said = repo.check("--all-phases", "--verify-bytes", f"model_registry/{FILE}")
    assert said.code == 4
    assert {u["rule"] for u in said.report["unchecked"]} == {"artifact-remote", "artifact-scan"}
    assert COMMIT not in json.dumps(said.report["unchecked"])
