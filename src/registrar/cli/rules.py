"""``registrar rules``: the rules, or one of them explained."""

from __future__ import annotations

import argparse

from registrar.cli.console import talk, write
from registrar.cli.options import add_format
from registrar.errors import UsageError
from registrar.formats.escape import escape


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "rules", help="list the rules, or explain one", allow_abbrev=False
    )
    command.add_argument("name", nargs="?", metavar="NAME", help="a rule to explain")
    add_format(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the list, or the page of one rule."""
    from registrar.app.known_rules import known_rules
    from registrar.app.rule_pages import as_list, listing, page
    from registrar.assemble import top_here, world_at
    from registrar.formats.dumping import dumps
    from registrar.reading.nearest import nearest

    every, plugins = known_rules(world_at(top_here(".") or "."))
    for item in plugins.missing:
        talk(f"registrar: {escape(item.rule)}, which the policy names: {escape(item.reason)}\n")
    chosen = [rule for rule in every if options.name in (None, rule.name)]
    if not chosen:
        names = [rule.name for rule in every]
        guess = nearest(options.name, names)
        hint = f"did you mean {guess}?" if guess else "registrar rules lists them all"
        raise UsageError(f"there is no rule {options.name}", hint)
    if options.format == "json":
        write(dumps(as_list(chosen)) + "\n")
    elif options.name is None:
        write(listing(chosen))
    else:
        write(page(chosen[0]))
    return 0
