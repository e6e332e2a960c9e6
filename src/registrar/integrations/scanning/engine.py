"""Judges one file by its content: finds what it is, and hands it to the reader of that format.

Whatever it is, the unpicklers are asked too what they would call from it: a file that is two
formats at once is judged by both.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from registrar.domain.formats import Format, by_name
from registrar.domain.scanning import Safety, Trouble
from registrar.integrations.scanning.allowlist import Allowlist
from registrar.integrations.scanning.limits import Budget, LimitError, Limits
from registrar.integrations.scanning.parts import Part, Sure, named
from registrar.integrations.scanning.pickle_files import read_pickles
from registrar.integrations.scanning.unpickling import Pickles
from registrar.integrations.scanning.words import unread
from registrar.integrations.scanning.zip_tails import look_tail
from registrar.reading.zip_signatures import END, LOCAL

if TYPE_CHECKING:
    from registrar.integrations.scanning.readers import Look

_HEAD = 512
_TORCH = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""All of the first pickle of ``torch.save`` before its zip format: more of them follow it."""
_MOST_TOLD = 50
"""Troubles of each kind that are kept of one part: a hostile one has a million."""
_TEXTS = frozenset({Format.XGBOOST, Format.LIGHTGBM})
_AS_PICKLES = frozenset({Format.PICKLE, Format.JOBLIB, Format.PYTORCH, Format.TORCHSCRIPT})


class Engine:
    """Judges one file and all that is packed in it; a new one for each file."""

    def __init__(self, allowlist: Allowlist, limits: Limits | None = None) -> None:
        limits = limits or Limits()
        self.budget = Budget(limits)
        self.pickles = Pickles(allowlist, limits)

    def inside(self, part: Part) -> Iterator[Trouble]:
        """The troubles of a packed part, with its name before them."""
        yield from named(part.name, iter(self.judged(part).troubles))

    def judged(self, part: Part) -> Sure:
        """Format and troubles of a part; never raises on any bytes, but for MemoryError."""
        if part.depth > self.budget.limits.depth:
            return Sure("unknown", (unread("too many containers in one another: not unpacked"),))
        if part.size == 0:
            return Sure("empty", (unread("it is empty: nothing was read"),))
        part.stream.seek(0)
        head = part.stream.read(_HEAD)
        if head.startswith(b"version ") and _is_lfs_pointer(part):
            stands_in = unread("a pointer of git-LFS, not its bytes", "git lfs pull")
            return Sure("none", (stands_in,))
        quickly = self._as_whole_pickle(part, head)
        if quickly is not None:
            return quickly
        # imported here: nothing of it is needed for a whole pickle, which most files are
        from registrar.integrations.scanning.plain_files import name_decides
        from registrar.integrations.scanning.readers import reader_of
        from registrar.reading.sniffing import sniff

        found = sniff(part.stream, part.size)
        format = found.format if found.format is not Format.UNKNOWN else _claimed(part.name, head)
        if format in _TEXTS and name_decides(part.name):
            format = Format.UNKNOWN
        look = reader_of(format, head)
        troubles: list[Trouble] = []
        told: Counter[Safety] = Counter()
        try:
            for trouble in self._troubles(look, part):
                told[trouble.safety] += 1
                if told[trouble.safety] <= _MOST_TOLD:
                    troubles.append(trouble)
        except LimitError as error:
            hint = "unpack it, and scan what it holds"
            troubles.append(unread(f"a limit was reached: {error}", hint))
        text = format is Format.UNKNOWN and not troubles
        return Sure("text" if text else format.value, tuple(troubles), found.external)

    def _troubles(self, look: Look, part: Part) -> Iterator[Trouble]:
        yield from look(self, part)
        if look is not read_pickles:
            yield from self._as_pickle(part)
        from registrar.integrations.scanning.tar_files import look_tar

        part.stream.seek(0)
        if part.stream.read(4) not in (LOCAL, END) and look is not look_tar:
            yield from look_tail(self, part)

    def _as_whole_pickle(self, part: Part, head: bytes) -> Sure | None:
        """What is said of a pickle that ends with the file; None for what is not surely one.

        Most files are: finding out first what they could be else would cost as much again.
        """
        if head[:1] != b"\x80" or _TORCH in head[:48]:
            return None
        found = self.pickles.dry_run(part.stream, 0, part.size)
        if not found.whole or found.end != part.size:
            return None
        format = Format.JOBLIB if found.joblib else Format.PICKLE
        return Sure(format.value, (*found.troubles, *look_tail(self, part)))

    def _as_pickle(self, part: Part) -> Iterator[Trouble]:
        """What ``pickle.load`` and ``joblib.load`` would call from a file of another format."""
        yield from self.pickles.deeds(
            part.stream, 0, part.size, "read by pickle.load, it ", misuse=True
        )
        from registrar.integrations.scanning.decompressing import ENGINES, beginning
        from registrar.reading.sniffing.compressed import compression

        part.stream.seek(0)
        kind = compression(part.stream.read(_HEAD))
        if kind not in ENGINES:
            return
        begun = beginning(part.stream, part.size, kind)  # joblib.load would read that far
        begun_at = io.BytesIO(begun)
        yield from self.pickles.deeds(begun_at, 0, len(begun), "read by joblib.load, it ")


def _is_lfs_pointer(part: Part) -> bool:
    from registrar.reading.pointers import LFS_MAX, is_lfs_pointer  # not for most files

    part.stream.seek(0)
    return part.size <= LFS_MAX and is_lfs_pointer(part.stream.read(part.size))


def _claimed(name: str, head: bytes) -> Format:
    """What a file of no known format should be, by its beginning or else by its name.

    A length may begin as a pickle does: a name of one other format stands before that.
    """
    claims = by_name(name)
    from registrar.reading.sniffing.trees import begins_as_xgboost  # not for a whole pickle

    if begins_as_xgboost(head):
        return Format.XGBOOST  # its JSON is text, too, and text that is broken off is data
    if claims and claims <= _AS_PICKLES:
        return Format.PICKLE
    if len(claims) == 1:
        return next(iter(claims))
    return Format.PICKLE if head[:1] == b"\x80" else Format.UNKNOWN
