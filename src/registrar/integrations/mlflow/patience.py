"""Limits on what a tracking server may do to whoever asks it: how long, and how much.

MLflow has time limits for single reads alone: a body that drips, or one without an end, passes
them, and a server may ask to be tried again tomorrow.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from registrar.integrations.stalling import Flow, cut
from registrar.ports.others import AskError

MAX_BODY = 64 * 1024 * 1024
"""Bytes of one answer that is no download."""
_CHUNK = 64 * 1024
_RATE = 100
"""Bytes a second, below which a download stands still."""
_PAUSE = 30


class _LateError(BaseException):
    """The time is over; no library may take it for an error of its own."""


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Raise AskError after so many seconds, and cut answers that have no end.

    The time is only kept in the main thread, where the program asks: signals reach no other.
    """
    main = threading.current_thread() is threading.main_thread()

    def ring(number: int, frame: object) -> None:
        raise _LateError

    before = signal.signal(signal.SIGALRM, ring) if main else None
    if main:
        signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        with _short_answers():
            yield
    except _LateError as error:
        message = f"the server of MLflow did not answer within {seconds:g} seconds"
        raise AskError(message) from error
    finally:
        if main:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before or signal.SIG_DFL)


@contextmanager
def flowing(seconds: float) -> Iterator[None]:
    """Raise AskError where hardly anything came for so many seconds; a download may take long.

    Like ``patience`` in the main thread alone. Threads that go on asking lose their connections.
    """
    main, flow = threading.current_thread() is threading.main_thread(), Flow(seconds, _RATE)

    def ring(number: int, frame: object) -> None:
        if flow.stalled():
            raise _LateError

    step = min(1, seconds / 4)
    before = signal.signal(signal.SIGALRM, ring) if main else None
    if main:
        signal.setitimer(signal.ITIMER_REAL, step, step)
    try:
        with _short_answers(), _short_waits():
            yield
    except _LateError as error:
        cut()
        message = f"hardly a byte came from the server of MLflow for {seconds:g} seconds"
        raise AskError(message) from error
    finally:
        if main:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before or signal.SIG_DFL)


@contextmanager
def _short_waits() -> Iterator[None]:
    """Come back after ``_PAUSE`` seconds at most where a server asks to be asked again later."""
    from urllib3.util.retry import Retry

    plain = Retry.get_retry_after

    def pause(self: Retry, response: Any) -> float | None:
        told = plain(self, response)
        return None if told is None else min(told, _PAUSE)

    Retry.get_retry_after = pause  # type: ignore[method-assign]
    try:
        yield
    finally:
        Retry.get_retry_after = plain  # type: ignore[method-assign]


@contextmanager
def _short_answers() -> Iterator[None]:
    """Read every answer that would be read whole up to ``MAX_BODY``.

    The library takes no session of ours, so that the one method through which all answers come is
    replaced meanwhile.
    """
    from requests import Session
    from requests.exceptions import ContentDecodingError

    plain = Session.send

    def send(self: Session, request: Any, **options: Any) -> Any:
        stream = options.pop("stream", False)
        answer = plain(self, request, stream=True, **options)
        if stream:
            return answer
        body = bytearray()
        for block in answer.iter_content(_CHUNK):
            body += block
            if len(body) > MAX_BODY:
                answer.close()
                raise ContentDecodingError("the answer has no end")
        answer._content = bytes(body)
        answer._content_consumed = True
        return answer

    Session.send = send  # type: ignore[method-assign]
    try:
        yield
    finally:
        Session.send = plain  # type: ignore[method-assign]
