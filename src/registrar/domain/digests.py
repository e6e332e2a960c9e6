"""Digests of files and folders, and the texts that name them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_MD5 = re.compile(r"[0-9a-f]{32}")


def is_sha256(text: str) -> bool:
    """Tell whether the text is a SHA-256 in lower-case hexadecimal."""
    return _SHA256.fullmatch(text) is not None


def is_commit(text: str) -> bool:
    """Tell whether the text is a full git commit hash (SHA-1 or SHA-256 repositories)."""
    return _COMMIT.fullmatch(text) is not None


def is_md5(text: str) -> bool:
    """Tell whether the text is an MD5 in lower-case hexadecimal, as DVC writes it."""
    return _MD5.fullmatch(text) is not None


def folder_digest(files: Mapping[str, str]) -> str:
    """Digest a folder from the SHA-256 of each file, keyed by path relative to the folder.

    SHA-256 over the lines ``<sha256>  <path>\\n`` in bytewise path order; equal to
    ``find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum``.
    """
    lines = sorted((path.encode("utf-8", "surrogateescape"), sha) for path, sha in files.items())
    whole = hashlib.sha256()
    for path, sha in lines:
        whole.update(sha.encode("ascii") + b"  " + path + b"\n")
    return whole.hexdigest()
