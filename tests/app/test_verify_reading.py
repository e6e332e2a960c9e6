"""Reading files to their ends in threads: what fails, what is told, and who is waited for."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from hashlib import sha256
from typing import BinaryIO

import pytest

from registrar.app.verifying.finding import Found
from registrar.app.verifying.reading import Read, read_all
from registrar.domain.trees import UnreadableError
from registrar.domain.verifying import Source


def found(opening: Callable[[], BinaryIO]) -> Found:
    return Found(Source.HERE, opening)


@pytest.mark.parametrize("jobs", [None, 1, 7])
def test_each_file_is_read_once_and_all_bytes_are_told(jobs: int | None) -> None:
    contents = {f"{n}.bin": bytes([n]) * n * 100_000 for n in range(9)}
    opened = {name: found(lambda raw=raw: io.BytesIO(raw)) for name, raw in contents.items()}  # type: ignore[misc]
    told: list[int] = []
    reads, failed = read_all(opened, jobs, told.append)
    assert reads == {
        name: Read(sha256(raw).hexdigest(), len(raw)) for name, raw in contents.items()
    }
    assert (failed, sum(told)) == ({}, sum(map(len, contents.values())))
    assert read_all({}, jobs, None) == ({}, {})


def test_what_cannot_be_read_is_told_and_the_others_are_read() -> None:
    def refused() -> BinaryIO:
        raise UnreadableError("it is no regular file")

    def broken() -> BinaryIO:
        raise PermissionError(13, "Permission denied")

    opened = {"a": found(refused), "b": found(broken), "c": found(lambda: io.BytesIO(b"c"))}
    reads, failed = read_all(opened, 2, None)
    assert set(reads) == {"c"}
    assert failed == {
        "a": "a cannot be read: it is no regular file",
        "b": "b cannot be read: Permission denied",
    }


def test_a_fault_in_a_thread_is_raised_by_the_one_who_asked() -> None:
    def faulty() -> BinaryIO:
        raise AssertionError("a fault")

    opened = {f"{n}": found(faulty) for n in range(20)}
    with pytest.raises(AssertionError, match="a fault"):
        read_all(opened, 2, None)


def test_whoever_is_interrupted_waits_for_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Ctrl-C raises in the waiting thread ends the reading of a file without end."""
    begun, over = threading.Event(), threading.Event()

    class Endless(io.RawIOBase):
        def readinto(self, block: memoryview) -> int:  # type: ignore[override]
            begun.set()
            return len(block)

        def close(self) -> None:
            over.set()
            super().close()

    def interrupted(thread: threading.Thread, timeout: float | None = None) -> None:
        assert begun.wait(60)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "join", interrupted)
    with pytest.raises(KeyboardInterrupt):
        read_all({"a": found(Endless)}, 1, None)  # type: ignore[arg-type]
    assert over.wait(60)
