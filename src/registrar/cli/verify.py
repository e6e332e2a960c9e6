"""``registrar verify``: recomputes every digest and size of an artifact."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator

from registrar.cli.console import Progress, painted, write
from registrar.cli.numbers import jobs
from registrar.errors import EXIT_FINDINGS, EXIT_INCOMPLETE, EXIT_NOTHING, UsageError, worst
from registrar.formats.escape import escape

_CODES = {"pass": 0, "fail": EXIT_FINDINGS, "incomplete": EXIT_INCOMPLETE}


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "verify",
        help="recompute every digest and size of an artifact",
        description="Read every byte of an artifact and hold it against what its entry records: "
        "in the work tree, in DVC's cache, on the DVC remote, or in a folder that was downloaded. "
        "Asks nobody without --remote.",
        allow_abbrev=False,
    )
    command.add_argument(
        "targets",
        nargs="+",
        metavar="REF|PATH",
        help="wine, wine:1.2.0, sha256:<digest>, an entry, or a folder of entries",
    )
    command.add_argument(
        "--remote", action="store_true", help="read what lies behind pointers on the DVC remote"
    )
    command.add_argument("--jobs", type=jobs, metavar="N", help="files read at a time")
    command.add_argument(
        "--format",
        choices=("json", "text"),
        default="text",
        help="how it is printed; default: text",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Verify each target; the worst of them is the exit code."""
    from registrar.app.verifying.service import verify
    from registrar.assemble import place_at
    from registrar.formats.verified import as_json, text

    progress, done = Progress("read {done:,} bytes"), 0

    def tell(size: int) -> None:
        nonlocal done
        done += size
        progress(done, done)

    answers = []
    try:
        for folder in dict.fromkeys(_folders(options.targets)):
            place = place_at(folder, folder, options.remote)
            answers.append(verify(place, options.jobs, tell))
    finally:
        progress.end()
    code = worst(_CODES[answer.verdict] for answer in answers) if answers else EXIT_NOTHING
    write(as_json(answers, code) if options.format == "json" else painted(text(answers)))
    return code


def _folders(targets: list[str]) -> Iterator[str]:
    """The folder of each entry; raises UsageError for what is neither path nor reference."""
    from registrar.reading.entry import METADATA_NAMES

    for target in targets:
        if not os.path.lexists(target):
            yield _named(target)
            continue
        folder = target.rstrip("/") or target
        if not os.path.isdir(folder):
            raise UsageError(f"{escape(target)} is no folder", "name the folder of the entry")
        if any(os.path.lexists(os.path.join(folder, name)) for name in METADATA_NAMES):
            yield folder
            continue
        inner = sorted(os.path.join(folder, name) for name in os.listdir(folder))
        held = [
            path
            for path in inner
            if any(os.path.isfile(os.path.join(path, name)) for name in METADATA_NAMES)
        ]
        if not held:
            hint = f"an entry has {METADATA_NAMES[0]}"
            raise UsageError(f"{escape(target)} holds no entry", hint)
        yield from held


def _named(ref: str) -> str:
    from registrar.app.references import entry_named
    from registrar.app.rulebook import read_rulebook
    from registrar.assemble import top_here, world_at

    top = top_here(".")
    tree = world_at(top).work_tree if top is not None else None
    if top is None or tree is None:
        raise UsageError(f"there is no {escape(ref)}", "name a folder, or run it in a registry")
    root = read_rulebook(tree, "work-tree").policy.root
    return os.path.relpath(os.path.join(top, root, entry_named(ref, tree, root)))
