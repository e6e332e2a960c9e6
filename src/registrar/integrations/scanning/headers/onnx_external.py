"""External data of ONNX tensors: a file beside the model, inside its folder, long enough.

Source: ``external_data`` of TensorProto in onnx.proto, and ONNX's docs/ExternalData.md.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from registrar.domain.paths import path_fault
from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.headers.troubles import danger, quoted, unread

_KEYS = frozenset({"location", "offset", "length", "checksum"})
_NUMBER = re.compile(r"[0-9]{1,19}")
_ADDRESS = "_ORT_MEM_ADDR_"
"""Tells ONNX Runtime that the offset is an address in its own memory."""
_AGAIN = "write the model again with onnx.save_model(..., save_as_external_data=True)"


def external_faults(
    where: str, pairs: Sequence[tuple[str, str]], wanted: int | None, beside: Mapping[str, int]
) -> Iterator[Trouble]:
    """What is wrong with where one tensor's data lies.

    ``wanted`` is how many bytes its shape needs, None where that is not known. ``beside`` gives
    the sizes of the files by their paths from the model's folder; below 0 for what is no plain
    file, such as a symbolic link.
    """
    told = dict(pairs)
    if len(told) != len(pairs):
        yield danger(f"{where}: a key of its external data stands twice: readers differ", _AGAIN)
    strange = sorted(told.keys() - _KEYS)
    if strange:
        yield unread(f"{where}: its external data has the key {quoted(strange[0])}", _AGAIN)
    location = told.get("location", "")
    shown = quoted(location)
    if _ADDRESS in location:
        yield danger(f"{where} is read from an address in memory, {shown}", _AGAIN)
        return
    path = posixpath.normpath(location) if location else ""
    fault = path_fault(path)
    if ".." in location.split("/"):
        fault = "leaves its folder with '..'"
    if fault is not None:
        fault = fault.replace("the entry", "its folder")
        yield danger(f"{where} is read from {shown}, a path that {fault}", _AGAIN)
        return
    size = beside.get(path)
    if size is None:
        yield unread(f"{where} is read from {shown}, which is not here", "add the file beside it")
    elif size < 0:
        yield danger(f"{where} is read from {shown}, which is a link or no plain file", _AGAIN)
    else:
        yield from _span_faults(f"{where} in {shown}", told, wanted, size)


def _span_faults(
    where: str, told: Mapping[str, str], wanted: int | None, size: int
) -> Iterator[Trouble]:
    """Offset and length against the file, and against the shape."""
    numbers = [told[key] for key in ("offset", "length") if key in told]
    if not all(_NUMBER.fullmatch(number) for number in numbers):
        yield unread(f"{where}: its offset or length is no whole number", _AGAIN)
        return
    offset = int(told.get("offset", "0"))
    length = int(told["length"]) if "length" in told else wanted
    if length is None or length == 0:
        length = wanted or 0
    if wanted is not None and length != wanted:
        yield danger(
            f"{where} spans {length:,} bytes; its shape has {wanted:,}:"
            " a reader that trusts the shape leaves its bytes",
            _AGAIN,
        )
    if offset + length > size:
        yield unread(f"{where} ends at byte {offset + length:,}; that file has {size:,} bytes")
