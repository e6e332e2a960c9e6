"""``registrar add``: makes an entry of a file or a folder."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from registrar.cli.console import Progress, talk, write
from registrar.errors import MissingFactsError, UnansweredError, UsageError, worst
from registrar.formats.escape import escape

if TYPE_CHECKING:
    from registrar.app.adding.service import Added
    from registrar.domain.adding import Wanted
    from registrar.domain.report import Report


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
    command.add_argument("--name", help="name of the model")
    command.add_argument("--version", help="version of the entry, as in 1.0.0")
    for option, text in (
        ("--license", "licence of the weights, an SPDX expression"),
        ("--dataset-name", "name of the dataset; default: the stem of its one file"),
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
        help="a file or folder that the model learned from or was measured on; may be given again",
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
    from registrar.assemble import top_here

    top = top_here(".")
    if top is None:
        raise UsageError("this is no registry", "registrar init makes it one")
    if (options.artifact is None) == (options.from_mlflow is None):
        raise UsageError("one model is asked for", "name ARTIFACT, or --from-mlflow RUN_ID")
    added = _added(top, options)
    write(f"added {escape(added.path)}\n")
    for note in added.notes:
        talk(f"note: {escape(note)}\n")
    if options.push and added.pointer is None:
        talk("note: nothing to push: the artifact stays in git; --dvc puts it behind DVC\n")
    code, was_there = 0, False
    if options.push and added.pointer is not None:
        was_there = _is_there(top, added)
        code = _push(top, added)
    pushed = options.push and code == 0
    report = _judge(top, added, pushed, was_there)
    write("".join(_next(top, added, report, pushed)))
    return worst((code, report.exit_code))


def _added(top: str, options: argparse.Namespace) -> Added:
    from registrar.app.adding.service import add, add_run
    from registrar.assemble import shop_at
    from registrar.ports.others import AskError

    progress = Progress("read {done:,} of {total:,} bytes")
    asked = not options.yes and sys.stdin.isatty() and sys.stderr.isatty()
    shop, wanted = shop_at(top, _ask if asked else None, progress), _wanted(options)
    uri = options.tracking_uri or os.environ.get("MLFLOW_TRACKING_URI")
    try:
        if options.from_mlflow is not None:
            return add_run(options.from_mlflow, uri, wanted, shop)
        return add(os.path.abspath(options.artifact), wanted, shop)
    except MissingFactsError as error:
        words = " ".join((*_typed(options), *error.words))
        hint = f"registrar add {words}"
        raise MissingFactsError(error.message, error.words, hint) from error
    except AskError as error:
        message = f"the run cannot be fetched: {error}"
        raise UnansweredError(message, "nothing was changed") from error
    finally:
        progress.end()


_FIELDS = (
    *("name", "version", "license", "dataset_name", "dataset_version", "dataset_license"),
    *("dataset_manifest", "metrics", "card", "source_repository", "source_commit"),
    *("source_path", "task", "owner", "dvc", "dvc_remote"),
)


def _typed(options: argparse.Namespace) -> Iterator[str]:
    """The arguments as they were given, but for their order and what may be secret."""
    from registrar.domain.addresses import without_secrets

    if options.artifact is not None:
        yield shlex.quote(options.artifact)
    for field in ("from_mlflow", "tracking_uri", *_FIELDS):
        value, option = getattr(options, field), f"--{field.replace('_', '-')}"
        if isinstance(value, bool):
            yield option if value else f"--no-{field}"
        elif value is not None:
            yield f"{option} {shlex.quote(without_secrets(value))}"
    yield from (f"--dataset {shlex.quote(told)}" for told in options.dataset)
    yield from (f"--{flag}" for flag in ("push", "yes") if getattr(options, flag))


def _wanted(options: argparse.Namespace) -> Wanted:
    from registrar.domain.adding import Wanted, split_and_path

    values = {field: getattr(options, field) for field in _FIELDS}
    values |= {field: values[field] or "" for field in ("name", "version")}
    return Wanted(**values, datasets=tuple(map(split_and_path, options.dataset)))


def _ask(question: str) -> str | None:
    """One line of a terminal; None at its end (Ctrl-D)."""
    talk("\n".join(map(escape, question.split("\n"))) + ": ")
    try:
        answer = sys.stdin.readline()
    except UnicodeDecodeError:
        return ""  # asked again
    if not answer:
        talk("\n")
    return answer or None


def _push(top: str, added: Added) -> int:
    from registrar.assemble import dvc_at

    try:
        dvc_at(top).push(added.pointer or "", added.remote)
    except UnansweredError as error:
        talk(f"registrar: {escape(error.message)}\n  = hint: {escape(error.hint)}\n")
        return error.exit_code
    return 0


def _next(top: str, added: Added, report: Report, pushed: bool) -> Iterator[str]:
    """What to type now, in order."""
    from registrar.app.adding.following import After, steps
    from registrar.assemble import writer_at
    from registrar.formats.steps import numbered

    here = os.path.realpath(".")
    after = After(added, report, pushed, os.path.realpath(top), here)
    yield "\nnext:\n"
    yield from (f"{line}\n" for line in numbered(steps(after, writer_at(top)[1])))


def _is_there(top: str, added: Added) -> bool:
    """Tell whether something of these names lies on the remote: DVC does not push it again."""
    from registrar.app.asking import CheckRequest
    from registrar.app.check import check
    from registrar.assemble import world_at

    report = check(CheckRequest(paths=(added.path,), remote=True), world_at(top))
    return "artifact-remote" not in {finding.rule for finding in report.findings}


def _judge(top: str, added: Added, pushed: bool, was_there: bool) -> Report:
    """``registrar check`` of the new entry, as it is printed there.

    After a push the remote is asked for its bytes, and what was there before is read.
    """
    from registrar.app.asking import CheckRequest
    from registrar.app.check import check
    from registrar.app.sources import sources_of
    from registrar.assemble import world_at
    from registrar.formats.text import render

    world = world_at(top, fresh=added.written)
    request = CheckRequest(paths=(added.path,), remote=pushed, verify_bytes=pushed and was_there)
    report = check(request, world)
    with sources_of(report, world) as sources:
        write(render(report, sources))
    return report
