"""The gate of a plain git server, where one can be looked at from here."""

from __future__ import annotations

from collections.abc import Iterator

from registrar.app.doctoring.scene import Question, Scene
from registrar.domain.clones import Hook
from registrar.domain.diagnosis import Line, State, Topic
from registrar.domain.pushes import Server
from registrar.reading.server_hook import Shape, shape_of

_HOOK = Question("pre-receive", Topic.FORGE)
_BRANCH = Question("pre-receive-branch", Topic.FORGE)
_CHANGES = Question("pre-receive-changes", Topic.FORGE)
_PAGE = "docs/git_server.md of Registrar says how to install it"


def pre_receive(scene: Scene) -> Iterator[Line]:
    """The hook of this repository where it is bare, or of a remote that is a folder."""
    if scene.local_git is None or scene.clone is None:
        return
    remote = scene.clone.remote
    if scene.clone.bare:
        where, hook = "this repository", scene.local_git.hook("pre-receive")
        server, branch = scene.local_git.server(None), None
    elif remote is not None and remote.is_local:
        where, hook = remote.path, scene.local_git.hook_of(remote, "pre-receive")
        server, branch = scene.local_git.server(remote), scene.clone.default_branch
    else:
        return
    yield _judged(hook, where)
    if hook is not None:
        yield _branch(server, branch, where)
        yield _changes(server, where)


def refuses_gate_changes(scene: Scene) -> str | None:
    """Where changes go, if its hook is proved to refuse those of the gate; otherwise None."""
    remote = scene.remote
    if scene.local_git is None or scene.clone is None or remote is None or not remote.is_local:
        return None
    hook = scene.local_git.hook_of(remote, "pre-receive")
    if hook is None or _judged(hook, remote.path).state is not State.HOLDS:
        return None
    server = scene.local_git.server(remote)
    judged = server.judges(f"refs/heads/{scene.clone.default_branch}")
    return remote.path if judged and not server.gate_changes_allowed else None


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
