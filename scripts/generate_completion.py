"""Write src/registrar/cli/completion/registrar.{bash,zsh,fish} from the parser, by shtab.

Usage: python scripts/generate_completion.py [--check]

A command or an option needs nothing here: hidden ones stay hidden, choices complete themselves,
and other values complete by the name that ``--help`` shows for them (see ``completers``).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template

import shtab

from registrar.cli.completion import SHELLS
from registrar.cli.main import parser
from registrar.formats.table import FORMATS
from registrar.rules import ALL_RULES

FOLDER = Path(__file__).parent.parent / "src/registrar/cli/completion"
SHELL_FUNCTIONS = Path(__file__).parent / "completion"
BASH_VALUE = """
  local equals=$COMP_CWORD
  if [[ $completing_word == "=" ]]; then completing_word=""; else let "equals -= 1" || :; fi
  if (( equals > 1 )) && [[ ${COMP_WORDS[equals]} == "=" && ${COMP_WORDS[equals-1]} != -* ]]; then
    compopt -o filenames 2>/dev/null || : # bash>=4
    COMPREPLY=()
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(_registrar_files "$completing_word")
    return 0
  fi
"""
BASH_EQUALS = """
    if [[ $this_word == "=" &&
          " ${current_option_strings[@]} " == *" ${COMP_WORDS[word_index-1]} "* ]]; then
      let "current_action_args_start_index += 1"
      let "word_index += 1"
      continue
    fi
"""
BASH_NOSPACE = """
  if [[ ${#COMPREPLY[@]} = 1 && ${COMPREPLY[0]} == *= ]]; then
    compopt -o nospace 2>/dev/null || : # bash>=4
  fi

  return 0
"""
LOAD = {
    "bash": '~/.bashrc:  eval "$(registrar --print-completion bash)"',
    "zsh": '~/.zshrc, below compinit:  eval "$(registrar --print-completion zsh)"',
    "fish": "~/.config/fish/config.fish:  registrar --print-completion fish | source",
}
USAGE = r"# Usage:\n(?:# [^\n]*\n)*?# See also: [^\n]*\n"
MENDED = {
    "bash": (
        # names of every script by shtab; one by another version must not replace ours
        (r"\b_shtab_(?=compgen|replace)|\b_(?=set_)", "_registrar_"),
        # readline makes three words of --base=main, and of FORMAT=FILE
        (r'(?<=local completing_word="\$\{COMP_WORDS\[COMP_CWORD\]\}")\n', BASH_VALUE),
        (r'(?<=local this_word="\$\{COMP_WORDS\[\$word_index\]\}")\n', BASH_EQUALS),
        # --report sarif=FILE
        (r"\n  return 0\n(?=\}\n\ncomplete )", BASH_NOSPACE),
    ),
    "zsh": (
        (r"== eval (?=\]\])", "== (eval|file) "),  # "source <(registrar …)" is good, too
        (r'"\(\*\)::', '"*:'),  # all arguments of PATH…, not the first alone
        (r"(?<=[a-z])\[(?=[^\[\n]*\]:\w)", "=["),  # --base=main beside --base main
    ),
}
"""What is mended in what shtab writes: a pattern, and what stands in its place."""

Completer = dict[str, str]


def function(name: str) -> Completer:
    """The shell function of a name; ``scripts/completion/functions.*`` define them."""
    return {"bash": name, "zsh": name, "fish": f"({name})"}


FILES = {"bash": "_registrar_files", "zsh": "_files", "fish": shtab.FILE["fish"]}
REVISIONS = function("_registrar_revisions")
BRANCHES = function("_registrar_branches")
REPORTS = function("_registrar_reports")
FORMAT_NAMES, RULE_NAMES = tuple(sorted(FORMATS)), tuple(rule.name for rule in ALL_RULES)


def completers(command: str, action: argparse.Action) -> Completer | tuple[str, ...] | None:
    """How the value of an argument is completed: by a function, by words, or not at all."""
    if (command, action.dest) == ("init", "branch"):
        return BRANCHES
    if (command, action.dest) == ("rules", "name"):
        return RULE_NAMES
    by_metavar: Mapping[object, Completer | tuple[str, ...]] = {
        **{"PATH": FILES, "FILE": FILES, "DIR": FILES, "ARTIFACT": FILES},
        **{"REV": REVISIONS, "FORMAT": FORMAT_NAMES, "FORMAT=FILE": REPORTS},
    }
    return by_metavar.get(action.metavar)


def every_action(
    part: argparse.ArgumentParser, command: str = ""
) -> Iterator[tuple[str, argparse.Action]]:
    """Each argument with the name of its command."""
    for action in part._actions:
        yield command, action
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield from every_action(inner, name)


def script(shell: str) -> str:
    """The script of one shell."""
    top = parser()
    for command, action in every_action(top):
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                inner.description = None  # the help of a command is the shorter text
        elif action.choices is None and action.nargs != 0:
            how = completers(command, action)
            if isinstance(how, tuple):
                action.choices = how
            elif how is not None:
                action.complete = how  # type: ignore[attr-defined] # where shtab looks for it
    functions = (SHELL_FUNCTIONS / f"functions.{shell}").read_text(encoding="utf-8")
    preamble = Template(functions).substitute(formats=" ".join(FORMAT_NAMES))
    written = shtab.complete(top, shell, preamble={shell: preamble})
    for what, new in (USAGE, f"# Its line in {LOAD[shell]}\n"), *MENDED.get(shell, ()):
        written, count = re.subn(what, lambda _, new=new: new, written)
        if count == 0:
            raise SystemExit(f"generate_completion: shtab does not write {what!r} any more")
    return re.sub(r"[ \t]+$", "", written, flags=re.MULTILINE).rstrip("\n") + "\n"


def main(argv: list[str]) -> int:
    """Write the scripts, or with ``--check`` compare them."""
    texts = {FOLDER / f"registrar.{shell}": script(shell) for shell in SHELLS}
    if "--check" in argv:
        old = [p for p, text in texts.items() if not p.is_file() or p.read_text("utf-8") != text]
        for path in old:
            print(f"{path.name}: differs: run this script")
        return 1 if old else 0
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
