"""What a person does after ``registrar init``."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from registrar.app.selection import entries_of
from registrar.app.shipped import github, gitlab
from registrar.app.shipped.github_remote import (
    ENVIRONMENT,
    MERGED_ENVIRONMENT,
    REMOTE_WORKFLOW_PATH,
    SECRET_PREFIX,
)
from registrar.app.shipped.program import (
    PROGRAM_PATH,
    REMOTE_REQUIREMENTS_PATH,
    REQUIREMENTS_PATH,
    SCRIPT_PATH,
)
from registrar.app.shipped.remembered import EVENTS
from registrar.domain.shipping import Adopted, Checkout, Done, Options
from registrar.domain.trees import Kind
from registrar.ports import Staging, Tree
from registrar.reading.baseline import BASELINE_NAME
from registrar.reading.policy import POLICY_NAME

_VENDORED = (PROGRAM_PATH, SCRIPT_PATH, REQUIREMENTS_PATH, REMOTE_REQUIREMENTS_PATH)
_CHANGED = (Done.WROTE, Done.ADDED, Done.UPDATED)
_MINE = ".vscode/"
"""Where git ignores these, a person wanted it so."""


def next_steps(
    adopted: Adopted, options: Options, checkout: Checkout, tree: Tree, staging: Staging
) -> Iterator[str]:
    """The steps that are still to be done, in order."""
    if adopted.below:
        yield f"go to the top of the repository:\ncd {shlex.quote(adopted.top)}"
    yield from _take_ours(adopted, options)
    yield from _by_hand(adopted)
    yield from _owners(adopted, options)
    if any(o.path == POLICY_NAME and o.done is Done.WROTE for o in adopted.outcomes):
        told = f"read {POLICY_NAME} and change it to what you want: licences, formats, metrics"
        if any(o.path == BASELINE_NAME and o.done is Done.WROTE for o in adopted.outcomes):
            told += (
                "; the baseline lists what fails by it as it is now: after a change, and before "
                f"you commit,\nrm {BASELINE_NAME} && registrar init --baseline"
            )
        yield told
    yield from _baseline(adopted, tree, staging)
    yield from _commit(adopted, checkout, staging)
    if options.github_event is not None:
        yield (
            f"when it is on {options.branch}, make the gate required (once, as an administrator):\n"
            f"{github.install_ruleset_line()}"
        )
    yield from _bytes(options)
    if options.github_left_out:
        yield (
            "GitHub gets nothing, as when this registry was made; for the gate on GitHub, too:\n"
            f"registrar init --github-event {EVENTS[0]}"
        )
    if options.gitlab:
        yield (
            f"when it is on {options.branch}, protect that branch on GitLab and turn on "
            "Settings > Merge requests > Pipelines must succeed"
        )
    hook = "pre-commit install --install-hooks"
    yield f"in each clone, judge on commit (needs the network once):\n{hook}"
    if tree.node(".dvc") is None:
        yield "for models above 10 MiB:\ndvc init && dvc remote add --default storage <URL>"
    yield "see whether the gate is in force:\nregistrar doctor"


def _bytes(options: Options) -> Iterator[str]:
    """What lets the workflow ask for bytes, or what writes it."""
    branch = options.branch
    if options.remote:
        yield (
            "let the bytes be proved (once, as an administrator): name the remotes in "
            f"{POLICY_NAME}, [network] dvc_remotes; make the environments {ENVIRONMENT} (required "
            f"reviewers; branches {branch} and gh-readonly-queue/{branch}/*) and "
            f"{MERGED_ENVIRONMENT} (branch {branch} alone); give both credentials that only read, "
            "as the workflow names them; for S3:\n"
            f"gh secret set --env {MERGED_ENVIRONMENT} {SECRET_PREFIX}AWS_ACCESS_KEY_ID\n"
            f"gh secret set --env {MERGED_ENVIRONMENT} {SECRET_PREFIX}AWS_SECRET_ACCESS_KEY"
        )
    if options.remote_left_out:
        yield (
            "bytes on DVC remotes are not proved before a merge; for the workflow that asks for "
            "them:\nregistrar init --remote"
        )


def _baseline(adopted: Adopted, tree: Tree, staging: Staging) -> Iterator[str]:
    """A baseline comes with the first policy; later the gate takes it for one that grew."""
    done = {o.path: o.done for o in adopted.outcomes}
    first = done.get(POLICY_NAME) is Done.WROTE or bool(staging.uncommitted([POLICY_NAME]))
    entries = [n for n in entries_of(tree, adopted.root) if _is_folder(tree, adopted.root, n)]
    if not first and done.get(BASELINE_NAME) is Done.WROTE:
        yield (
            f"{POLICY_NAME} was committed before: the gate refuses {BASELINE_NAME} as one that "
            "grew; merge it before the gate is required, or past it as an administrator"
        )
    elif first and entries and BASELINE_NAME not in done and tree.node(BASELINE_NAME) is None:
        count = f"{len(entries)} entries are" if len(entries) > 1 else "1 entry is"
        yield (
            f"{count} there already: see what fails with registrar check, and list that before "
            "you commit, as no baseline can come later:\nregistrar init --baseline"
        )


def _is_folder(tree: Tree, root: str, name: str) -> bool:
    node = tree.node(f"{root}/{name}")
    return node is not None and node.kind is Kind.FOLDER


def _take_ours(adopted: Adopted, options: Options) -> Iterator[str]:
    differ = [o.path for o in adopted.outcomes if o.done is Done.DIFFERS]
    program = [path for path in differ if path in _VENDORED]
    if program:
        yield (
            "to take the program of this version, remove the old files and run init again; "
            f"{POLICY_NAME} follows:\nrm {shlex.join(program)} && registrar init"
        )
    whole = [path for path in differ if path not in _VENDORED and not path.startswith(".pre-")]
    if whole:
        yield (
            "these are not as this version ships them; keep your edits, or take ours:\n"
            f"rm {shlex.join(whole)} && {shlex.join(_again(whole, adopted, options))}"
        )
    hook = [path for path in differ if path.startswith(".pre-")]
    if hook:
        yield f"in {hook[0]}, put the hook registrar-check as shown above in place of the old one"


def _again(removed: list[str], adopted: Adopted, options: Options) -> Iterator[str]:
    """The command that writes removed files as they were asked for: they alone may say it."""
    yield from ("registrar", "init")
    if github.RULESET_PATH in removed:
        yield from ("--branch", adopted.branch)
    if options.github_event is not None and github.WORKFLOW_PATH in removed:
        yield from ("--github-event", options.github_event)
    if REMOTE_WORKFLOW_PATH in removed:
        yield "--remote"
    if gitlab.PIPELINE_PATH in removed:
        yield "--gitlab"


def _by_hand(adopted: Adopted) -> Iterator[str]:
    paths = [o.path for o in adopted.outcomes if o.done is Done.BY_HAND]
    if paths:
        yield f"do by hand what is shown above for {', '.join(paths)}"


def _owners(adopted: Adopted, options: Options) -> Iterator[str]:
    written = [
        o.path for o in adopted.outcomes if o.path in options.codeowners and o.done in _CHANGED
    ]
    if written and not options.owners:
        yield (
            "name who must approve a change of the gate (a team with write access); until then "
            f"{written[0]} names nobody:\nregistrar init --owner @your-org/your-team"
        )


def _commit(adopted: Adopted, checkout: Checkout, staging: Staging) -> Iterator[str]:
    ours = adopted.outcomes
    open_ = staging.uncommitted([o.path for o in ours])
    open_ |= {o.path for o in ours if o.done is Done.BY_HAND}  # edited by now
    if adopted.dry_run:
        open_ |= {o.path for o in ours if o.done in _CHANGED}
    wanted = [o for o in ours if o.path in open_ and not (o.ignored and o.path.startswith(_MINE))]
    if not wanted:
        return
    force = "--force " if any(o.ignored for o in wanted) else ""
    paths = shlex.join(o.path for o in wanted)
    where = f"push it to {adopted.branch}"
    if checkout.current != adopted.branch:
        where = f"merge it into {adopted.branch}"
    yield (
        f"commit the gate alone and {where} first; models come in changes of their own after it:\n"
        f"git add {force}-- {paths}\n"
        'git commit --message "Make this repository a model registry"'
    )
