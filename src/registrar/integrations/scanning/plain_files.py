"""Files that hold no container: text, trees as text, code, and what nobody knows."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from registrar.domain.formats import is_data
from registrar.domain.scanning import UNKNOWN, Trouble
from registrar.integrations.scanning.parts import Judge, Part
from registrar.integrations.scanning.streams import BLOCK
from registrar.integrations.scanning.ubjson import UbjsonError, check_ubjson
from registrar.integrations.scanning.words import dangerous, unread
from registrar.reading.sniffing.source import Source, TruncatedError

_CODE = frozenset(
    {
        *("py", "pyc", "pyd", "pyi", "pyw", "pyx", "ipynb", "so", "dll", "dylib", "exe", "sh"),
        *("bash", "bat", "cmd", "ps1", "js", "mjs", "ts", "jar", "class", "rb", "pl", "lua", "r"),
        *("c", "cc", "cpp", "cu", "pth.py", "jl", "wasm", "php", "vbs"),
    }
)
_UBJSON = frozenset(b"{" + bytes([code]) for code in b"LlIiU$#")
_AS_JSON = 'write it again: booster.save_model("model.json")'
_TAG = re.compile(rb"!!python/|tag:yaml\.org,2002:python/")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def is_text(part: Part) -> bool:
    """Tell whether all of it is UTF-8 without control characters."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    part.stream.seek(0)
    left = part.size
    try:
        while left > 0:
            block = part.stream.read(min(BLOCK, left))
            if not block:
                return False
            left -= len(block)
            if _CONTROL.search(decoder.decode(block, final=left == 0)):
                return False
    except UnicodeDecodeError:
        return False
    return True


def look_unknown(judge: Judge, part: Part) -> Iterator[Trouble]:
    """Text is data, unless its name or its first line makes it a program."""
    base = part.name.rpartition("/")[2]
    if base == "MLmodel":
        from registrar.integrations.scanning.headers.mlflow_folder import look

        names = judge.pickles.allowlist
        yield from look(part.stream, part.size, part.beside or {}, names.called | names.held)
        return
    part.stream.seek(0)
    script = part.stream.read(2) == b"#!"
    if script or base.rpartition(".")[2].lower() in _CODE:
        yield dangerous(
            "it is code, which nothing here can judge: dangerous unless waived",
            "keep code out of the artifact, or waive it",
        )
    elif is_text(part):
        if _python_in_yaml(part):
            yield dangerous(
                "YAML with !!python tags: yaml.unsafe_load runs what they name",
                "write plain values",
            )
    elif is_data(part.name):
        yield unread("its name says text, which it is not", "write it again as UTF-8")
    else:
        yield UNKNOWN


def _python_in_yaml(part: Part) -> bool:
    """Tell whether a text names objects of Python by YAML's tags."""
    part.stream.seek(0)
    kept, left = b"", part.size
    while left > 0 and (block := part.stream.read(min(BLOCK, left))):
        left -= len(block)
        if _TAG.search(kept + block):
            return True
        kept = block[-64:]
    return False


def look_trees(judge: Judge, part: Part) -> Iterator[Trouble]:
    """Boosted trees as XGBoost and LightGBM write them: numbers and names, no code."""
    part.stream.seek(0)
    try:
        if part.stream.read(2) in _UBJSON:
            check_ubjson(Source(part.stream, part.size))
        elif not is_text(part):
            yield unread("an old binary form of XGBoost's, which is not read", _AS_JSON)
    except UbjsonError as error:
        yield unread(f"UBJSON with {error}", _AS_JSON)
    except TruncatedError:
        yield unread("UBJSON that is broken off", _AS_JSON)
