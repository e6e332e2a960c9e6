"""What a DVC remote was found to hold of one output of an entry."""

from __future__ import annotations

from dataclasses import dataclass

from registrar.domain.remotes import Lookup, ObjectName
from registrar.domain.trees import UnreadableError
from registrar.reading.artifact import Content
from registrar.reading.pointers import Out


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file of an output; ``path`` is relative to the entry.

    ``size`` in bytes is what the pointer or ``files`` says, None where neither does. ``content``
    is None where the bytes were not asked for, or are not there.
    """

    path: str
    name: ObjectName
    size: int | None
    found: Lookup
    content: Content | UnreadableError | None = None


@dataclass(frozen=True, slots=True)
class RemoteOut:
    """One output: where it was looked for, and what is there."""

    out: Out
    remote: str
    """The name of the DVC remote; "" where nothing names one."""
    blocked: str = ""
    """Why the remote was not asked, or did not tell; "" where it did."""
    gone: bool = False
    """True where the list of a folder is not on the remote."""
    fault: str = ""
    """What is wrong with the list of a folder."""
    files: tuple[RemoteFile, ...] = ()

    def untold(self, reason: str) -> str:
        """Why the remote that was asked did not tell, with its name."""
        return f"asked for on the DVC remote {self.remote}: {reason}"
