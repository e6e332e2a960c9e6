"""What is told on the command line and goes into documents: one line of text that UTF-8 holds."""

from __future__ import annotations

import io
import os
import re
import stat
from dataclasses import asdict
from urllib.parse import urlsplit

from registrar.domain.adding import Wanted
from registrar.domain.paths import has_control, path_fault
from registrar.errors import UsageError
from registrar.reading.documents import MAX_BYTES

_SECRET = re.compile(r"(?:token|sig|secret|credential|key|password|auth)[^=&]*=", re.IGNORECASE)
"""In the query of an address that was signed for somebody."""


def refuse_odd(wanted: Wanted) -> None:
    """Raise UsageError for an option that no reader of the entry would accept."""
    told = [(key, value) for key, value in asdict(wanted).items() if isinstance(value, str)]
    told += [("dataset", text) for pair in wanted.datasets for text in pair if text is not None]
    for field, text in told:
        option = f"--{field.replace('_', '-')}"
        if has_control(text):
            hint = "write it on one line, in characters that can be seen"
            raise UsageError(f"{option} holds a line break or a control character", hint)
        if not _is_utf8(text):
            raise UsageError(f"{option} is not UTF-8", "write it in UTF-8")
    if wanted.dataset_manifest is not None and "://" in wanted.dataset_manifest:
        _address("--dataset-manifest", wanted.dataset_manifest)


def data_path(path: str) -> str:
    """A data file's path as a manifest may name it; raises UsageError where it cannot."""
    fault = path_fault(path)
    if fault is not None:
        raise UsageError(f"--dataset: the path {path} {fault}", "rename it, or link to it")
    return path


def opened(shown: str, path: str) -> io.FileIO:
    """Open a plain file that an option names; raises UsageError, and never waits for a FIFO."""
    try:
        stream = io.FileIO(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
    except OSError as error:
        raise UsageError(f"{shown}: {error.strerror}", "name a file") from error
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise UsageError(f"{shown}: it is no plain file", "name a file")
    return stream


def read(path: str) -> bytes:
    """A document that an option names, whole; raises UsageError."""
    with opened(f"{path} cannot be read", path) as stream:
        raw = stream.read(MAX_BYTES + 1)
    if len(raw or b"") > MAX_BYTES:
        raise UsageError(f"{path} has more than {MAX_BYTES:,} bytes", "name the right file")
    return raw or b""


def without_secrets(repository: str) -> str:
    """A repository's address without password, token, query and fragment.

    The user of an ssh address stays: it is no secret, and git needs it.
    """
    try:
        parts = urlsplit(repository)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return repository  # no URL; the check says so
    if not parts.scheme or not parts.hostname:
        return repository
    user = f"{parts.username}@" if parts.scheme == "ssh" and parts.username else ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{user}{host}{port}{parts.path}".rstrip("/")


def _address(option: str, url: str) -> None:
    """Refuse an address that holds a secret: the entry would publish it."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise UsageError(f"{option} is no address", "write https://host/path") from error
    if "@" in parts.netloc or _SECRET.search(parts.query):
        hint = "give an address that needs none; whoever may read it has credentials of their own"
        raise UsageError(f"{option} may hold credentials, and the entry would publish them", hint)


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
