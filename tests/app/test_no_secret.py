"""A planted secret is in no message, report, file or log, also where the caller asks for debugging.

It is planted where people really have it: in ``.dvc/config.local``, in the environment, in addresses
that are typed, and in documents of an entry that somebody wrote without thinking.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from added import OPTIONS, behind_dvc, training_repo
from api_server import Api, Reply
from api_server import serving as serving_api
from builders import COMMIT, GIT_ENV, POLICY, Repo, good_entry
from http_remote import Remote, serving
from s3_refusal import Refusal, refusing

from registrar.app.judging import Judged
from registrar.app.remembering import worth_keeping
from registrar.rules.rule import Record

SECRET = "planted-5ecret"
FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown")
LOUD = {
    "DVC_LOGLEVEL": "debug",
    "MLFLOW_LOGGING_LEVEL": "DEBUG",
    "GIT_TRACE": "1",
    "GIT_CURL_VERBOSE": "1",
    "MLFLOW_TRACKING_PASSWORD": SECRET,
    "MLFLOW_TRACKING_USERNAME": "ada",
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_SESSION_TOKEN": SECRET,
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DVC_NO_ANALYTICS": "1",
    "PYTHONWARNINGS": "ignore",
}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return training_repo(tmp_path / "r")


def told(repo: Repo, *argv: str) -> str:
    """Everything that the program prints, as a person runs it; exit codes of faults fail."""
    top = repo.path.parent
    for name in ("cache", "temporary", "home"):
        (top / name).mkdir(exist_ok=True)
    env = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}
    env |= GIT_ENV | LOUD | {"XDG_CACHE_HOME": str(top / "cache"), "HOME": str(top / "home")}
    env |= {"TMPDIR": str(top / "temporary"), "DVC_SITE_CACHE_DIR": str(top / "site")}
    command = [sys.executable, "-m", "registrar", *argv]
    done = subprocess.run(
        command, cwd=repo.path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1, 2, 4), done
    assert list((top / "temporary").iterdir()) == []
    return done.stdout + done.stderr


def clean(repo: Repo, *texts: str, planted: tuple[str, ...] = ()) -> None:
    """Refuse the secret in texts, and in every file but those where the test planted it."""
    for text in texts:
        assert SECRET not in text
    top = repo.path.parent
    files = [path for path in top.rglob("*") if path.is_file() and not path.is_symlink()]
    found = {str(path.relative_to(top)) for path in files if SECRET.encode() in path.read_bytes()}
    assert found == set(planted)


@pytest.fixture
def guarded(repo: Repo) -> Iterator[Repo]:
    """With an HTTP remote that refuses everybody; the password is where DVC has it."""
    server = Remote()
    server.statuses = _Always(403)
    with serving(server):
        behind_dvc(repo, f"{server.url}/data")
        local = f"['remote \"storage\"']\nauth = basic\nuser = ada\npassword = {SECRET}\n"
        repo.write(".dvc/config.local", local)
        yield repo
        assert server.secrets, "it was really sent, to the remote alone"


class _Always(dict[str, int]):
    """One status for every path."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status

    def get(self, path: str, default: object = None) -> int:  # type: ignore[override]
        return self.status


def test_a_remote_with_a_password(guarded: Repo) -> None:
    wanted = ("--name", "wine", "--version", "1.0.0")
    text = told(guarded, "add", "../model.onnx", *wanted, *OPTIONS, "--push")
    assert "dvc push failed" in text
    assert "ERROR: " in text, "DVC itself says why"
    (guarded.path / "model_registry/wine-1.0.0/model.onnx").unlink()
    texts = [
        told(guarded, "check", "--remote", "--verify-bytes", "--format", name) for name in FORMATS
    ]
    assert "these credentials may not read it" in texts[0]
    clean(guarded, text, *texts, planted=("r/.dvc/config.local",))


@pytest.mark.slow
def test_a_bucket_with_a_key(repo: Repo) -> None:
    """A server that refuses everything stands for S3."""
    with refusing(Refusal("SignatureDoesNotMatch")) as server:
        behind_dvc(repo, "s3://models/registry")
        config = (repo.path / ".dvc/config").read_text()
        where = f"    endpointurl = {server.url}\n    region = us-east-1\n"
        repo.write(".dvc/config", f"{config}{where}")
        wanted = ("--name", "wine", "--version", "1.0.0", *OPTIONS)
        texts = [told(repo, "add", "../model.onnx", *wanted, "--push")]
        texts += [told(repo, "check", "--remote", "--format", name) for name in FORMATS]
        assert server.asked
    assert "these credentials may not read it" in texts[1]
    clean(repo, *texts)


class _Anywhere(dict[str, Reply]):
    """One reply for every path."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply

    def get(self, path: str, default: object = None) -> Reply:  # type: ignore[override]
        return self.reply


@pytest.mark.parametrize("status", [401, 500])
def test_servers_of_mlflow(repo: Repo, status: int) -> None:
    """What a server answers is its own text, and may repeat what it was sent."""
    reply = Reply({"error_code": "INTERNAL_ERROR", "message": f"not {SECRET}"}, status)
    with serving_api(Api(replies=_Anywhere(reply))) as api:
        uri = api.base.replace("://", f"://ada:{SECRET}@")
        wanted = ("--name", "wine", "--version", "1.0.0", *OPTIONS)
        added = told(repo, "add", "--from-mlflow", "f" * 32, "--tracking-uri", uri, *wanted)
        repo.add_entry()
        repo.commit("entry")
        registered = told(repo, "register", "wine", "--registry-uri", uri)
        assert len(api.asked) > 1
    assert "the run cannot be fetched" in added
    assert "nothing was registered" in registered
    clean(repo, added, registered)


def test_a_repository_that_is_given_with_a_token(repo: Repo) -> None:
    wanted = ("--name", "wine", "--source-commit", COMMIT)
    for number, url in enumerate(
        (
            f"https://x-access-token:{SECRET}@github.com/acme/wine",
            f"https://{SECRET}@github.com/acme/wine",
            f"https://github.com/acme/wine?token={SECRET}",
            f"ssh://git:{SECRET}@github.com/acme/wine",
        )
    ):
        version = ("--version", f"1.0.{number}", "--source-repository", url)
        text = told(repo, "add", "../model.onnx", *wanted, *version, *OPTIONS)
        assert text.count("error[") == text.count("error[card-sections]"), "the rest is right"
        clean(repo, text)
    for url in (
        f"https://ada:{SECRET}@data.example/wine.yaml",
        f"https://data.example/wine.yaml?X-Amz-Signature={SECRET}",
    ):
        version = ("--version", "2.0.0", "--dataset-manifest", url)
        text = told(repo, "add", "../model.onnx", *wanted, *version, *OPTIONS)
        assert "--dataset-manifest may hold credentials" in text
        clean(repo, text)


def test_an_entry_with_a_secret_is_not_remembered() -> None:
    """Whether the cache is written at all depends on how old the files are."""
    plain = Record("wine-1.0.0", "metadata.yaml", None, None, None, None, "a", "http://h")
    assert worth_keeping(Judged(), plain) is not None
    assert worth_keeping(Judged(), replace(plain, tracking_uri=f"http://a:{SECRET}@h")) is None


DOCUMENTS = {
    "repository": (
        "https://github.com/acme/wine",
        f"https://ada:{SECRET}@github.com/acme/wine",
    ),
    "tracking": ("tags:", f"mlflow: {{run_id: a, tracking_uri: 'http://a:{SECRET}@h'}}\ntags:"),
    "manifest": (
        "dataset_manifest: dataset-manifest.yaml",
        f"dataset_manifest: https://ada:{SECRET}@data.example/wine.yaml",
    ),
}


@pytest.mark.parametrize("where", DOCUMENTS)
def test_what_somebody_wrote_into_an_entry(repo: Repo, where: str) -> None:
    """It is public by then; the log of CI, which more people read, need not repeat it."""
    old, new = DOCUMENTS[where]
    files = good_entry()
    text = files["metadata.yaml"].decode() + "tags: [wine]\n"
    assert old in text
    files["metadata.yaml"] = text.replace(old, new).encode()
    repo.add_entry(files=files)
    repo.write("registrar.toml", f'{POLICY}[network]\nhosts = ["github.com:1"]\n')
    texts = [told(repo, "check", "--remote", "--format", name) for name in FORMATS]
    clean(repo, *texts, planted=("r/model_registry/wine-1.0.0/metadata.yaml",))
