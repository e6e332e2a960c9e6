"""What ``torch.save`` writes: a zip of one pickle and raw storages, or a row of pickles.

Sources: ``torch/serialization.py`` (``_save``, ``_legacy_save``) and
``StorageImpl::writeFileRaw``. Nothing of PyTorch is imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.parts import Judge, Part
from registrar.integrations.scanning.standins import Imported
from registrar.integrations.scanning.unpickling import DryRun
from registrar.integrations.scanning.words import dangerous, unread

_WIDTHS = {
    **dict.fromkeys(("Byte", "Char", "Bool", "QInt8", "QUInt8", "QUInt4x2", "QUInt2x4"), 1),
    **dict.fromkeys(("Short", "Half", "BFloat16"), 2),
    **dict.fromkeys(("Int", "Float", "QInt32"), 4),
    **dict.fromkeys(("Long", "Double", "ComplexFloat"), 8),
    "ComplexDouble": 16,
    "Untyped": 1,
}
_HEADS = ("magic number", "version", "system", "objects", "keys of the storages")
_SAFE = "write it again with torch.save(model.state_dict(), PATH)"
NOTES = frozenset(
    {"version", "byteorder", ".format_version", ".storage_alignment", ".data/serialization_id"}
)
"""Small members beside the pickle of a zip; nothing of them is unpickled."""
MAX_NOTE = 64


@dataclass(frozen=True, slots=True)
class Storages:
    """Raw bytes that the pickle refers to: their key to their size in bytes."""

    sizes: Mapping[str, int]
    widths: Mapping[str, int]
    troubles: tuple[Trouble, ...] = ()


def storages(ids: list[Any]) -> Storages:
    """The storages that persistent ids name; anything else that they ask for is refused."""
    sizes: dict[str, int] = {}
    widths: dict[str, int] = {}
    for given in ids:
        width = _width(given)
        if width is None:
            return Storages({}, {}, (dangerous("it asks for objects that torch.save never names"),))
        key, count = str(given[2]), given[4]
        if sizes.setdefault(key, count * width) != count * width:
            return Storages({}, {}, (dangerous("it gives one storage two sizes"),))
        widths[key] = width
    return Storages(sizes, widths)


def _width(given: Any) -> int | None:
    """Bytes of an item of a storage; None where it is no storage."""
    if (
        type(given) is not tuple
        or not 5 <= len(given) <= 6
        or given[0] not in ("storage", b"storage")
    ):
        return None
    if type(given[4]) is not int or given[4] < 0 or not isinstance(given[1], Imported):
        return None
    module, _, name = given[1].shown.rpartition(".")
    if module not in ("torch", "torch.storage", "torch.cuda") or not name.endswith("Storage"):
        return None
    return _WIDTHS.get(name.removesuffix("Storage"))


def look_legacy(judge: Judge, part: Part) -> Iterator[Trouble]:
    """Five pickles, and the storages behind them to the end of the file."""
    end, runs = 0, []
    for what in _HEADS:
        run = judge.pickles.dry_run(
            part.stream, end, part.size, torch=what == "objects", arrays=False
        )
        yield from run.troubles
        if not run.whole:
            return
        runs.append(run)
        end = run.end
    found = storages(runs[3].ids)
    yield from found.troubles
    if not found.troubles:
        yield from _raw(part, end, runs[4].value, found)


def _raw(part: Part, end: int, keys: Any, found: Storages) -> Iterator[Trouble]:
    """The storages: a number of items, then their bytes, in the order of the keys."""
    if type(keys) is not list or {str(key) for key in keys} != set(found.sizes):
        yield dangerous("its list of storages is not the one of its objects")
        return
    for key in map(str, keys):
        part.stream.seek(end)
        count = int.from_bytes(part.stream.read(8), "little")
        if count * found.widths[key] != found.sizes[key]:
            yield unread(f"storage {key!r:.40} has another size than its tensors say", _SAFE)
            return
        end += 8 + found.sizes[key]
    if end > part.size:
        yield unread("its storages are broken off", _SAFE)
    elif end < part.size:
        yield unread(f"{part.size - end:,} bytes behind its storages were not read", _SAFE)


def look_pickle(judge: Judge, part: Part) -> tuple[DryRun, Storages]:
    """The pickle of a zip, and the storages that it names."""
    run = judge.pickles.dry_run(part.stream, 0, part.size, torch=True, arrays=False)
    if run.whole and run.end < part.size:
        run.troubles.append(unread(f"{part.size - run.end:,} bytes behind it were not read", _SAFE))
    return run, storages(run.ids)
