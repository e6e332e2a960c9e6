"""The vendored program of a registry, and the two lines of its policy that name it."""

from __future__ import annotations

import hashlib
import re
import tomllib

from registrar import __version__

PROGRAM_PATH = "scripts/registrar.pyz"
SCRIPT_PATH = "scripts/validate_model_metadata.py"
REQUIREMENTS_PATH = "scripts/registrar-requirements.txt"
REMOTE_REQUIREMENTS_PATH = "scripts/registrar-remote-requirements.txt"
_PIN = re.compile(r"^([A-Za-z0-9._-]+==[^\s\\;]+)", re.MULTILINE)


def program_table(program: bytes) -> str:
    """The table of registrar.toml that names a program."""
    digest = hashlib.sha256(program).hexdigest()
    return f'[program]\nversion = "{__version__}"\nsha256 = "{digest}"\n'


def named_in(policy: bytes) -> dict[str, object] | None:
    """What a policy says of its program; None where it says nothing or is not valid TOML."""
    try:
        said = tomllib.loads(policy.decode("utf-8")).get("program")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return None
    return said if isinstance(said, dict) and said.keys() == {"version", "sha256"} else None


def renamed_in(policy: bytes, program: bytes) -> bytes | None:
    """The policy with its two lines about the program following a new one.

    None where that cannot be proved to change nothing else: the old values must each stand once
    in the text, quoted, and the new text must mean what the old one meant but for them.
    """
    old, new = named_in(policy), named_in(program_table(program).encode())
    if old is None or new is None:
        return None
    head, mark, table = policy.decode("utf-8").rpartition("[program]")
    for key in ("version", "sha256"):
        before, after = f'{key} = "{old[key]}"', f'{key} = "{new[key]}"'
        if table.count(before) != 1:
            return None
        table = table.replace(before, after)
    text = head + mark + table
    meant = tomllib.loads(policy.decode("utf-8")) | {"program": new}
    try:
        proved = tomllib.loads(text) == meant
    except tomllib.TOMLDecodeError:
        return None
    return text.encode("utf-8") if proved else None


def pins(requirements: str) -> tuple[str, ...]:
    """The pinned libraries of a locked requirements file, ``name==version``."""
    return tuple(_PIN.findall(requirements))
