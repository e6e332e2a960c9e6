"""What is told on the command line and goes into documents: one line of text that UTF-8 holds."""

from __future__ import annotations

import io
import os
import stat
from dataclasses import asdict

from registrar.domain.adding import Wanted
from registrar.domain.addresses import holds_secret
from registrar.domain.paths import has_control, path_fault
from registrar.errors import UsageError
from registrar.reading.documents import MAX_BYTES


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
    if wanted.dataset_manifest is not None and holds_secret(wanted.dataset_manifest):
        message = "--dataset-manifest may hold credentials, and the entry would publish them"
        hint = "give an address that needs none; whoever may read it has credentials of their own"
        raise UsageError(message, hint)


def data_path(path: str) -> str:
    """A data file's path as a manifest may name it; raises UsageError where it cannot."""
    fault = path_fault(path) if _is_utf8(path) else "is no name in UTF-8"
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


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
