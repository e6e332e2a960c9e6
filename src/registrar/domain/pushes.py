"""What a git server is told of a push, and what its own configuration says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Update:
    """One line of a pre-receive hook's input: a ref moves from ``old`` to ``new``."""

    old: str
    new: str
    ref: str

    @property
    def creates(self) -> bool:
        """Tell a new ref."""
        return not self.old.strip("0")

    @property
    def deletes(self) -> bool:
        """Tell a ref that goes away."""
        return not self.new.strip("0")


@dataclass(frozen=True, slots=True)
class Server:
    """What the server's repository and its own configuration say, before the push."""

    head: str
    """The ref of the default branch, which need not be there yet; empty where HEAD is detached."""
    refs: Sequence[str]
    """Patterns of further judged refs, such as ``refs/heads/release/*`` or ``release/*``."""
    gate_changes_allowed: bool
    known: Mapping[str, str]
    """Every ref that is there, to the ref that it stands for: itself, or a symbolic ref's aim."""

    def judges(self, ref: str) -> bool:
        """Tell whether updates of a ref are judged, under whatever name it is pushed."""
        names = {ref, self.known.get(ref, ref)}
        names |= {other for other, aim in self.known.items() if aim == ref}
        patterns = [*self.refs, *(f"refs/heads/{pattern}" for pattern in self.refs)]
        return self.head in names or any(fnmatchcase(n, p) for n in names for p in patterns)

    @property
    def is_new(self) -> bool:
        """Tell a repository in which no judged ref is there yet."""
        return not any(map(self.judges, self.known))
