"""Is the gate in force here: asks every question of ``doctoring`` and gathers the lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from registrar.app.build_pyz import program_bytes
from registrar.app.doctoring import (
    attributes,
    committed,
    dvc,
    gitlab,
    hooks,
    judges,
    other_workflows,
    owners,
    program,
    receiving,
    registry,
    server,
    tools,
)
from registrar.app.doctoring import clone as clones
from registrar.app.doctoring import remote_workflow as remote_workflows
from registrar.app.doctoring import workflow as workflows
from registrar.app.doctoring.scene import Question, Scene, raw_of
from registrar.app.shipped.github import RULESET_PATH, WORKFLOW_PATH
from registrar.app.shipped.gitlab import PIPELINE_PATH
from registrar.app.shipped.registry import shipped
from registrar.domain.clones import Clone, Remote
from registrar.domain.diagnosis import Diagnosis, Line, Topic
from registrar.domain.forges import Access
from registrar.domain.policy import BUILT_IN
from registrar.domain.shipping import Options
from registrar.domain.trees import UnreadableError
from registrar.errors import GitError, OutputError
from registrar.ports import Forge, LocalGit, Machine, Tree, World
from registrar.reading.card_profiles import PROFILES
from registrar.reading.documents import Flaw
from registrar.reading.policy import POLICY_NAME, read_policy
from registrar.reading.workflows import Workflow, read_workflow
from registrar.rules import RULE_NAMES

_CHECKS: tuple[tuple[Topic, Callable[[Scene], Iterator[Line]]], ...] = (
    (Topic.REGISTRY, registry.root),
    (Topic.REGISTRY, registry.policy),
    (Topic.REGISTRY, registry.schema),
    (Topic.REGISTRY, registry.waivers),
    (Topic.REGISTRY, registry.baseline),
    (Topic.REGISTRY, registry.template),
    (Topic.REGISTRY, registry.plugins),
    (Topic.REGISTRY, committed.committed),
    (Topic.REGISTRY, committed.merged),
    (Topic.PROGRAM, program.program),
    (Topic.PROGRAM, program.companions),
    (Topic.WORKFLOW, workflows.workflow),
    (Topic.WORKFLOW, other_workflows.others),
    (Topic.WORKFLOW, workflows.ruleset_file),
    (Topic.WORKFLOW, remote_workflows.remote_workflow),
    (Topic.WORKFLOW, gitlab.pipeline),
    (Topic.OWNERS, owners.owners),
    (Topic.FORGE, judges.judges),
    (Topic.FORGE, receiving.pre_receive),
    (Topic.HOOKS, hooks.pre_commit),
    (Topic.CLONE, clones.repository),
    (Topic.CLONE, attributes.attributes),
    (Topic.CLONE, clones.whole),
    (Topic.DVC, dvc.dvc),
    (Topic.TOOLS, tools.tools),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """The repository to look at, and the ways to look."""

    top: str
    world: World
    local_git: LocalGit | None
    """None where the world has no history."""
    machine: Machine
    access_to: Callable[[Remote], Access]
    connect: Callable[[Access], Forge]
    announce: Callable[[str], None]
    """Is told whom the doctor is about to ask."""
    offline: bool = False


def diagnose(visit: Visit) -> Diagnosis:
    """Ask everything; a diagnosis without lines where there is no registry."""
    tree = _tree(visit.world)
    try:
        return _diagnosis(visit, _scene(visit, tree))
    finally:
        tree.close()


def _diagnosis(visit: Visit, scene: Scene) -> Diagnosis:
    if not (scene.has_policy or scene.here(scene.root) or scene.here(WORKFLOW_PATH)):
        return Diagnosis(scene.root, ())
    lines = [line for topic, check in _CHECKS for line in _asked(topic, check, scene)]
    try:
        talked_to, online = _online(visit, scene)
    except Exception as error:  # an answer nobody thought of must not hide what was found here
        talked_to, online = None, [_broken(Topic.FORGE, error)]
    order = list(Topic)
    lines = sorted([*lines, *online], key=lambda line: order.index(line.topic))
    return Diagnosis(scene.root, tuple(lines), talked_to)


def _asked(topic: Topic, check: Callable[[Scene], Iterator[Line]], scene: Scene) -> Iterator[Line]:
    """The lines of one check; what it cannot read is a line, and the others are asked."""
    try:
        yield from check(scene)
    except (UnreadableError, GitError) as error:
        yield _readable(topic).unseen(str(error))
    except Exception as error:  # a file that was made to break one check must not hide the others
        yield _broken(topic, error)


def _readable(topic: Topic) -> Question:
    return Question(f"{topic.value.replace(' ', '-')}-readable", topic)


def _broken(topic: Topic, error: Exception) -> Line:
    """A fault of this program: what it was about was not looked at."""
    reason = f"{type(error).__name__}: {error}"[:200]
    text = f"a check of this topic broke, so that it did not look: {reason}"
    return _readable(topic).unseen(text, "look at the topic's files for yourself, and report it")


def _online(visit: Visit, scene: Scene) -> tuple[str | None, list[Line]]:
    """What the server says, or why nobody asked it."""
    asked = server.SERVER
    remote = scene.remote
    if visit.offline:
        skipped = Question(asked.name, asked.topic, counts=False)
        return None, [skipped.unseen("the server was not asked: --offline", "leave it out")]
    if scene.clone is None:
        return None, []
    if remote is None:
        if scene.clone.bare:
            return None, []
        many = (
            f" ({', '.join(scene.clone.remotes)}: none is upstream)" if scene.clone.remotes else ""
        )
        told = f"this clone has no remote{many}, so that no server is known to judge"
        return None, [asked.unseen(told, "git remote add origin <url>")]
    if remote.is_local:
        return None, []  # receiving.pre_receive has looked
    access = visit.access_to(remote)
    if access.base is None:
        return None, [asked.unseen(f"{remote.url}: {access.reason}", _elsewhere(scene))]
    if access.token is None:
        return None, [asked.unseen(f"{access.base}: {access.reason}", access.hint)]
    if remote.slug is None:
        return None, [
            asked.unseen(f"{remote.url} names no repository of a GitHub", "git remote -v")
        ]
    repository = "/".join(remote.slug)
    visit.announce(f"asking {access.base} about {repository}")
    return access.base, list(server.ask(visit.connect(access), repository, scene))


def _elsewhere(scene: Scene) -> str:
    """What to look at on a server whose API is not asked."""
    if scene.gitlab:
        return (
            "look at the project: pipelines must succeed, the default branch is protected without "
            "force push, code owners approve, and CI configuration comes from another project"
        )
    return "ask its administrator: is hooks/pre-receive there, and does it run registrar?"


def _tree(world: World) -> Tree:
    if world.work_tree is not None:
        return world.work_tree
    if world.history is None:
        raise GitError(f"nothing can be read: {world.history_reason}", "run it in a repository")
    head = world.history.resolve("HEAD")
    return world.history.tree(head) if head else world.history.empty_tree()


def _scene(visit: Visit, tree: Tree) -> Scene:
    clone = visit.local_git.facts() if visit.local_git is not None else None
    raw, policy = None, BUILT_IN
    flaws: tuple[Flaw, ...] = ()
    try:
        raw = raw_of(tree, POLICY_NAME)
        read, flaws = read_policy(raw, RULE_NAMES, PROFILES) if raw is not None else (None, ())
        policy = read or BUILT_IN
    except UnreadableError as error:
        flaws = (registry.unreadable(error),)
    remote = clone.remote if clone is not None else None
    flow = _workflow(tree)
    github = flow is not None or tree.node(RULESET_PATH) is not None or _is_github(remote)
    gitlab_here = any(tree.node(path) for path in (PIPELINE_PATH, gitlab.CI_PATH))
    gitlab_here = gitlab_here or "gitlab" in ((remote.host if remote else None) or "")
    built = _built()
    options = Options(
        _branch(clone), policy.root, _event(flow), gitlab=True, codeowners=(), remote=True
    )
    files = {file.path: file for file in shipped(options, built)}
    return Scene(
        tree=tree,
        clone=clone,
        git_reason=visit.world.history_reason,
        local_git=visit.local_git,
        history=visit.world.history,
        machine=visit.machine,
        plugins=visit.world.plugins,
        top=visit.top,
        policy=policy,
        policy_flaws=flaws,
        has_policy=raw is not None or bool(flaws),
        workflow=flow,
        shipped=files,
        program=built,
        github=github,
        gitlab=gitlab_here,
        today=visit.world.clock.today(),
    )


def _workflow(tree: Tree) -> Workflow | None:
    try:
        raw = raw_of(tree, WORKFLOW_PATH)
    except UnreadableError as error:
        return Workflow(read_workflow(b"").document, (registry.unreadable(error),))
    return read_workflow(raw) if raw is not None else None


def _is_github(remote: Remote | None) -> bool:
    host = (remote.host if remote is not None else None) or ""
    return host in ("github.com", "ssh.github.com") or host.endswith(".ghe.com")


def _branch(clone: Clone | None) -> str:
    return (clone.default_branch if clone is not None else None) or "main"


def _event(flow: Workflow | None) -> str:
    """The event for which the workflow was written."""
    triggers = flow.triggers if flow is not None else {}
    only_other = "pull_request" in triggers and "pull_request_target" not in triggers
    return "pull_request" if only_other else "pull_request_target"


def _built() -> bytes:
    try:
        return program_bytes()
    except OutputError:  # a package that cannot be read whole: nothing is compared with it then
        return b""
