"""The list of a folder that DVC stores as its ``.dir`` object."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from registrar.domain.digests import is_md5
from registrar.domain.metadata import mapping, sequence, text
from registrar.domain.paths import path_fault

MAX_LIST = 64 * 1024 * 1024
"""Bytes of a list: some 600,000 files."""


class FolderListError(ValueError):
    """A list that is none, with the reason in a person's words."""


def read_folder_list(raw: bytes, name: str) -> Mapping[str, str]:
    """The MD5 of each file by its path relative to the folder; raises FolderListError.

    ``name`` is the object's own, ``<md5>.dir``: a list with other bytes is another list.
    """
    if len(raw) > MAX_LIST:
        raise FolderListError(f"is larger than {MAX_LIST:,} bytes")
    found = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    if f"{found}.dir" != name:
        raise FolderListError(f"has other bytes than its name says (their MD5 is {found})")
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise FolderListError("is no JSON") from error
    if not isinstance(data, list):
        raise FolderListError("is no list")
    if not data:
        raise FolderListError("names no file")
    files: dict[str, str] = {}
    for item in sequence(data):
        path, md5 = text(mapping(item).get("relpath")), text(mapping(item).get("md5"))
        if path is None or md5 is None or not is_md5(md5):
            raise FolderListError("has an item without relpath and md5")
        if fault := path_fault(path):
            raise FolderListError(f"names a path that {fault}")
        if path in files:
            raise FolderListError(f"names {path} twice")
        files[path] = md5
    return files
