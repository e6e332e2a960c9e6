"""``registrar add``: makes an entry of a file or a folder."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from registrar.cli.console import Progress, talk, write
from registrar.errors import UnansweredError, UsageError, worst
from registrar.formats.escape import escape

if TYPE_CHECKING:
    from registrar.app.adding.service import Added
    from registrar.domain.adding import Wanted


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "add",
        help="make an entry of a model, all or nothing",
        description="Make a complete entry of a model file or folder. What can be known is filled "
        "in, what cannot is asked on a terminal; nothing is invented and nothing is overwritten.",
        allow_abbrev=False,
    )
    command.add_argument(
        "artifact", metavar="ARTIFACT", nargs="?", help="the model: a file or a folder"
    )
    command.add_argument(
        "--from-mlflow", metavar="RUN_ID", help="in its place: the model that an MLflow run logged"
    )
    command.add_argument("--tracking-uri", help="where the run is; default: MLFLOW_TRACKING_URI")
    command.add_argument("--name", required=True, help="name of the model")
    command.add_argument("--version", required=True, help="version of the entry, as in 1.0.0")
    for option, text in (
        ("--license", "licence of the weights, an SPDX expression"),
        ("--dataset-name", "name of the dataset; default: the stem of its first file"),
        ("--dataset-version", "version of the dataset"),
        ("--dataset-license", "licence of the dataset, an SPDX expression"),
        ("--source-repository", "repository of the training code; default: this one"),
        ("--source-commit", "its commit, a full hash; default: HEAD"),
        ("--source-path", "the training script in that repository"),
        ("--task", "what the model does, as in tabular-classification"),
        ("--owner", "who answers for the model: an address or a name"),
        ("--dvc-remote", "the DVC remote; default: DVC's own"),
    ):
        command.add_argument(option, help=text)
    command.add_argument(
        "--dataset",
        action="append",
        default=[],
        metavar="[SPLIT=]PATH",
        help="a file that the model learned from or was measured on; may be given again",
    )
    command.add_argument(
        "--dataset-manifest", metavar="PATH|URL", help="a manifest that is there already"
    )
    command.add_argument("--metrics", metavar="FILE", help="what was measured, as JSON")
    command.add_argument("--card", metavar="FILE", help="the model card; default: the template")
    command.add_argument(
        "--dvc",
        action=argparse.BooleanOptionalAction,
        help="behind DVC or in git; default: by the policy's max_in_git",
    )
    command.add_argument("--push", action="store_true", help="dvc push, and look that it arrived")
    command.add_argument("--yes", action="store_true", help="ask nothing")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the entry, then judge it; the exit code is that of check."""
    from registrar.app.adding.service import add, add_run
    from registrar.assemble import shop_at, top_here
    from registrar.ports.others import AskError

    top = top_here(".")
    if top is None:
        raise UsageError("this is no registry", "registrar init makes it one")
    progress = Progress("copied {done:,} of {total:,} bytes")
    ask = None if options.yes or not sys.stdin.isatty() else _ask
    run_id, uri = options.from_mlflow, options.tracking_uri or os.environ.get("MLFLOW_TRACKING_URI")
    if (options.artifact is None) == (run_id is None):
        raise UsageError("one model is asked for", "name ARTIFACT, or --from-mlflow RUN_ID")
    shop, wanted = shop_at(top, ask, progress), _wanted(options)
    try:
        if run_id is not None:
            added = add_run(run_id, uri, wanted, shop)
        else:
            added = add(os.path.abspath(options.artifact), wanted, shop)
    except AskError as error:
        raise UnansweredError(
            f"the run cannot be fetched: {error}", "nothing was changed"
        ) from error
    finally:
        progress.end()
    write(f"added {escape(added.path)}\n")
    code = 0
    if options.push and added.pointer is not None:
        code = _push(top, added)
    verdict = _judge(top, added, remote=options.push and code == 0)
    write("".join(_next(added, verdict, pushed=options.push and code == 0)))
    return worst((code, verdict))


def _wanted(options: argparse.Namespace) -> Wanted:
    from registrar.domain.adding import Wanted

    fields = (
        *("name", "version", "license", "dataset_name", "dataset_version", "dataset_license"),
        *("dataset_manifest", "metrics", "card", "source_repository", "source_commit"),
        *("source_path", "task", "owner", "dvc", "dvc_remote"),
    )
    values = {field: getattr(options, field) for field in fields}
    return Wanted(**values, datasets=tuple(map(_dataset, options.dataset)))


def _dataset(text: str) -> tuple[str | None, str]:
    split, equals, path = text.partition("=")
    return (split, path) if equals and "/" not in split else (None, text)


def _ask(question: str) -> str | None:
    talk(f"{question}: ")
    return sys.stdin.readline() or None


def _push(top: str, added: Added) -> int:
    from registrar.assemble import dvc_at

    try:
        dvc_at(top).push(added.pointer or "", added.remote)
    except UnansweredError as error:
        talk(f"registrar: {escape(error.message)}\n  = hint: {escape(error.hint)}\n")
        return error.exit_code
    return 0


def _next(added: Added, verdict: int, pushed: bool) -> Iterator[str]:
    """What to type now, in order."""
    path, steps = shlex.quote(added.path), []
    if verdict:
        steps.append(f"mend what is told above, then registrar check {path}")
    steps.append(f"git add -- {path} && git commit --message {shlex.quote(added.message)}")
    if added.pointer is not None and not pushed:
        push = f"dvc push {shlex.quote(added.pointer)}"
        steps.append(f"{push} && registrar check --remote {path}")
    yield "\nnext:\n"
    yield from (f" {number}. {step}\n" for number, step in enumerate(steps, start=1))


def _judge(top: str, added: Added, remote: bool) -> int:
    """``registrar check`` of the new entry, as it is printed there; after a push its bytes, too."""
    from registrar.app.check import CheckRequest, check
    from registrar.app.sources import sources_of
    from registrar.assemble import world_at
    from registrar.formats.text import render

    world = world_at(top, fresh=added.written)
    report = check(CheckRequest(paths=(added.path,), remote=remote), world)
    with sources_of(report, world) as sources:
        write(render(report, sources))
    return report.exit_code
