"""What is judged: a file, or something that is packed in one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO, NamedTuple, Protocol

from registrar.domain.formats import Format
from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.limits import Budget
from registrar.integrations.scanning.unpickling import Pickles

_SHOWN = 120


class Part(NamedTuple):
    """Some bytes with a name; ``depth`` counts the containers around them."""

    name: str
    stream: BinaryIO
    size: int
    depth: int = 0
    beside: Mapping[str, int] | None = None
    """Path to size of the files of the same folder."""

    def inner(self, name: str, stream: BinaryIO, size: int) -> Part:
        """Something that is packed in it."""
        return Part(name, stream, size, self.depth + 1)


class Sure(NamedTuple):
    """What is said of a part: its format, and what is wrong with it."""

    format: str
    troubles: tuple[Trouble, ...]
    external: tuple[str, ...] = ()
    """Files that it names as its own data."""


class Judge(Protocol):
    """Judges parts; the readers of containers hand it what they find inside."""

    @property
    def budget(self) -> Budget:
        """What is left of the limits of the file."""

    @property
    def pickles(self) -> Pickles:
        """Reads pickles."""

    def inside(self, part: Part) -> Iterator[Trouble]:
        """The troubles of a packed part, with its name before them."""

    def judged(self, part: Part) -> Sure:
        """Format and troubles of a part."""


def named(name: str, troubles: Iterator[Trouble]) -> Iterator[Trouble]:
    """Troubles of a member, with its name before each."""
    shown = name if len(name) <= _SHOWN else name[:_SHOWN] + "…"
    for trouble in troubles:
        yield Trouble(trouble.safety, f"{shown}: {trouble.message}", trouble.hint)


def without_links(name: str) -> str:
    """Why a member's name would lead out of the folder that it is unpacked in; empty where not."""
    if "\0" in name or "\\" in name:
        return "a name that readers take differently"
    if name.startswith("/") or name[1:2] == ":":
        return "an absolute name"
    return "a name that leads out of the archive" if ".." in name.split("/") else ""


UNREAD_FORMATS: Mapping[Format, tuple[str, str]] = {
    Format.KERAS: (
        "Keras models can hold Python code (Lambda layers), and are not read to their end",
        "convert it to ONNX (tf2onnx), or save its weights as safetensors",
    ),
    Format.HDF5: (
        "HDF5 can hold a Keras model with Python code, and is not read to its end",
        "convert it to ONNX (tf2onnx), or save its weights as safetensors",
    ),
    Format.SAVEDMODEL: (
        "a SavedModel is a program, with operations that read and write files; it is not read",
        "convert it to ONNX: python -m tf2onnx.convert --saved-model DIR --output model.onnx",
    ),
    Format.TORCHSCRIPT: (
        "TorchScript is a program, and is not read to its end",
        "convert it to ONNX (torch.onnx.export), or save its state_dict as safetensors",
    ),
    Format.TFLITE: (
        "TensorFlow Lite models can name operations of their own, and are not read to their end",
        "convert it to ONNX: python -m tf2onnx.convert --tflite FILE --output model.onnx",
    ),
}
"""Formats that can carry code and that nothing here reads, with how to convert them."""
