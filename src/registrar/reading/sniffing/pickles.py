"""Pickles of every protocol, joblib's and PyTorch's own among them, by a walk over opcodes.

Nothing is unpickled. A stream counts as a pickle once it has called something, whatever
follows: ``pickle.load`` runs the call before it stumbles over the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from registrar.domain.formats import Format
from registrar.reading.sniffing import pickle_opcodes as op
from registrar.reading.sniffing.sniffed import Sniffed
from registrar.reading.sniffing.source import Source, TruncatedError

MAX_OPCODES = 100_000
MAX_LINES = 64 * 1024 * 1024
"""Bytes of text arguments, in all, that are searched for their newlines."""
_KEPT = 512
_LONGEST = 300
"""Digits of a number that is looked at whole."""
_SHORT = 64
_JOBLIB = (b"joblib.numpy_pickle", b"joblib.numpy_pickle_compat")
_TORCH_MAGIC = 0x1950A86A20F9469CFC6C
"""First pickle of a file that ``torch.save`` wrote before its zip format."""
_TORCH_BINARY = b"\x8a\x0a" + _TORCH_MAGIC.to_bytes(10, "little") + b"."
_TORCH_TEXT = b"L%dL\n." % _TORCH_MAGIC


class End(Enum):
    """How a walk ended."""

    STOPPED = auto()
    RAN_OUT = auto()
    INVALID = auto()
    CAPPED = auto()
    JOBLIB = auto()
    """An array wrapper of joblib, behind which raw bytes lie in the stream."""


@dataclass(slots=True)
class Walk:
    """What was seen on the way."""

    protocol: int | None = None
    """None without a PROTO opcode."""
    opcodes: int = 0
    imports: bool = False
    calls: bool = False
    binary: bool = False
    names_joblib: bool = False
    lines: int = 0
    depth: int = 0
    """Items on the stack above the last mark."""
    marks: list[int] = field(default_factory=list)
    """Items below each mark."""

    @property
    def words(self) -> str:
        """The protocol for a person."""
        found = self.protocol if self.protocol is not None else int(self.binary)
        return f"pickle protocol {found}"


def sniff_pickle(source: Source, *, partial: bool = False) -> Sniffed | None:
    """Tell a pickle, joblib's and PyTorch's legacy ones included; None for anything else.

    ``partial`` says that only the beginning of the bytes is here. Without a PROTO opcode the
    stream must call something, or stop at the very end and be more than a lone scalar, so that
    plain text is no pickle.
    """
    source.go(0)
    if source.head[:1] in (b"\x80", b"L") and is_legacy_torch(source.head):
        return Sniffed(Format.PYTORCH, detail="legacy torch.save, a row of pickles")
    walk = Walk()
    end = _walk(source, walk)
    if end is End.JOBLIB:
        return Sniffed(Format.JOBLIB, detail=f"joblib, {walk.words}")
    if walk.calls or _is_whole(walk, end, source) or (partial and _begins(walk, end)):
        cut = "" if end is End.STOPPED or partial else ", not read to its end"
        return Sniffed(Format.PICKLE, detail=walk.words + cut)
    return None


def is_legacy_torch(head: bytes) -> bool:
    """Tell the first of the pickles that ``torch.save`` wrote before its zip format."""
    start = head[:48]
    return _TORCH_BINARY in start or start.startswith(_TORCH_TEXT)


def _is_whole(walk: Walk, end: End, source: Source) -> bool:
    if walk.protocol is not None:
        return end in (End.STOPPED, End.CAPPED)
    clean = source.position == source.size and walk.depth == 1 and not walk.marks
    return walk.opcodes > 2 and (end is End.CAPPED or (end is End.STOPPED and clean))


def _begins(walk: Walk, end: End) -> bool:
    return end is End.RAN_OUT and walk.opcodes > 1 and (walk.protocol is not None or walk.imports)


def _walk(source: Source, walk: Walk) -> End:
    try:
        for _ in range(MAX_OPCODES):
            source.effort.left -= 1
            code = source.byte()
            end = _step(source, walk, code)
            if end is not None:
                return end
            walk.opcodes += 1
    except TruncatedError:
        return End.CAPPED if walk.lines >= MAX_LINES else End.RAN_OUT
    return End.CAPPED


def _step(source: Source, walk: Walk, code: int) -> End | None:
    """Take one opcode with its argument; the end of the walk, or None to go on."""
    argument = op.ARGUMENTS.get(code)
    if argument is not None and not _argument(source, walk, code, argument):
        return End.INVALID
    if not _effect(walk, code):
        return End.INVALID
    if code not in op.TEXT:
        walk.binary = True
    if code == op.STOP:
        walk.opcodes += 1
        return End.STOPPED
    if code in op.IMPORTS:
        walk.imports = True
        if walk.names_joblib:
            return End.JOBLIB
    if code in op.CALLS:
        walk.calls = walk.calls or walk.imports
    return None


def _effect(walk: Walk, code: int) -> bool:
    """Apply an opcode to the depth of the stack; False where the stack does not allow it."""
    effect = op.EFFECTS.get(code)
    if effect is not None:
        taken, put = effect
        walk.depth += put - taken
        return walk.depth >= put
    if code == op.MARK:
        walk.marks.append(walk.depth)
        walk.depth = 0
        return True
    if code == op.STOP:
        return walk.depth > 0
    if code == op.POP and walk.depth:
        walk.depth -= 1
        return True
    return _to_mark(walk, op.POP_MARK if code == op.POP else code)


def _to_mark(walk: Walk, code: int) -> bool:
    effect = op.TO_MARK.get(code)
    if effect is None or not walk.marks:
        return False
    above, below, put = effect
    enough = walk.depth >= above
    walk.depth = walk.marks.pop() - below
    enough = enough and walk.depth >= 0
    walk.depth += put
    return enough


def _argument(source: Source, walk: Walk, code: int, argument: op.Argument) -> bool:
    """Read or skip an argument; False where it is none that an opcode may have."""
    if argument is op.Argument.LINE:
        return _is_literal(code, _line(source, walk))
    if argument is op.Argument.TWO_LINES:
        module, name = _line(source, walk), _line(source, walk)
        walk.names_joblib = walk.names_joblib or module.endswith(_JOBLIB)
        return _is_dotted(module) and _is_dotted(name)
    if argument < op.Argument.LINE:
        value = source.number(argument)
        if code == op.PROTO:
            walk.protocol = max(value, walk.protocol or 0)
            return value <= op.HIGHEST_PROTOCOL
        return True
    count = source.number(argument - 32)
    if code in op.SHORT_STRINGS and count <= _SHORT:
        walk.names_joblib = source.take(count).endswith(_JOBLIB) or walk.names_joblib
    else:
        source.skip(count)
    return True


def _line(source: Source, walk: Walk) -> bytes:
    start = source.position
    limit = MAX_LINES - walk.lines
    try:
        return source.line(_KEPT, limit)
    finally:
        walk.lines += source.position - start


def _is_literal(code: int, line: bytes) -> bool:
    """Tell whether a line, or the beginning of a long one, can be the argument of an opcode.

    As CPython's two unpicklers together: the C one reads to a NUL and takes ``strtol``'s octal,
    the Python one takes what ``int`` and ``float`` take.
    """
    if code in b"VP":
        return True
    if code in b"S":
        closed = len(line) > 1 and line[-1:] == line[:1]
        return line[:1] in (b"'", b'"') and (len(line) == _KEPT or closed)
    text = line.partition(b"\0")[0].strip()
    if code in b"gp":
        return _is_number(text, int)
    if code in b"IL":
        text = text.removesuffix(b"L")
        return _is_number(text, int) or _is_number(text, lambda digits: int(digits, 0))
    return _is_number(text, float)


def _is_number(text: bytes, read: Callable[[bytes], object]) -> bool:
    if len(text) > _LONGEST:
        return text[:_LONGEST].lstrip(b"+-")[:1].isdigit()
    try:
        read(text)
    except ValueError:
        return False
    return True


def _is_dotted(name: bytes) -> bool:
    try:
        parts = name.decode("utf-8").split(".")
    except UnicodeDecodeError:
        return False
    return all(part.isidentifier() for part in parts)
