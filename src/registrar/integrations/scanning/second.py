"""Second opinions: ``picklescan`` on pickles, ``onnx.checker`` on ONNX, where they are installed.

picklescan's strict mode takes everything that is not on its own short list for dangerous, the
classes of scikit-learn among them. So its verdict does not count, but what it *saw* does: an import
that it finds and that is not on our allowlist is one that our reading missed.
"""

from __future__ import annotations

import importlib
import inspect
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any, NamedTuple

from registrar.domain.formats import Format
from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.allowlist import DISCRETE, IN_PICKLES, Allowlist, Use
from registrar.integrations.scanning.installed import installed
from registrar.integrations.scanning.machines import judged_use
from registrar.integrations.scanning.parts import Sure
from registrar.integrations.scanning.words import dangerous

_FORMATS = frozenset({Format.PICKLE, Format.PYTORCH, Format.ZIP, Format.NPZ, Format.NPY})
_MOST = 20
_ZIP_END = b"PK\5\6"
_PICKLESCAN = "picklescan"
_ONNX = "onnx"


class SecondOpinions(NamedTuple):
    """Other readers, asked about what ours has found clean."""

    pickles: PickleOpinion | None
    onnx: str | None
    """The version of onnx; None where it is not installed."""

    @property
    def told(self) -> str | None:
        """Names and versions; None where there is nobody."""
        found = [self.pickles.version] if self.pickles else []
        found += [f"{_ONNX} {self.onnx}"] if self.onnx else []
        return ", ".join(found) or None

    def asked(self, sure: Sure, place: str, raw: bytes | None = None) -> Sure:
        """What is said of a file, with what only the other readers found in it.

        ``raw`` are its bytes, where they were read already.
        """
        if sure.troubles:
            return sure
        more: list[Trouble] = []
        if self.pickles is not None and sure.format in _FORMATS:
            more = self.pickles.missed(place, raw if sure.format == Format.PICKLE else None)
        elif self.onnx is not None and sure.format == Format.ONNX:
            from registrar.integrations.scanning.headers.onnx_checker import second_opinion

            more = list(second_opinion(place))
        return Sure(sure.format, tuple(more), sure.external)


class PickleOpinion(NamedTuple):
    """Another reader of pickles, asked what it sees."""

    version: str
    scanner: Any
    allowlist: Allowlist

    def missed(self, place: str, raw: bytes | None = None) -> list[Trouble]:
        """The imports that it sees in a file, and that are not on our allowlist.

        ``raw`` are the bytes of a file that is nothing but pickles: by its path it would first be
        opened as a zip.
        """
        seen = [(str(name.module), str(name.name)) for name in self._seen(place, raw)]
        usual = any(module == DISCRETE for module, _ in seen)
        missed = (self._missed(module, name, usual) for module, name in seen)
        return [trouble for trouble in missed if trouble is not None][:_MOST]

    def _seen(self, place: str, raw: bytes | None) -> Iterator[Any]:
        """All imports that it sees."""
        if raw is None or _ZIP_END in raw:
            yield from _globals(self.scanner.scan_file_path, place)
        if raw is not None and _may_import(raw):
            yield from _globals(self.scanner.scan_pickle_bytes, io.BytesIO(raw), place)

    def _missed(self, module: str, name: str, usual: bool) -> Trouble | None:
        """What is wrong with an import; ``usual`` where a discrete distribution is there."""
        use, module, last = judged_use(self.allowlist, module, name)
        if use is not Use.FORBIDDEN and (usual or (module, last) not in IN_PICKLES):
            return None
        message = f"{self.version} sees an import of {module}.{last}, which is not on the allowlist"
        return dangerous(message, "do not load it: two readers see different things in it")


def second_opinions(allowlist: Allowlist) -> SecondOpinions:
    """The readers that are installed here."""
    return SecondOpinions(_pickle_opinion(allowlist), installed(_ONNX))


def _globals(ask: Callable[..., Any], *what: object) -> Iterable[Any]:
    try:
        seen: Iterable[Any] = ask(*what, strict=True).globals
    except Exception:  # it raises anything on bytes that it cannot read, and does not judge
        return ()
    return seen


def _may_import(raw: bytes) -> bool:
    """Tell whether any reader of pickles could see an import in these bytes.

    The opcode STACK_GLOBAL is one byte; GLOBAL and INST are followed by two lines.
    """
    return b"\x93" in raw or raw.count(b"\n") >= 2


def _pickle_opinion(allowlist: Allowlist) -> PickleOpinion | None:
    scanner = _picklescan()
    if scanner is None:
        return None
    told = f"{_PICKLESCAN} {installed(_PICKLESCAN) or 'of no known version'}"
    import logging  # which the scanner has imported already

    logging.disable(logging.CRITICAL)  # it logs what it finds, to stderr
    return PickleOpinion(told, scanner, allowlist)


def _picklescan() -> Any:
    """The module; None where it is not installed, or is older than its strict mode.

    It is imported without the client that it would fetch models with: nothing is fetched here, and
    that client is a third of what importing it costs.
    """
    client = "http.client"
    kept = sys.modules.setdefault(client, ModuleType(client))
    try:
        scanner: Any = importlib.import_module("picklescan.scanner")
    except ImportError:
        return None
    finally:
        if kept.__spec__ is None:
            del sys.modules[client]
    return scanner if "strict" in inspect.signature(scanner.scan_file_path).parameters else None
