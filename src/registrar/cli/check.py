"""``registrar check``: the gate."""

from __future__ import annotations

import argparse
from datetime import date

from registrar.cli.console import Progress, painted, talk, tell_fault, write
from registrar.cli.numbers import jobs
from registrar.cli.paths import top_and_paths
from registrar.cli.reports import add_options, each_once, write_reports
from registrar.errors import UsageError, worst
from registrar.formats.escape import escape

SEVERITIES = ("error", "warning", "note")
"""What --format and --fail-on take; what they stand for is imported when something is judged."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "check",
        help="judge entries: the gate",
        description="Judge entries of the registry. Without PATH and --base: all of them.",
        allow_abbrev=False,
    )
    command.add_argument(
        "paths", nargs="*", metavar="PATH", help="an entry, a file in one, or a folder of entries"
    )
    command.add_argument(
        "--base", metavar="REV", help="judge what changed since the merge base with REV, by REV"
    )
    command.add_argument(
        "--base-tip", metavar="REV", help="like --base, against REV itself: for pushes"
    )
    command.add_argument(
        "--head", metavar="REV", help="judge REV instead of the work tree; needs a base"
    )
    command.add_argument(
        "--policy-from", metavar="REV", help="policy, schema and waivers come from REV"
    )
    command.add_argument(
        "--at", metavar="DATE", type=_date, help="judge as on this day (YYYY-MM-DD, UTC)"
    )
    command.add_argument(
        "--fail-on",
        choices=SEVERITIES,
        default="error",
        metavar="SEVERITY",
        help="error (default), warning or note: what makes the check fail",
    )
    command.add_argument(
        "--jobs", metavar="N", type=jobs, help="processes; default: as many as there are cores"
    )
    command.add_argument(
        "--no-cache", action="store_true", help="judge every entry anew, and keep nothing"
    )
    add_options(command)
    command.add_argument(
        "--remote",
        action="store_true",
        help="asks DVC remotes, MLflow and source repositories, too, as the policy allows",
    )
    command.add_argument(
        "--verify-bytes",
        action="store_true",
        help="with --remote: reads every byte on the DVC remotes",
    )
    command.add_argument(
        "--runtime",
        action="store_true",
        help="scans the bytes and runs each model's example in a sandbox, too",
    )
    command.add_argument("--all-phases", action="store_true", help="the same as --remote --runtime")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Judge, print the report, and give its exit code."""
    from registrar.app.asking import CheckRequest
    from registrar.app.check import check
    from registrar.app.comparison import Revisions
    from registrar.app.sources import sources_of
    from registrar.assemble import world_at
    from registrar.domain.findings import Severity
    from registrar.formats.summary import holds_none
    from registrar.formats.table import FORMATS as RENDER

    remote = options.remote or options.all_phases
    if options.verify_bytes and not remote:
        raise UsageError("--verify-bytes needs --remote", "write --remote --verify-bytes")
    each_once(options.report)
    top, paths = top_and_paths(options.paths)
    world = world_at(top, cache=not options.no_cache)
    request = CheckRequest(
        paths=paths,
        revisions=Revisions(options.base, options.base_tip, options.head, options.policy_from),
        at=options.at,
        fail_on=Severity(options.fail_on),
        jobs=options.jobs,
        remote=remote,
        verify_bytes=options.verify_bytes,
        runtime=options.runtime or options.all_phases,
    )
    progress = Progress()
    try:
        report = check(request, world, progress)
    finally:
        progress.end()
    with sources_of(report, world) as sources:
        text = RENDER[options.format](report, sources)
        try:
            write(painted(text) if options.format == "text" else text)
        finally:  # a reader of stdout that went away is no reason to lose a file
            code = write_reports(options.report, lambda name: RENDER[name](report, sources))
    for trace in report.faults[:3]:
        tell_fault(trace)
    for path in report.empty if options.format == "json" else ():
        talk(f"registrar: nothing to check: {escape(holds_none(report, path))}\n")
    return worst((code, report.exit_code))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is no date; write YYYY-MM-DD") from error
