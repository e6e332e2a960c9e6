"""``.dvc/config`` and the list of a folder, good and hostile."""

from __future__ import annotations

import hashlib
import json

import pytest

from registrar.domain.remotes import DvcConfig
from registrar.reading.dvc_config import read_dvc_config
from registrar.reading.dvc_folder import FolderListError, read_folder_list

CONFIG = b"""[core]
    remote = Storage
['remote "Storage"']
    url = s3://bucket/data
    endpointurl = https://s3.acme.example # not a comment of DVC's
[remote "plain"]
    url = "../x"
['remote "below"']
    url = remote://storage/models/
"""


def test_remotes_and_their_options() -> None:
    config = read_dvc_config(CONFIG)
    assert config is not None
    assert config.default == "storage"
    assert set(config.remotes) == {"storage", "plain", "below"}
    assert config.url("STORAGE") == "s3://bucket/data"
    assert config.url("plain") == "../x"
    assert config.url("below") == "s3://bucket/data/models"
    assert config.url("nobody") is None


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"url = x\n", b"[core\n", b"#" * (1 << 20) + b"##"])
def test_what_cannot_be_read(raw: bytes) -> None:
    assert read_dvc_config(raw) is None


def test_an_empty_one_and_one_that_turns_in_circles() -> None:
    assert read_dvc_config(b"") == DvcConfig()
    circle = {"a": {"url": "remote://b/x"}, "b": {"url": "remote://a/y"}}
    assert DvcConfig(None, circle).url("a") is None


def listed(data: object) -> tuple[bytes, str]:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return raw, hashlib.md5(raw, usedforsecurity=False).hexdigest() + ".dir"


MD5 = "0" * 32


def test_the_list_of_a_folder() -> None:
    raw, name = listed([{"md5": MD5, "relpath": "a/b.bin"}, {"md5": MD5, "relpath": "c"}])
    assert read_folder_list(raw, name) == {"a/b.bin": MD5, "c": MD5}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        ({}, "no list"),
        ([{"md5": "x", "relpath": "a"}], "without relpath and md5"),
        ([{"md5": MD5, "relpath": 1}], "without relpath and md5"),
        ([{"md5": MD5, "relpath": "../a"}], "leaves the entry"),
        ([{"md5": MD5, "relpath": "/etc/passwd"}], "absolute"),
        ([{"md5": MD5, "relpath": "a\nb"}], "control character"),
        ([{"md5": MD5, "relpath": "a"}] * 2, "names a twice"),
    ],
)
def test_a_list_that_is_none(data: object, said: str) -> None:
    with pytest.raises(FolderListError, match=said):
        read_folder_list(*listed(data))


def test_a_list_with_other_bytes_than_its_name() -> None:
    raw, _ = listed([])
    with pytest.raises(FolderListError, match="other bytes than its name"):
        read_folder_list(raw, f"{MD5}.dir")
