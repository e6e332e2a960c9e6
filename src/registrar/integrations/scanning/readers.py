"""Who reads which format to its end; and what is said where nobody does."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping

from registrar.domain.formats import Format
from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.decompressing import (
    ENGINES,
    FAULTS,
    NotHereError,
    expanded,
)
from registrar.integrations.scanning.numpy_files import MAGIC, look_npy
from registrar.integrations.scanning.parts import UNREAD_FORMATS, Judge, Part
from registrar.integrations.scanning.pickle_files import read_pickles
from registrar.integrations.scanning.plain_files import is_text, look_trees, look_unknown
from registrar.integrations.scanning.tar_files import look_tar
from registrar.integrations.scanning.torch_files import look_legacy
from registrar.integrations.scanning.words import dangerous, unread
from registrar.integrations.scanning.zip_files import look_members
from registrar.reading.sniffing.compressed import compression
from registrar.reading.sniffing.zip_directory import END, LOCAL

Look = Callable[[Judge, Part], Iterator[Trouble]]

_ROOM = "registrar.integrations.scanning.headers"
HEADERS: Mapping[Format, str] = {
    Format.SAFETENSORS: "safetensors",
    Format.ONNX: "onnx",
    Format.GGUF: "gguf",
}
"""Formats of which the header says all, to the module of ``headers`` that reads it."""
_PICKLES = frozenset({Format.PICKLE, Format.JOBLIB})
_TREES = frozenset({Format.XGBOOST, Format.LIGHTGBM})


def reader_of(format: Format, head: bytes) -> Look:
    """Who reads a part of this format that begins so; the beginning decides between containers."""
    if format in UNREAD_FORMATS:
        return _nobody(format)
    if format in HEADERS:
        return header_of(HEADERS[format])
    if head[:4] in (LOCAL, END):
        return look_skops if format is Format.SKOPS else look_any_zip
    if compression(head) is not None:
        return look_compressed
    if head[:6] == MAGIC:
        return look_npy
    if format is Format.PYTORCH:
        return look_legacy
    if format is Format.TAR:
        return look_tar
    if format in _PICKLES:
        return read_pickles
    if format in _TREES:
        return look_trees
    return look_unknown if format is Format.UNKNOWN else _broken


def header_of(module: str) -> Look:
    """The reader of a header, of the room ``headers``."""

    def look(judge: Judge, part: Part) -> Iterator[Trouble]:
        found = importlib.import_module(f"{_ROOM}.{module}")
        yield from found.look(part.stream, part.size, part.beside or {})

    return look


def look_any_zip(judge: Judge, part: Part) -> Iterator[Trouble]:
    """The structure of a zip, then its members."""
    yield from header_of("zips")(judge, part)
    yield from look_members(judge, part)


def look_skops(judge: Judge, part: Part) -> Iterator[Trouble]:
    """The zip and every node of its schema, under the same allowlist as pickles."""
    from registrar.integrations.scanning.headers.skops import look

    names = judge.pickles.allowlist
    yield from look(part.stream, part.size, {}, names.called, names.held)


def _nobody(format: Format) -> Look:
    """Nobody: the format can carry code."""

    def look(judge: Judge, part: Part) -> Iterator[Trouble]:
        message, hint = UNREAD_FORMATS[format]
        yield dangerous(f"{message}: dangerous unless waived", hint)

    return look


def _broken(judge: Judge, part: Part) -> Iterator[Trouble]:
    yield unread("it is not what its name says, or broken off", "get the file again")


def look_compressed(judge: Judge, part: Part) -> Iterator[Trouble]:
    """What is inside one of the compressions that joblib and tar use."""
    part.stream.seek(0)
    kind = compression(part.stream.read(64)) or ""
    if kind not in ENGINES:
        yield unread(f"compressed with {kind}, which is not read", "write it with gzip or xz")
        return
    try:
        stream, size = expanded(part.stream, part.size, kind, judge.budget)
    except NotHereError as error:
        yield unread(f"compressed with {kind}, whose library is not installed", str(error))
    except FAULTS as error:
        if is_text(part):
            yield from look_unknown(judge, part)
            return
        yield unread(f"compressed with {kind}, and broken: {error!s:.120}", "write it again")
    else:
        with stream:
            base = part.name.rpartition("/")[2]
            name = base.rpartition(".")[0] or base
            yield from judge.judged(part.inner(name, stream, size)).troubles
