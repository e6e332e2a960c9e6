"""Real shells that are asked what they would complete, in a folder, with our script loaded."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from environments import call

BASH = """
source "$1"
line=$2
COMP_WORDS=(${line//=/ = })          # as readline splits it: "=" is a word of its own
if [[ $line == *' ' ]]; then COMP_WORDS+=(''); fi
COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
COMPREPLY=()
compopt() { :; }                     # it works inside a real completion only
_shtab_registrar
printf '%s\\n' "${COMPREPLY[@]}"
"""

ZSH = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
wait_for() { zpty -r -m shell said "*$1*" || exit 3 }
zpty -w shell "stty -echo; PROMPT= RPROMPT=; cd ${(q)PWD}; source ${(q)1}; print -r RE''ADY"
wait_for READY
zpty -n -w shell "$2"$'\t'
wait_for $'\x02'
print -r -- "${${said#*$'\x01'}%%$'\x02'*}"
zpty -d shell
"""

ZSH_SIDE = r"""
unset zle_bracketed_paste
autoload -Uz compinit && compinit -u -D
source SCRIPT
zstyle ':completion:*' verbose no
bindkey '^I' complete-word
first_mark() { print -n $'\x01' }
last_mark() { print -n $'\x02' }
compprefuncs=(first_mark) comppostfuncs=(last_mark)
compadd() {
  if [[ ${@[1,(i)(-|--)]} != *-[OAD]\ * ]]; then  # those only ask which words would do
    local -a words
    builtin compadd -A words "$@"
    if (( $#words )); then print -rl -- $words; fi
  fi
  builtin compadd "$@"
}
"""

FISH = """
source $argv[1]
complete -C $argv[2]
"""


def completed(shell: str, script: Path, line: str, folder: Path) -> list[str]:
    """The words that a shell offers at the end of a line; sorted, each once."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    harness = {"bash": BASH, "zsh": ZSH, "fish": FISH}[shell]
    loaded = script
    if shell == "zsh":
        loaded = script.with_name("side.zsh")
        loaded.write_text(ZSH_SIDE.replace("SCRIPT", f"{script}"), encoding="utf-8")
    words = [harness, "test", loaded, line] if shell != "fish" else [harness, loaded, line]
    flags = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    done = call(shell, *flags, "-c", *words, cwd=folder, TERM="dumb")
    assert (done.returncode, done.stderr) == (0, ""), done
    found = (line.partition("\t")[0].strip("\r") for line in done.stdout.splitlines())
    return sorted(set(filter(None, found)))


def good_syntax(shell: str, script: Path) -> None:
    """Let the shell read a script without running it."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    subprocess.run([shell, "-n", script], check=True)
