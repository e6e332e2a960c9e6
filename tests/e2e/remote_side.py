"""A repository on GitHub's side whose bytes are on an S3 API, and the events that ask for them."""

from __future__ import annotations

import hashlib
import shutil
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from builders import ONNX, SHA
from github_side import LOCK, PYZ, Forge
from step_harness import Harness, Run
from tracked import PARTS, dvc, tracked_repo, without_bytes

from registrar.app.shipped import github_remote as remote
from registrar.app.shipped.program import REMOTE_REQUIREMENTS_PATH

NEW = "wine-1.2.0"
WEIGHTS = PARTS["sub/b.onnx"]
SECRET = "planted/secret+of+the+storage"
KEYS = {
    "MODEL_REGISTRY_AWS_ACCESS_KEY_ID": "AKIAPLANTED",
    "MODEL_REGISTRY_AWS_SECRET_ACCESS_KEY": SECRET,
}
BOTH = {remote.ENVIRONMENT: KEYS, remote.MERGED_ENVIRONMENT: KEYS}
TOP = Path(__file__).parent.parent.parent
REMOTE_LOCK = (TOP / "requirements/remote.txt").read_bytes()


@dataclass
class Asking:
    """The forge, the store, and the commits: ``base`` is protected, ``head`` brings a model."""

    forge: Forge
    bucket: Any
    base: str
    head: str
    workflow: str
    look: Run = field(default_factory=Run)
    """What became of the job that looks whether anything is to be proved."""

    def run(
        self, event_name: str, event: dict[str, Any], secrets: Any = None, **values: str
    ) -> dict[str, Run]:
        """What became of the jobs that prove and that tell; no secret is anywhere in any."""
        self.forge.runs += 1
        folder = self.forge.folder / f"run{self.forge.runs}"
        gate = self.forge.gate
        harness = Harness(folder, self.forge.origin, gate)
        facts = {"ref": "refs/heads/main", "sha": "0" * 40, "repository": "acme/wine"} | values
        runs = harness.jobs(
            self.workflow, event_name, event, BOTH if secrets is None else secrets, **facts
        )
        for run in runs.values():
            assert SECRET not in run.out + run.summary
            assert "AKIAPLANTED" not in run.out + run.summary
        for path in folder.rglob("*"):
            if path.is_file() and "site-packages" not in path.parts:
                assert SECRET.encode() not in path.read_bytes(), path
        self.look = runs.pop("look")
        assert self.look.environment == ""
        return runs

    def pull_request(self, head: str, repository: str | None = "acme/wine", **more: Any) -> Any:
        """The runs of a pull request from a branch of this repository, or from a fork."""
        self.forge.push(head, "refs/pull/7/head", force=True)
        source = {"full_name": repository} if repository else None
        pull = {"number": 7, "head": {"sha": head, "repo": source}}
        return self.run("pull_request_target", {"pull_request": pull}, **more)

    def key(self, raw: bytes) -> str:
        md5 = hashlib.md5(raw, usedforsecurity=False).hexdigest()
        return f"registry/files/md5/{md5[:2]}/{md5[2:]}"


def clone_with_bytes(path: Path, endpoint: str) -> tuple[str, str]:
    """A clone where people work, all its bytes on the store: its base, and a head with a model."""
    repo = tracked_repo(path, "s3://models/registry")
    for key, value in (("endpointurl", endpoint), ("region", "us-east-1")):
        dvc(path, "remote", "modify", "storage", key, value)
    repo.write("scripts/registrar.pyz", PYZ)
    repo.write("scripts/registrar-requirements.txt", LOCK)
    repo.write(REMOTE_REQUIREMENTS_PATH, REMOTE_LOCK)
    repo.write(remote.REMOTE_WORKFLOW_PATH, remote.remote_workflow("main"))
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message", "gate")
    base = repo.git("rev-parse", "HEAD")
    source = path / "model_registry/wine-1.0.0"
    shutil.copytree(source, path / "model_registry" / NEW)
    for name in ("model.onnx.dvc", ".gitignore"):
        (path / "model_registry" / NEW / name).unlink()
    (path / "model_registry" / NEW / "model.onnx").unlink()
    repo.write(f"model_registry/{NEW}/model.onnx", WEIGHTS)
    for old, new in (
        *(('"1.0.0"', '"1.2.0"'), (SHA, hashlib.sha256(WEIGHTS).hexdigest())),
        (f"size: {len(ONNX)}", f"size: {len(WEIGHTS)}"),
    ):
        repo.edit(f"model_registry/{NEW}/metadata.yaml", old, new)
    dvc(path, "add", "--quiet", f"model_registry/{NEW}/model.onnx")
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message", "a model")
    head = repo.git("rev-parse", "HEAD")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "AKIAPLANTED")
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        dvc(path, "push", "--quiet")
    without_bytes(repo)
    (path / f"model_registry/{NEW}/model.onnx").unlink()
    return base, head


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    """A bucket behind a real S3 API, and where it is."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    store = boto3.resource(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        region_name="us-east-1",
        aws_access_key_id="AKIAPLANTED",
        aws_secret_access_key=SECRET,
    )
    bucket = store.create_bucket(Bucket="models")
    yield bucket, f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, s3: Any) -> tuple[Path, str, str]:
    """The clone where people work, with everything pushed, and its two commits."""
    path = tmp_path_factory.mktemp("made") / "clone"
    return path, *clone_with_bytes(path, s3[1])


@pytest.fixture
def asking(tmp_path: Path, made: tuple[Path, str, str], s3: Any) -> Iterator[Asking]:
    clone, base, head = made
    shutil.copytree(clone, tmp_path / "clone", symlinks=True)
    forge = Forge(tmp_path, Path(sysconfig.get_path("purelib")))
    forge.push(base)
    bucket, _ = s3
    kept = {item.key: item.get()["Body"].read() for item in bucket.objects.all()}
    yield Asking(forge, bucket, base, head, remote.remote_workflow("main"))
    for key, raw in kept.items():
        bucket.put_object(Key=key, Body=raw)
