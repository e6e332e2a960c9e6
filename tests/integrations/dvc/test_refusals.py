"""Remotes that refuse: the cause in words of ours, never missing bytes, no secret, nobody else asked.

S3 is stood for by a server that answers with the codes of its documentation; moto's takes anybody.
"""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from http_remote import Remote, serving
from s3_refusal import Refusal, refusing

from registrar.domain.remotes import DvcConfig, NoAnswer, ObjectName
from registrar.integrations.dvc.cloud_store import IN_FLIGHT, CloudStore
from registrar.integrations.dvc.stores import DvcStores
from registrar.ports.others import AskError, ObjectStore

NAME = ObjectName("a" * 32)
SECRET = "planted-5ecret"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"):
        monkeypatch.setenv(f"AWS_{name}", SECRET)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


def bucket(top: Path, endpoint: str) -> ObjectStore:
    options = {"url": "s3://models/registry", "endpointurl": endpoint, "region": "us-east-1"}
    return DvcStores(str(top)).open("storage", DvcConfig(None, {"storage": options}))


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("ExpiredToken", "the credentials may have expired"),
        ("InvalidAccessKeyId", "these credentials may not read it"),
        ("SignatureDoesNotMatch", "these credentials may not read it"),
        ("AccessDenied", "these credentials may not read it"),
        ("NoSuchBucket", "there is no such bucket"),
        ("SlowDown", "503"),
        ("InternalError", "500"),
        ("InsufficientStorage", "it is full"),
    ],
)
def test_s3_refuses(tmp_path: Path, code: str, cause: str) -> None:
    with refusing(Refusal(code, message=SECRET)) as server:
        store = bucket(tmp_path, server.url)
        (answer,) = store.look([NAME]).values()
        assert isinstance(answer, NoAnswer)
        assert cause in answer.reason
        with pytest.raises(AskError) as told:
            store.open(NAME).read()
        assert server.asked
    for text in (answer.reason, str(told.value)):
        assert SECRET not in text
        assert server.url not in text


def test_s3_without_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"):
        monkeypatch.delenv(f"AWS_{name}")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with refusing(Refusal("AccessDenied")) as server:
        (answer,) = bucket(tmp_path, server.url).look([NAME]).values()
        assert server.asked == []
    assert isinstance(answer, NoAnswer)
    assert "no credentials for it were found" in answer.reason


def test_s3_redirects_and_is_not_followed(tmp_path: Path) -> None:
    """Its client would follow to any host, with the session token in a header."""
    with serving(Remote()) as other:
        elsewhere = other.url.removeprefix("http://")
        with refusing(Refusal("PermanentRedirect", elsewhere)) as server:
            store = bucket(tmp_path, server.url)
            (answer,) = store.look([NAME]).values()
            with pytest.raises(AskError, match="redirects to somewhere else"):
                store.open(NAME).read()
            assert server.asked
        assert other.asked == []
    assert isinstance(answer, NoAnswer)
    assert "redirects to somewhere else" in answer.reason


@pytest.mark.parametrize(
    ("status", "cause"),
    [(401, "it wants credentials"), (403, "may not read it"), (507, "it is full"), (502, "502")],
)
def test_http_refuses(tmp_path: Path, status: int, cause: str) -> None:
    with serving(Remote(statuses={f"/{NAME.path}": status})) as server:
        config = DvcConfig(None, {"storage": {"url": server.url}})
        store = DvcStores(str(tmp_path)).open("storage", config)
        (answer,) = store.look([NAME]).values()
    assert isinstance(answer, NoAnswer)
    assert cause in answer.reason


class Silent:
    """A file system of fsspec that never answers in time; the real wait would be minutes."""

    def __init__(self, answers: int = 0) -> None:
        self.asked = 0
        self.answers = answers
        self.lock = threading.Lock()

    def info(self, path: str) -> dict[str, object]:
        with self.lock:
            self.asked += 1
            if self.asked <= self.answers:
                return {"type": "file", "size": 1}
        raise TimeoutError


def test_a_silent_remote_is_not_asked_for_each_of_ten_thousand(tmp_path: Path) -> None:
    names = [ObjectName(f"{number:032x}") for number in range(10_000)]
    silent = Silent()
    answers = CloudStore(silent, "x", "").look(names)
    assert silent.asked == IN_FLIGHT
    assert {type(answer) for answer in answers.values()} == {NoAnswer}
    assert list(answers) == names
    awake = Silent(answers=1)
    assert len(CloudStore(awake, "x", "").look(names)) == len(names)
    assert awake.asked == len(names), "one answer shows that the others are worth asking for"
