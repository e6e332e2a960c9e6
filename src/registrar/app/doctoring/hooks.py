"""The hook on this laptop, which is a convenience."""

from __future__ import annotations

from collections.abc import Iterator

from registrar.app.doctoring.program import as_shipped
from registrar.app.doctoring.scene import Question, Scene
from registrar.app.shipped.hooks import HOOKS_PATH, hooks_fault
from registrar.app.shipped.registry import standing
from registrar.domain.diagnosis import Line, Topic
from registrar.domain.shipping import Standing

_CONFIGURED = Question("pre-commit", Topic.HOOKS, HOOKS_PATH, counts=False)
_INSTALLED = Question("pre-commit-installed", Topic.HOOKS, counts=False)


def pre_commit(scene: Scene) -> Iterator[Line]:
    """The entry is in the configuration, and the hook is in git."""
    raw = scene.raw(HOOKS_PATH)
    fault = hooks_fault(raw) if raw is not None else None
    if fault:
        text = f"{HOOKS_PATH}: {fault}, so that its hooks were not read"
        yield _CONFIGURED.unseen(text, "look for yourself: it must have the entry of Registrar")
        yield from _installed(scene)
        return
    shipped = scene.shipped[HOOKS_PATH]
    there = Standing.ABSENT if raw is None else standing(shipped, raw)
    if there is Standing.DIFFERS:
        yield as_shipped(_CONFIGURED, scene)
    elif there is not Standing.SAME:
        text = f"{HOOKS_PATH} has no entry of Registrar: commits are not judged on the way in"
        yield _CONFIGURED.fails(text, "registrar init")
        return
    else:
        yield _CONFIGURED.holds(f"{HOOKS_PATH} has the entry of Registrar")
    yield from _installed(scene)


def _installed(scene: Scene) -> Iterator[Line]:
    if scene.clone is not None and scene.clone.bare:
        return  # nobody commits there
    if scene.local_git is None or scene.clone is None:
        yield _INSTALLED.unseen(f"the hook of git: {scene.git_reason}")
        return
    hook = scene.local_git.hook("pre-commit")
    configured = scene.clone.hooks_path
    if hook is None and configured is not None:
        text = f"core.hooksPath is {configured}, and no pre-commit lies there"
        fix = "git config --unset core.hooksPath && pre-commit install, or call it from there"
        yield _INSTALLED.fails(text, fix)
    elif hook is None:
        yield _INSTALLED.fails("the hook is not installed in this clone", "pre-commit install")
    elif not hook.executable:
        yield _INSTALLED.fails(f"{hook.path} is not executable", f"chmod +x {hook.path}")
    elif "pre-commit" not in hook.text and "pre_commit" not in hook.text:
        text = f"{hook.path} is another hook, which does not call pre-commit"
        yield _INSTALLED.fails(text, "pre-commit install keeps it and calls both")
    else:
        yield _INSTALLED.holds("the hook is installed in this clone")
