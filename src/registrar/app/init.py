"""Making a repository a registry: look at everything, decide everything, write all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from registrar.app.asking import OnEntry
from registrar.app.build_pyz import program_bytes
from registrar.app.next_steps import next_steps
from registrar.app.rulebook import SCHEMA_NAME, read_rulebook
from registrar.app.shipped.deciding import Decision, decide
from registrar.app.shipped.lines import ATTRIBUTES_PATH, changed_by_git
from registrar.app.shipped.owning import GITHUB_PLACES, GITLAB_PLACES, owners_places
from registrar.app.shipped.registry import shipped
from registrar.app.shipped.remembered import (
    READ,
    asks_for_bytes,
    github_event,
    made,
    on_gitlab,
    protected_branch,
    without_github,
)
from registrar.domain.shipping import Adopted, Checkout, Done, Options, Outcome, Shipped, Writing
from registrar.domain.trees import Kind, UnreadableError
from registrar.errors import UsageError
from registrar.ports import Staging, Tree, World, Writer
from registrar.reading.baseline import BASELINE_NAME
from registrar.reading.dvc_config import CONFIG_PATH
from registrar.reading.policy import POLICY_NAME

_MAX_BYTES = 8 * 1024 * 1024
"""Of a file that is there; the largest that is shipped, the program, has a tenth of it."""


@dataclass(frozen=True, slots=True)
class InitRequest:
    """What the command line asks for; ``branch`` is None where git is to say it."""

    branch: str | None = None
    github_event: str | None = None
    """None where the files that are there say it, or nothing does."""
    github: bool = True
    gitlab: bool = False
    remote: bool | None = None
    """Whether to ask for bytes; None where the files that are there say it, or a remote of DVC."""
    owners: tuple[str, ...] = ()
    baseline: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """The repository: its top, what it holds, and what may be done there."""

    top: str
    world: World
    checkout: Checkout
    writer: Writer
    staging: Staging
    below: bool = False
    """True where the current folder is below the top."""


def init(request: InitRequest, place: Place, on_entry: OnEntry | None = None) -> Adopted:
    """Make the repository a registry.

    Raises UsageError for a place that cannot become one, PolicyError for a registrar.toml that is
    not valid, OutputError where something cannot be written; then nothing is.
    """
    tree = _work_tree(place)
    root = read_rulebook(tree, "work-tree").policy.root
    options, branch_from = _options(request, place.checkout, tree, root)
    program = program_bytes()
    files = shipped(options, program)
    existing = read_existing(tree, [*(file.path for file in files), BASELINE_NAME])
    decisions = [decide(file, existing, program) for file in files]
    decisions = [_as_git_does(d, files, existing, root, place.staging) for d in decisions]
    if request.baseline:
        coming = {file.path: file.content for file in files if file.path not in existing}
        decisions.append(_baseline(place.world, root, existing, coming, on_entry))
    writings = [writing for _, writing in decisions if writing is not None]
    if not request.dry_run:
        place.writer.write(writings)
    outcomes = _with_ignored([outcome for outcome, _ in decisions], place.staging)
    adopted = Adopted(
        top=place.top,
        root=root,
        branch=options.branch,
        branch_from=branch_from,
        below=place.below,
        dry_run=request.dry_run,
        outcomes=outcomes,
        next_steps=(),
    )
    steps = next_steps(adopted, options, place.checkout, tree, place.staging)
    return replace(adopted, next_steps=tuple(steps))


def read_existing(tree: Tree, paths: Sequence[str]) -> Mapping[str, bytes]:
    """The bytes of those of the files that are there.

    Raises UsageError where something else stands in the place of a file, or of a folder above it.
    """
    found, faults = {}, []
    for path in paths:
        fault = _fault(tree, path)
        if fault is not None:
            faults.append(fault)
        elif tree.node(path) is not None:
            try:
                found[path] = tree.read(path, _MAX_BYTES)
                if len(found[path]) > _MAX_BYTES:
                    faults.append(f"{path} is larger than {_MAX_BYTES:,} bytes")
            except UnreadableError as error:
                faults.append(f"{path} cannot be read: {error}")
    if faults:
        told = "; ".join(dict.fromkeys(faults))
        raise UsageError(told, "move it away; nothing was written")
    return found


def _fault(tree: Tree, path: str) -> str | None:
    """Why a path cannot be a file of this repository; None where it can."""
    parts = path.split("/")
    for depth in range(1, len(parts)):
        folder = "/".join(parts[:depth])
        node = tree.node(folder)
        if node is None:
            return None
        if node.kind is not Kind.FOLDER:
            return f"{folder} is a {node.kind.value}, and must be a folder for {path}"
        if tree.node(f"{folder}/.git") is not None:
            return f"{folder} is another repository, and {path} belongs into this one"
    node = tree.node(path)
    if node is not None and node.kind is not Kind.FILE:
        return f"{path} is a {node.kind.value}, and must be a file"
    return None


def _work_tree(place: Place) -> Tree:
    if place.world.work_tree is None:
        raise UsageError("this is a bare repository, which has no work tree", "clone it first")
    if place.world.history is None:
        raise UsageError(place.world.history_reason, "mend that, and run it again")
    return place.world.work_tree


def _options(
    request: InitRequest, checkout: Checkout, tree: Tree, root: str
) -> tuple[Options, str]:
    """What is written, and how its branch is known: asked for, as before, or as git says."""
    before = _before(tree)
    branch, branch_from = checkout.branch, checkout.branch_from
    if (said := protected_branch(before)) is not None:
        branch, branch_from = said, "as the ruleset that is here says"
    if request.branch is not None:
        branch, branch_from = request.branch, "--branch"
    places = dict.fromkeys((*GITHUB_PLACES, *GITLAB_PLACES))
    there = {path for path in places if tree.node(path) is not None}
    gitlab = request.gitlab or on_gitlab(before)
    left_out = request.github and request.github_event is None and without_github(before)
    github = request.github and not left_out
    if request.remote and not github:
        hint = "registrar init --remote --github-event pull_request_target"
        raise UsageError("--remote is a workflow of GitHub, which gets nothing here", hint)
    dvc = tree.node(CONFIG_PATH) is not None
    remote = request.remote
    if remote is None:
        remote = asks_for_bytes(before) or (dvc and not made(before))
    options = Options(
        branch=branch,
        root=root,
        github_event=(request.github_event or github_event(before)) if github else None,
        gitlab=gitlab,
        remote=remote and github,
        remote_left_out=github and dvc and not remote and request.remote is None,
        owners=request.owners,
        codeowners=owners_places(there, github, gitlab),
        github_left_out=left_out,
    )
    return options, branch_from


def _before(tree: Tree) -> Mapping[str, bytes]:
    """The files that say how the registry was made; those that are no plain files say nothing."""
    found: dict[str, bytes] = {}
    for path in READ:
        try:
            found.update(read_existing(tree, [path]))
        except UsageError:
            found[path] = b""
    return found


def _baseline(
    world: World,
    root: str,
    existing: Mapping[str, bytes],
    coming: Mapping[str, bytes],
    on_entry: OnEntry | None,
) -> Decision:
    """What fails today, by the policy and schema that are going to be there."""
    from registrar.app.baseline import adopt

    about = "what fails today; it may only shrink"
    if BASELINE_NAME in existing:
        told = "a baseline is made once: it may only shrink"
        return Outcome(BASELINE_NAME, about, Done.KEPT, told), None
    judging = (POLICY_NAME, f"{root}/{SCHEMA_NAME}")
    adoption = adopt(world, {path: coming[path] for path in judging if path in coming}, on_entry)
    left = [f"{f.place.path}: {f.message} ({f.rule})" for f in adoption.left]
    told = "\n".join(["no baseline can excuse these; mend them:", *left[:20]]) if left else ""
    outcome = Outcome(BASELINE_NAME, about, Done.WROTE, told)
    return outcome, Writing(BASELINE_NAME, adoption.text.encode())


def _as_git_does(
    decision: Decision,
    files: Sequence[Shipped],
    existing: Mapping[str, bytes],
    root: str,
    staging: Staging,
) -> Decision:
    """Lines for git that are there are told where git does otherwise all the same."""
    outcome, writing = decision
    if outcome.path != ATTRIBUTES_PATH or outcome.done is not Done.SAME:
        return decision
    (file,) = (file for file in files if file.path == ATTRIBUTES_PATH)
    told = changed_by_git(file, existing[ATTRIBUTES_PATH], root, staging)
    return (replace(outcome, done=Done.BY_HAND, told=told) if told else outcome), writing


def _with_ignored(outcomes: Sequence[Outcome], staging: Staging) -> tuple[Outcome, ...]:
    ignored = staging.ignored([outcome.path for outcome in outcomes])
    return tuple(replace(outcome, ignored=outcome.path in ignored) for outcome in outcomes)
