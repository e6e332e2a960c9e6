"""DVC remotes for real: a folder, an HTTP server, an S3 API; "not there" is no "could not ask"."""

from __future__ import annotations

import gc
import hashlib
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import Repo
from http_remote import Remote, serving

from registrar.domain.remotes import Absent, DvcConfig, NoAnswer, ObjectName, Stored
from registrar.integrations.dvc.stores import DvcStores
from registrar.ports.others import AskError, ObjectStore


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """fsspec keeps its sessions for the next question; what is left of them is theirs to close."""
    import fsspec

    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("s3", "http"):
            fsspec.get_filesystem_class(name).clear_instance_cache()
        gc.collect()


def named(raw: bytes, legacy: bool = False) -> ObjectName:
    return ObjectName(hashlib.md5(raw, usedforsecurity=False).hexdigest(), legacy)


HERE, OLD, GONE = named(b"here"), named(b"old", legacy=True), named(b"gone")


def opened(top: Path, **options: str) -> ObjectStore:
    return DvcStores(str(top)).open("Storage", DvcConfig(None, {"storage": options}))


def holds(store: ObjectStore) -> None:
    """The same of every kind of remote."""
    assert store.look([HERE, OLD, GONE]) == {HERE: Stored(4), OLD: Stored(3), GONE: Absent()}
    with store.open(HERE) as stream:
        assert stream.seek(0, 2) == 4
        stream.seek(1)
        assert stream.read() == b"ere"
        stream.seek(0)
        assert (stream.read(2), stream.read()) == (b"he", b"re")
    with pytest.raises(AskError, match=r"no such|No such"):
        store.open(GONE)
    assert store.look([]) == {}


def reasons(store: ObjectStore) -> set[str]:
    answers = store.look([HERE, GONE]).values()
    assert all(isinstance(answer, NoAnswer) for answer in answers), answers
    return {answer.reason for answer in answers if isinstance(answer, NoAnswer)}


def test_a_folder(tmp_path: Path) -> None:
    for name, raw in ((HERE, b"here"), (OLD, b"old")):
        place = tmp_path / "remote" / name.path
        place.parent.mkdir(parents=True)
        place.write_bytes(raw)
    holds(opened(tmp_path / "registry", url="../../remote"))
    holds(opened(tmp_path / "registry", url=str(tmp_path / "remote")))
    holds(opened(tmp_path / "registry", url=f"file://{tmp_path}/remote"))
    (said,) = reasons(opened(tmp_path / "registry", url="../../nowhere"))
    assert "is it mounted" in said
    (tmp_path / "file").write_bytes(b"")
    assert reasons(opened(tmp_path / "registry", url="../../file")) == {
        "the remote is no folder that can be entered"
    }


def test_http(tmp_path: Path) -> None:
    with serving(Remote()) as remote:
        remote.files = {f"/data/{HERE.path}": b"here", f"/data/{OLD.path}": b"old"}
        holds(opened(tmp_path, url=f"{remote.url}/data"))


@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_a_server_that_does_not_tell_is_no_missing_object(tmp_path: Path, status: int) -> None:
    with serving(Remote()) as remote:
        remote.statuses = {f"/{name.path}": status for name in (HERE, GONE)}
        (said,) = reasons(opened(tmp_path, url=remote.url))
        assert str(status) in said
        assert remote.url not in said


def test_a_server_that_is_down(tmp_path: Path) -> None:
    with serving(Remote()) as remote:
        url = remote.url
    (said,) = reasons(opened(tmp_path, url=url))
    assert "did not answer" in said


def test_a_redirection_is_not_followed(tmp_path: Path) -> None:
    with serving(Remote()) as other, serving(Remote()) as remote:
        other.files = {f"/{HERE.path}": b"here"}
        remote.elsewhere = {f"/{HERE.path}": f"{other.url}/{HERE.path}"}
        store = opened(tmp_path, url=remote.url)
        (answer,) = store.look([HERE]).values()
        assert isinstance(answer, NoAnswer), answer
        assert "redirects to somewhere else" in answer.reason
        with pytest.raises(AskError):
            store.open(HERE).read()
        assert other.asked == []


def test_credentials_come_from_the_caller_and_go_to_the_remote_alone(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r")
    with serving(Remote()) as remote, serving(Remote()) as other:
        remote.statuses = {f"/{HERE.path}": 403, f"/{GONE.path}": 403}
        config = f"['remote \"storage\"']\nurl = {other.url}\nauth = basic\nuser = ada\n"
        repo.write(".dvc/config.local", f"{config}password = planted-secret\n")
        (said,) = reasons(opened(repo.path, url=remote.url))
        assert remote.secrets
        assert "planted-secret" not in said
        remote.secrets.clear()
        repo.commit("a configuration that comes with a change")
        reasons(opened(repo.path, url=remote.url))
        assert remote.secrets == []
        assert other.asked == [], "the address is that of the revision that judges"


def test_what_the_tree_may_not_say(tmp_path: Path) -> None:
    """A configuration of the tree that names files of credentials, or a program to run."""
    marker = tmp_path / "ran"
    config = tmp_path / "aws"
    config.write_text(f"[default]\ncredential_process = touch {marker}\n")
    store = opened(
        tmp_path,
        url="s3://bucket/x",
        endpointurl="http://127.0.0.1:9",
        region="us-east-1",
        configpath=str(config),
        credentialpath=str(config),
    )
    assert isinstance(store.look([HERE])[HERE], NoAnswer)
    assert not marker.exists()
    assert "AWS_CONFIG_FILE" not in os.environ


def test_a_remote_that_is_not_configured(tmp_path: Path) -> None:
    stores = DvcStores(str(tmp_path))
    with pytest.raises(AskError, match="dvc remote add other"):
        stores.open("other", DvcConfig())
    with pytest.raises(AskError, match="no remote a"):
        stores.open("a", DvcConfig(None, {"a": {"url": "remote://a/x"}}))
    with pytest.raises(AskError, match=r"cannot be opened|lacks a part"):
        opened(tmp_path, url="gopher://x/y")


def test_a_remote_below_another(tmp_path: Path) -> None:
    with serving(Remote()) as remote:
        remote.files = {f"/deep/{HERE.path}": b"here"}
        config = DvcConfig(None, {"base": {"url": remote.url}, "a": {"url": "remote://base/deep"}})
        assert DvcStores(str(tmp_path)).open("a", config).look([HERE]) == {HERE: Stored(4)}


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The endpoint of a real S3 API."""
    from moto.server import ThreadedMotoServer

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "planted-secret")
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
        server.stop()


def test_s3(tmp_path: Path, s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3

    client = boto3.client("s3", endpoint_url=s3, region_name="us-east-1")
    client.create_bucket(Bucket="models")
    for name, raw in ((HERE, b"here"), (OLD, b"old")):
        client.put_object(Bucket="models", Key=f"registry/{name.path}", Body=raw)
    options = {"endpointurl": s3, "region": "us-east-1"}
    holds(opened(tmp_path, url="s3://models/registry", **options))
    answers = opened(tmp_path, url="s3://nowhere/registry", **options)
    (said,) = reasons(answers)
    assert "NoSuchBucket" in said or "not there" in said
    assert "planted-secret" not in said
