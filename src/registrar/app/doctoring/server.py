"""The server that takes changes: is the gate required there, and who may go around it."""

from __future__ import annotations

from collections.abc import Iterator

from registrar.app.doctoring.environments import environments
from registrar.app.doctoring.protection import Protection, Required, Source, protection_of
from registrar.app.doctoring.scene import Question, Scene, shortened
from registrar.app.shipped.github import ACTIONS_APP, CHECK_NAME, install_ruleset_line
from registrar.domain.diagnosis import Line, Topic
from registrar.domain.forges import Answer
from registrar.domain.metadata import mapping, text
from registrar.ports import Forge

_BRANCH = Question("default-branch", Topic.FORGE)
_REQUIRED = Question("check-required", Topic.FORGE)
_BYPASS = Question("bypass", Topic.FORGE)
_OWNERS = Question("owners-review", Topic.FORGE)
_STALE = Question("stale-approvals", Topic.FORGE)
_REQUESTS = Question("pull-request-required", Topic.FORGE)
_FORCE = Question("force-push", Topic.FORGE)
_DELETION = Question("deletion", Topic.FORGE)
_FRESH = Question("up-to-date", Topic.FORGE, counts=False)
SERVER = Question("server", Topic.FORGE)
PUBLIC_API = "https://api.github.com"


def ask(forge: Forge, repository: str, scene: Scene) -> Iterator[Line]:
    """All lines about a repository on a GitHub."""
    about = forge.get(f"/repos/{repository}")
    branch = text(mapping(about.data).get("default_branch")) if about.good else None
    if branch is None:
        yield SERVER.unseen(*_why(about, repository))
        return
    yield from _branch(branch, scene)
    found = protection_of(forge, repository, branch)
    good = _good_checks(found, forge)
    yield _required(found, good, branch)
    yield from _bypass(found, good)
    questions = (
        (_OWNERS, found.owners, *_OWNED),
        (_STALE, found.stale, "a push takes approvals back", "an approval outlives later pushes"),
        (
            *(_REQUESTS, found.requests, f"changes of {branch} come by pull request"),
            f"{branch} can be pushed to without a pull request",
        ),
        (
            *(_FORCE, found.linear, f"nobody pushes to {branch} with force"),
            f"{branch} can be pushed to with force",
        ),
        (_DELETION, found.kept, f"nobody deletes {branch}", f"{branch} can be deleted"),
        (_FRESH, found.fresh, *_CHECKED),
    )
    for asked, sources, so, not_so in questions:
        yield _stated(asked, sources, (so, not_so), found.unseen)
    yield from environments(forge, repository, branch, found, scene)


_OWNED = ("code owners must approve changes of their files", "code owners need not approve changes")
_CHECKED = (
    "a merge waits for a check of what is merged",
    "a check may be older than what it is merged into",
)


def _why(answer: Answer, repository: str) -> tuple[str, str]:
    """Why the repository itself could not be read, and what would help."""
    if answer.status == 401:
        return f"{answer.reason}: the token is not valid", "gh auth login, or another GH_TOKEN"
    if answer.status == 404:
        hint = f"a token that may read {repository}, if that is the repository (git remote -v)"
        return f"{answer.reason}: there is no {repository} that this token may see", hint
    if answer.status == 403:
        return f"{answer.reason}: refused, or too many questions", "wait, or use another token"
    reason = answer.reason or "the answer names no default branch"
    return reason, "look at the network, and run registrar doctor again"


def _branch(branch: str, scene: Scene) -> Iterator[Line]:
    known = scene.clone.default_branch if scene.clone is not None else None
    if known != branch:
        name = scene.remote.name if scene.remote is not None else "origin"
        told = f"the default branch is {branch} there, and this clone takes it for {known}"
        yield _BRANCH.fails(told, f"git remote set-head {name} --auto, then registrar doctor again")
    else:
        yield _BRANCH.holds(f"the default branch is {branch}")


def _good_checks(found: Protection, forge: Forge) -> list[Required]:
    """The required checks that are ours, and that GitHub Actions alone can report."""
    named = [check for check in found.checks if check.context == CHECK_NAME]
    pinned = [check for check in named if check.app is not None]
    app = _actions_app(forge) if pinned else None
    return [check for check in pinned if check.app == app]


def _actions_app(forge: Forge) -> int | None:
    """The number of GitHub Actions, which is known for github.com and asked for elsewhere."""
    if forge.base == PUBLIC_API:
        return ACTIONS_APP
    number = mapping(forge.get("/apps/github-actions").data).get("id")
    return number if type(number) is int else None


def _required(found: Protection, good: list[Required], branch: str) -> Line:
    if good:
        return _REQUIRED.holds(f"{CHECK_NAME} is required on {branch} by {good[0].source.name}")
    if found.unseen:
        return _REQUIRED.unseen("; ".join(found.unseen), _RIGHTS)
    named = [check for check in found.checks if check.context == CHECK_NAME]
    if named and all(check.app is None for check in named):
        told = f"{CHECK_NAME} is required, from any source: whoever may set a status fakes it"
        return _REQUIRED.fails(told, "choose GitHub Actions as the source of the check")
    if named:
        apps = ", ".join(str(check.app) for check in named)
        told = f"{CHECK_NAME} is required from app {apps}, which is not known as GitHub Actions"
        return _REQUIRED.fails(told, "choose GitHub Actions as the source of the check")
    others = sorted({check.context for check in found.checks})
    rest = f"; required are: {', '.join(others)}" if others else ""
    told = f"{CHECK_NAME} is not required on {branch}: a red change can be merged{rest}"
    return _REQUIRED.fails(told[:300], install_ruleset_line())


_RIGHTS = "a token of an administrator, with the permission Administration: read"


def _bypass(found: Protection, good: list[Required]) -> Iterator[Line]:
    """Who is exempt from the check, or from the owners' review; only where these are in force."""
    guarded = (
        ("the check", [check.source for check in good]),
        ("the review by owners", list(found.owners)),
    )
    exempt: list[str] = []
    hidden: list[str] = []
    for what, sources in guarded:
        if not sources or any(source.bypass == () for source in sources):
            continue
        unknown = [source for source in sources if source.bypass is None]
        if unknown:
            hidden.append(f"{unknown[0].name}: {unknown[0].reason}")
        else:
            exempt += [f"{who}, from {what} by {s.name}" for s in sources for who in s.bypass or ()]
    if exempt:
        fix = "empty the bypass list; in an emergency, switch the ruleset off where all see it"
        yield _BYPASS.fails("somebody may go around the gate", fix, shortened(exempt))
    if hidden:
        told = "; ".join(dict.fromkeys(hidden))
        yield _BYPASS.unseen(f"who may go around the gate: {told}", _RIGHTS)
    elif not exempt and good:
        yield _BYPASS.holds("nobody may go around the gate")


def _stated(
    asked: Question, sources: tuple[Source, ...], said: tuple[str, str], unseen: tuple[str, ...]
) -> Line:
    if sources:
        return asked.holds(f"{said[0]} ({sources[0].name})")
    if unseen:
        return asked.unseen(f"whether {said[0]}: {'; '.join(unseen)}", _RIGHTS)
    return asked.fails(said[1], install_ruleset_line())
