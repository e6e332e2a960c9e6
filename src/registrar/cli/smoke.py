"""``registrar smoke``: loads a model in a sandbox, runs its example, compares."""

from __future__ import annotations

import argparse

from registrar.cli.console import painted, write
from registrar.cli.options import add_format, add_targets
from registrar.errors import EXIT_FINDINGS, EXIT_INCOMPLETE, EXIT_NOTHING, UsageError, worst

_EPILOG = """exit codes: 0 passes   1 does not load, run or reproduce   2 no such entry
  4 it could not be tried
docs/smoke.md says what it proves, and what it does not"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "smoke",
        help="load a model in a sandbox and run its example",
        description="Load a model in a sandbox without network, files or other processes, run the "
        "example that its metadata names as smoke_test, and compare.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_targets(command)
    command.add_argument(
        "--record", action="store_true", help="write what the model gives as the expected output"
    )
    command.add_argument(
        "--overwrite", action="store_true", help="with --record: also where there is one already"
    )
    add_format(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Try each target; the worst of them is the exit code."""
    from registrar.app.smoking.identity import with_identity
    from registrar.app.smoking.recording import record
    from registrar.app.smoking.service import smoke
    from registrar.assemble import smoke_tools, subject_at, writer_of
    from registrar.cli.targets import folders
    from registrar.domain.smoking import Smoke
    from registrar.formats.smoked import as_json, text

    if options.overwrite and not options.record:
        raise UsageError("--overwrite goes with --record", "registrar smoke --help")
    codes = dict.fromkeys((Smoke.PASSES, Smoke.RECORDED, Smoke.KEPT), 0)
    codes[Smoke.UNCHECKED] = EXIT_INCOMPLETE
    tools, answers = smoke_tools(), []
    found = list(dict.fromkeys(folders(options.targets)))
    several = len(found) > 1
    for folder in found:
        subject = subject_at(folder)
        if options.record:
            answers.append(record(subject, tools, writer_of(folder), options.overwrite, several))
        else:
            answers.append(with_identity(subject, smoke(subject, tools)))
    ends = [codes.get(answer.answer, EXIT_FINDINGS) for answer in answers]
    code = worst(ends) if ends else EXIT_NOTHING
    write(as_json(answers, code) if options.format == "json" else painted(text(answers)))
    return code
