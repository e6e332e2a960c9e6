"""One process of this user at a time writes to a model registry.

MLflow has nothing that a second version for the same entry would collide with: two that look first
and then write would both write. Those of other machines meet in ``registry.py``, after the fact.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from registrar.integrations.mlflow.local import local_place
from registrar.ports.others import AskError

WAIT = 330
"""Seconds: longer than the other one may take."""
_STEP = 0.1


@contextmanager
def taking_turns(uri: str, environ: Mapping[str, str]) -> Iterator[None]:
    """Wait for the turn; raises AskError where it does not come.

    Where nothing can be written in the user's cache there are no turns.
    """
    lock = _opened(uri, environ)
    if lock is None:
        yield
        return
    try:
        _wait(lock)
        yield
    finally:
        os.close(lock)  # which ends the turn, as the end of the process does


def _opened(uri: str, environ: Mapping[str, str]) -> int | None:
    base, home = environ.get("XDG_CACHE_HOME", ""), environ.get("HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(home, ".cache")
    if not os.path.isabs(base):
        return None
    place = local_place(uri)
    name = os.path.realpath(place) if place is not None else uri.rstrip("/")
    folder = os.path.join(base, "registrar", "turns")
    path = os.path.join(folder, hashlib.sha256(os.fsencode(name)).hexdigest()[:32])
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        return os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    except OSError:
        return None


def _wait(lock: int) -> None:
    end = time.monotonic() + WAIT
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > end:
                message = "another registrar register of yours is writing to it all the time"
                raise AskError(message) from error
            time.sleep(_STEP)
        except OSError:  # a file system without locks
            return
        else:
            return
