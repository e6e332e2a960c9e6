"""MLflow folders: what ``MLmodel`` has MLflow import, run, trust and open.

Only ``MLmodel`` is read here; the files that it names are scanned each by its own format.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from registrar.domain.paths import path_fault
from registrar.domain.places import dotted
from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.headers.mlflow_names import (
    CLASSES,
    FLAVOURS,
    KERAS,
    LOADERS,
    NAMED_MODULES,
    NOT_READ,
    PATHS,
    PROGRAMS,
    SERIALIZATIONS,
)
from registrar.integrations.scanning.headers.skops_types import TRUSTED, Pair
from registrar.integrations.scanning.headers.troubles import allowing, danger, quoted, told, unread
from registrar.reading.documents import MAX_BYTES, Document
from registrar.reading.yaml import read_yaml

_AGAIN = "save the model again with MLflow"
_PROGRAM = "save it by a flavour that holds data alone: mlflow.onnx, or mlflow.sklearn as skops"
_HARMLESS = frozenset().union(*TRUSTED.values())


@told
def look(
    stream: BinaryIO, size: int, beside: Mapping[str, int], allowed: frozenset[Pair]
) -> Iterator[Trouble]:
    """Look at the ``size`` bytes of an ``MLmodel`` file.

    ``beside`` are the files of its folder: sizes by their paths from it, below 0 for links and
    what else is no plain file. ``allowed`` are the exact names (module, name) that a model may
    call trusted.
    """
    stream.seek(0)
    document = read_yaml(stream.read(min(size, MAX_BYTES + 1)), any_keys=True)
    yield from _flaws(document)
    data = document.data
    if data is None:
        return
    flavours = data.get("flavors") if isinstance(data, dict) else None
    if not isinstance(flavours, dict) or not flavours:
        yield unread("MLmodel has no mapping of flavors", _AGAIN)
        return
    if "mlflow_version" not in data:
        yield unread("MLmodel has no mlflow_version: cut off, or not written by MLflow", _AGAIN)
    folder = _Folder(beside)
    for name, settings in flavours.items():
        if name not in FLAVOURS:
            yield unread(f"the flavour {quoted(name)} is not MLflow's own", _PROGRAM)
        if not isinstance(settings, dict):
            yield unread(f"the flavour {quoted(name)} is no mapping", _AGAIN)
            continue
        yield from _imports(name, settings, folder)
        yield from _programs(name, settings)
        yield from _trusted(name, settings, allowed)
        yield from folder.leaves(settings, ("flavors", name))
    example = data.get("saved_input_example_info")
    if isinstance(example, dict):
        yield from folder.leaves(example, ("saved_input_example_info",))


def _flaws(document: Document) -> Iterator[Trouble]:
    for flaw in document.flaws:
        message = f"MLmodel, line {flaw.span.line}: {quoted(flaw.message, 200)[1:-1]}"
        meant = flaw.message.startswith(("duplicate key", "tag "))
        yield (danger if meant else unread)(message, flaw.hint or _AGAIN)


def _imports(name: str, settings: Mapping[str, Any], folder: _Folder) -> Iterator[Trouble]:
    """Modules and classes that MLflow imports because the flavour names them."""
    where = f"the flavour {quoted(name)}"
    loader = settings.get("loader_module")
    programs = settings.get("python_model") or settings.get("model_code_path")
    if _one_of(loader, PROGRAMS):
        if not programs:  # which are told themselves
            yield danger(f"{where} is loaded by {loader}, which runs code of the model", _PROGRAM)
    elif loader is not None and not _one_of(loader, LOADERS):
        yield danger(f"{where} has MLflow import the module {quoted(str(loader))}", _PROGRAM)
    elif loader is None and name == "python_function":
        yield unread(f"{where} has no loader_module", _AGAIN)
    keras = settings.get("keras_module")
    if keras is not None and not _one_of(keras, KERAS):
        yield danger(f"{where} has MLflow import the module {quoted(str(keras))}", _AGAIN)
    made = settings.get("model_class")
    if made is not None and _pair(made) not in CLASSES:
        yield danger(f"{where} has MLflow import the class {quoted(str(made))}", _AGAIN)
    hub = settings.get("base_model") or settings.get("source_model_name")
    if hub and not settings.get("model_binary"):
        yield unread(
            f"{where} has no weights: MLflow fetches {quoted(str(hub))} from a hub to load it",
            "save the weights with it: save_pretrained=True",
        )
    data = settings.get("model_data") or settings.get("data") or "data"
    for file in NAMED_MODULES:
        if f"{data}/{file}" in folder.beside:
            shown = quoted(f"{data}/{file}")
            yield danger(f"{where} has MLflow import the module that {shown} names", _PROGRAM)


def _programs(name: str, settings: Mapping[str, Any]) -> Iterator[Trouble]:
    """Python code that comes with the model."""
    where = f"the flavour {quoted(name)}"
    for key, what in (
        ("code", "puts a folder of its own before all Python modules"),
        ("model_code_path", "is a Python script, which is run to load it"),
        ("python_model", "is a Python object in a cloudpickle, with its code"),
    ):
        if settings.get(key):
            yield danger(f"{where} {what} ({key}: {quoted(str(settings[key]))})", _PROGRAM)


def _trusted(name: str, settings: Mapping[str, Any], allowed: frozenset[Pair]) -> Iterator[Trouble]:
    """Types that the model itself calls trusted: MLflow hands them to skops as they stand."""
    types = settings.get("skops_trusted_types") or []
    if not isinstance(types, list):
        yield unread(f"skops_trusted_types of {quoted(name)} is no list", _AGAIN)
        return
    for item in types:
        pair = _pair(item)
        if pair not in allowed and pair not in _HARMLESS:
            yield danger(
                f"the model itself calls {quoted(str(item), 120)} trusted, which is not on the"
                " allowlist",
                allowing(*pair),
            )
    form = settings.get("serialization_format")
    if form is not None and not _one_of(form, SERIALIZATIONS):
        yield unread(f"the serialization_format {quoted(str(form))} is not known", _AGAIN)


def _one_of(value: Any, names: frozenset[str]) -> bool:
    return isinstance(value, str) and value in names


def _pair(name: Any) -> Pair:
    module, _, last = str(name).rpartition(".")
    return module, last


class _Folder:
    """The folder of the model, and whether paths stay in it."""

    def __init__(self, beside: Mapping[str, int]) -> None:
        self.beside = beside
        self._folders = {
            "/".join(parts[:count])
            for parts in (path.split("/") for path in beside)
            for count in range(1, len(parts))
        }

    def leaves(self, settings: Any, route: tuple[str | int, ...]) -> Iterator[Trouble]:
        """What is wrong with the paths below a setting."""
        waiting = [(settings, route)]
        while waiting:
            value, at = waiting.pop()
            if isinstance(value, dict):
                items = ((item, (*at, key)) for key, item in value.items() if key not in NOT_READ)
                waiting += items
            elif isinstance(value, list):
                waiting += [(item, (*at, index)) for index, item in enumerate(value)]
            elif isinstance(value, str):
                yield from self._path(value, at)

    def _path(self, value: str, at: tuple[str | int, ...]) -> Iterator[Trouble]:
        where = f"{quoted(dotted(at), 120)[1:-1]}: {quoted(value)}"
        if ".." in value.replace("\\", "/").split("/"):
            yield danger(f"{where} leaves the folder", _AGAIN)
            return
        if at[-1] not in PATHS or value == ".":
            return
        fault = path_fault(value)
        if fault is not None:
            yield danger(f"{where} {fault.replace('the entry', 'the folder')}", _AGAIN)
            return
        path = value.removesuffix("/")
        size = self.beside.get(path)
        if size is not None and size < 0:
            yield danger(f"{where} is a link or no plain file", "put the file itself there")
        elif size is None and path not in self._folders:
            yield unread(f"{where} is not in the folder", "save the model again, and add all of it")
