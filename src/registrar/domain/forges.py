"""What the API of a forge answered, and where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: ``data`` with status 200, otherwise why there is none."""

    status: int | None
    """None where no answer came."""
    data: Any = None
    reason: str = ""
    """In a person's words, for every answer but a good one."""

    @property
    def good(self) -> bool:
        """Tell an answer that can be used."""
        return self.status == 200


@dataclass(frozen=True, slots=True)
class Access:
    """Whom to ask about a remote, and with what; the token is never shown."""

    base: str | None
    """The address of the API; None where the remote is no GitHub that is known here."""
    token: str | None = None
    reason: str = ""
    """Why nothing can be asked."""
    hint: str = ""

    def __repr__(self) -> str:
        return f"Access({self.base!r}, token={'***' if self.token else None})"
