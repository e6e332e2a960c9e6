"""What a repository that takes pushes says about its gate."""

from __future__ import annotations

from collections.abc import Iterable

from registrar.domain.pushes import Server
from registrar.integrations.git.process import Git


def read_server(git: Git, pushed: Iterable[str] = ()) -> Server:
    """HEAD, the refs that are there, and the settings ``registrar.*`` of a server's repository.

    ``pushed`` are the refs of a push: a symbolic one may lead to a ref that is not there yet.
    """

    def said(*arguments: str) -> str:
        return (git.run(*arguments) or b"").decode("utf-8", "surrogateescape").strip()

    listed = said("for-each-ref", "--format=%(refname) %(symref)")
    known = {ref: aim or ref for ref, _, aim in (ln.partition(" ") for ln in listed.splitlines())}
    for ref in pushed:
        known.setdefault(ref, said("symbolic-ref", "--quiet", "--", ref))
    return Server(
        head=said("symbolic-ref", "--quiet", "HEAD"),
        refs=tuple(said("config", "--get-all", "registrar.refs").split()),
        gate_changes_allowed=said("config", "--get", "registrar.gateChanges") == "allow",
        known={ref: aim for ref, aim in known.items() if aim},
    )
