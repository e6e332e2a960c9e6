"""The gate of a plain git server, where one can be looked at from here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from registrar.app.doctoring.scene import Question, Scene
from registrar.domain.clones import Hook
from registrar.domain.diagnosis import Line, State, Topic
from registrar.domain.findings import Severity
from registrar.domain.pushes import Server
from registrar.domain.trees import UnreadableError
from registrar.errors import GitError
from registrar.reading.server_hook import Shape, shape_of

_HOOK = Question("pre-receive", Topic.FORGE)
_BRANCH = Question("pre-receive-branch", Topic.FORGE)
_CHANGES = Question("pre-receive-changes", Topic.FORGE)
_PAGE = "docs/git_server.md of Registrar says how to install it"


@dataclass(frozen=True, slots=True)
class _Receiver:
    """A repository that takes pushes, and that can be looked at."""

    where: str
    hook: Hook | None
    server: Server
    branch: str | None
    """The branch that this clone takes for the default; None in the repository itself."""


def pre_receive(scene: Scene) -> Iterator[Line]:
    """The hook of this repository where it is bare, or of a remote that is a folder."""
    found = _receiver(scene)
    if found is None:
        return
    yield _judged(found.hook, found.where)
    if found.hook is not None:
        yield _branch(found.server, found.branch, found.where)
        yield _changes(found.server, found.where)


def refuses_gate_changes(scene: Scene) -> str | None:
    """Where changes go, if its hook is proved to refuse those of the gate; otherwise None.

    Not where this clone or repository has to do with a server besides, which may merge by itself.
    """
    level = scene.policy.severity.get("gate-intact", Severity.ERROR)
    if scene.clone is None or scene.clone.servers or level != Severity.ERROR:
        return None
    try:
        found = _receiver(scene)
    except (UnreadableError, GitError):  # told by pre_receive
        return None
    if found is None:
        return None
    told = (
        _judged(found.hook, found.where),
        _branch(found.server, found.branch, found.where),
        _changes(found.server, found.where),
    )
    return found.where if all(line.state is State.HOLDS for line in told) else None


def _receiver(scene: Scene) -> _Receiver | None:
    if scene.local_git is None or scene.clone is None:
        return None
    remote, git = scene.clone.remote, scene.local_git
    if scene.clone.bare:
        return _Receiver("this repository", git.hook("pre-receive"), git.server(None), None)
    if remote is None or not remote.is_local:
        return None
    hook = git.hook_of(remote, "pre-receive")
    return _Receiver(remote.path, hook, git.server(remote), scene.clone.default_branch)


def _judged(hook: Hook | None, where: str) -> Line:
    if hook is None:
        return _HOOK.fails(f"{where} has no hook pre-receive: every push gets in", _PAGE)
    if not hook.executable:
        text = f"{hook.path} is not executable, so git does not run it"
        return _HOOK.fails(text, f"chmod +x {hook.path}")
    shape = shape_of(hook.text)
    if shape is Shape.ANOTHER:
        return _HOOK.fails(f"{hook.path} does not run registrar hook pre-receive", _PAGE)
    if shape is Shape.UNKNOWN:
        text = (
            f"{hook.path} names registrar hook pre-receive, and is written in another way than "
            "is known here: whether it refuses what registrar refuses cannot be told"
        )
        fix = (
            "#!/bin/sh, then exec /opt/registrar/bin/python -I -m registrar hook pre-receive alone"
        )
        return _HOOK.unseen(text, f"{fix}; {_PAGE}")
    return _HOOK.holds(f"{where} judges every push by its hook pre-receive")


def _branch(server: Server, branch: str | None, where: str) -> Line:
    """The branch that takes changes is one that the hook judges."""
    heads = [ref for ref in server.known if ref.startswith("refs/heads/")]
    wanted = f"refs/heads/{branch}" if branch is not None else server.head
    fix = f"on the server: git symbolic-ref HEAD {wanted or 'refs/heads/main'}"
    if not server.head and not server.refs:
        return _BRANCH.fails(f"HEAD of {where} names no branch, so that nothing is judged", fix)
    if branch is not None and not server.judges(wanted):
        text = f"{where} judges {' '.join([server.head, *server.refs]).strip()}, and not {wanted}"
        return _BRANCH.fails(text, fix)
    if heads and not any(map(server.judges, heads)):
        text = f"HEAD of {where} names {server.head}, which is not there: {heads[0]} is not judged"
        return _BRANCH.fails(text, f"on the server: git symbolic-ref HEAD {heads[0]}")
    return _BRANCH.holds(
        f"{where} names {wanted or ' '.join(server.refs)} as what its hook is to judge"
    )


def _changes(server: Server, where: str) -> Line:
    if server.gate_changes_allowed:
        text = f"registrar.gateChanges of {where} is allow: a push may change the gate itself"
        return _CHANGES.fails(text, "on the server: git config --unset registrar.gateChanges")
    return _CHANGES.holds(f"registrar.gateChanges of {where} is off")
