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
from registrar.reading.sniffing.trees import sniff_lightgbm, sniff_xgboost

_CODE = frozenset(
    {
        *("py", "pyc", "pyd", "pyi", "pyw", "pyx", "ipynb", "so", "dll", "dylib", "exe", "sh"),
        *("bash", "bat", "cmd", "ps1", "js", "mjs", "ts", "jar", "class", "rb", "pl", "lua", "r"),
        *("c", "cc", "cpp", "cu", "jl", "wasm", "php", "vbs", "pyo", "zsh", "fish", "ksh", "csh"),
        *("cjs", "jsx", "tsx", "psm1", "wsf", "hta", "command", "desktop"),
    }
)
_UBJSON = frozenset(b"{" + bytes([code]) for code in b"LlIiU$#")
_AS_JSON = 'write it again: booster.save_model("model.json")'
_END_OF_TREES = re.compile(rb"\n(?:end of trees|feature[ _]importances:)\r?\n")
"""What LightGBM writes behind its trees; before version 3 the importances alone."""
_TAG = re.compile(rb"(?:!!|tag:yaml\.org,2002:)([a-zA-Z0-9%]{6,18})/|(?:^|\n)(%TAG)[ \t]+!")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_OLD_JOBLIB = re.compile(rb"ZF[0-9A-Fa-fxX_ ]{18}")
"""What joblib wrote before 0.10, and still reads: the length of a compressed pickle."""
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


def name_decides(name: str) -> bool:
    """Tell whether a name says more of a text than its content does: programs, and MLmodel."""
    return name.rpartition("/")[2].lower() == "mlmodel" or _is_code(name)


def _is_code(name: str) -> bool:
    stem, _, extension = name.rpartition("/")[2].rpartition(".")
    return bool(stem) and extension.lower() in _CODE


def look_unknown(judge: Judge, part: Part) -> Iterator[Trouble]:
    """Text is data, unless its name or its first line makes it a program."""
    base = part.name.rpartition("/")[2]
    if base.lower() == "mlmodel":  # one name on some systems
        from registrar.integrations.scanning.headers.mlflow_folder import look

        names = judge.pickles.allowlist
        yield from look(part.stream, part.size, part.beside or {}, names.called | names.held)
        return
    part.stream.seek(0)
    head = part.stream.read(32)
    if _OLD_JOBLIB.match(head):
        yield dangerous(
            "a compressed pickle in a form that joblib reads, and nothing here does",
            "write it again with joblib.dump",
        )
    elif head.startswith(b"#!") or _is_code(base):
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
    found = (match for window in _windows(part) for match in _TAG.findall(window))
    return any(directive or _spelled(name) == b"python" for name, directive in found)


def _windows(part: Part) -> Iterator[bytes]:
    """All of it in blocks, each with the last 64 bytes of the one before."""
    part.stream.seek(0)
    kept, left = b"", part.size
    while left > 0 and (block := part.stream.read(min(BLOCK, left))):
        left -= len(block)
        yield kept + block
        kept = block[-64:]


def _spelled(name: bytes) -> bytes:
    """A name in a tag, which may be written with percent signs."""
    return _PERCENT.sub(lambda found: bytes([int(found[1], 16)]), name).lower()


def _trees_end(part: Part) -> bool:
    """Tell whether a text is XGBoost's JSON to its last brace, or has all trees of LightGBM's."""
    source = Source(part.stream, part.size)
    if sniff_lightgbm(source) is None:
        return sniff_xgboost(source) is not None
    return any(_END_OF_TREES.search(window) for window in _windows(part))


def look_trees(judge: Judge, part: Part) -> Iterator[Trouble]:
    """Boosted trees as XGBoost and LightGBM write them: numbers and names, no code."""
    part.stream.seek(0)
    try:
        if part.stream.read(2) in _UBJSON:
            check_ubjson(Source(part.stream, part.size))
        elif not is_text(part):
            yield unread("an old binary form of XGBoost's, which is not read", _AS_JSON)
        elif not _trees_end(part):
            yield unread("the trees are broken off", "save the model again")
    except UbjsonError as error:
        yield unread(f"UBJSON with {error}", _AS_JSON)
    except TruncatedError:
        yield unread("UBJSON that is broken off", _AS_JSON)
