"""Pointers to bytes that lie elsewhere: ``.dvc`` files, ``dvc.lock``, git-LFS pointers."""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registrar.domain.digests import is_md5
from registrar.domain.metadata import mapping, sequence, text
from registrar.domain.paths import path_fault
from registrar.domain.places import Route
from registrar.reading.documents import Document, Flaw
from registrar.reading.dvc_stages import read_stages
from registrar.reading.yaml import read_yaml

LFS_MAX = 1024
_LFS = re.compile(
    rb"version https://(?:git-lfs\.github\.com|hawser\.github\.com)/spec/v1\n(?:[a-z0-9.-]+ .*\n)+"
)
KNOWN_HASHES = (None, "md5")
_LISTING = ("cloud", "files")
"""Source: dvc 3, ``Output._compute_meta_hash_info_from_files``."""
_KEPT = ("cache", "push")
"""Where false, DVC does not bring the bytes to the remote."""


@dataclass(frozen=True, slots=True)
class Out:
    """One output that DVC tracks; ``path`` is relative to the entry's folder.

    ``size`` in bytes and ``nfiles`` are of the whole output; None where not written.
    ``hash_name`` None is DVC before 3.0.
    """

    pointer: str
    path: str
    md5: str | None
    size: int | None
    nfiles: int | None
    hash_name: str | None
    route: Route
    remote: str | None = None
    """The DVC remote that this output is kept on, where the pointer names one."""
    odd: str = ""
    """What makes DVC look for it in another way than by its MD5; "" where nothing does."""

    @property
    def is_folder(self) -> bool:
        """Tell a folder object (``.dir``) from a file."""
        return self.md5 is not None and self.md5.endswith(".dir")


@dataclass(frozen=True, slots=True)
class Pointer:
    """One ``.dvc`` file or ``dvc.lock`` of an entry, with all that is wrong with it."""

    path: str
    document: Document
    outs: tuple[Out, ...]
    flaws: tuple[Flaw, ...]


def is_pointer_name(path: str) -> bool:
    """Tell whether a file of an entry is read as a pointer."""
    name = path.rpartition("/")[2]
    return (name.endswith(".dvc") and name != ".dvc") or name == "dvc.lock"


def read_pointer(path: str, raw: bytes, entry: str = ".", stages: bytes = b"") -> Pointer:
    """Read a pointer; never raises on any bytes.

    ``path`` is relative to the folder of the entry, ``entry`` is that folder in the repository,
    and ``stages`` are the bytes of the ``dvc.yaml`` beside a ``dvc.lock``, which alone knows in
    which folder a stage runs.
    """
    document = read_yaml(raw, any_keys=True)
    if not document.readable:
        return Pointer(path, document, (), document.flaws)
    flaws: list[Flaw] = []
    top = mapping(document.data)
    if not top:
        flaws.append(Flaw(f"{path} is no DVC file", "write it with dvc add", document.span(())))
    is_lock = path.rpartition("/")[2] == "dvc.lock"
    if is_lock:
        items = _lock_outs(top, stages, document, flaws)
    else:
        items = _file_outs(top, document, flaws)
    outs = []
    for item, route, folder in items:
        named = text(mapping(item).get("path"))
        where = _place(entry, posixpath.dirname(path), folder, named)
        if where is not None:
            outs.append(_out(path, where, item, route, document, flaws))
        elif not is_lock:  # a stage may well have other outs elsewhere
            message = f"{path} names {named!r}, which does not lie in the entry"
            hint = "an out of an entry lies in its folder"
            flaws.append(Flaw(message, hint, document.span((*route, "path"))))
    return Pointer(path, document, tuple(outs), tuple(flaws))


def _place(entry: str, here: str, folder: str, named: str | None) -> str | None:
    """Where an out lies, relative to the entry; None for one outside."""
    if named is None or posixpath.isabs(named) or posixpath.isabs(folder) or "://" in named:
        return None  # with a scheme it lies elsewhere altogether
    whole = posixpath.normpath(posixpath.join(entry, here, folder, named))
    inner = whole if entry == "." else whole.removeprefix(f"{entry}/")
    outside = entry != "." and inner == whole
    return None if outside or path_fault(inner) is not None else inner


def folder_md5(files: Mapping[str, str]) -> str:
    """DVC's name of a folder: the MD5 of the list that it stores as the ``.dir`` object.

    ``files`` are MD5s by path relative to the folder. Source: dvc-data 3, ``hashfile/tree.py``.
    """
    listed = [{"md5": files[path], "relpath": path} for path in sorted(files)]
    told = json.dumps(listed, sort_keys=True).encode()
    return hashlib.md5(told, usedforsecurity=False).hexdigest() + ".dir"


def is_lfs_pointer(head: bytes) -> bool:
    """Tell whether these bytes, the whole of a small file, are a git-LFS pointer."""
    return len(head) <= LFS_MAX and _LFS.fullmatch(head) is not None


_Items = list[tuple[Any, Route, str]]


def _file_outs(top: Any, document: Document, flaws: list[Flaw]) -> _Items:
    outs = sequence(top.get("outs"))
    if top and len(outs) != 1:
        message = f"a .dvc file of an entry has exactly one out, this has {len(outs)}"
        flaws.append(Flaw(message, "write it with dvc add", document.span(("outs",))))
    if top.get("deps"):
        message = "a .dvc file with deps is an import: DVC fetches it from there, not from a remote"
        flaws.append(Flaw(message, "dvc add the file itself", document.span(("deps",))))
        outs = [{**mapping(out), "cloud": "an import"} for out in outs]
    folder = text(top.get("wdir", "."))
    if folder is None:
        flaws.append(Flaw("wdir is no text", "quote it", document.span(("wdir",))))
        return []
    return [(item, ("outs", i), folder) for i, item in enumerate(outs)]


def _lock_outs(top: Any, stages: bytes, document: Document, flaws: list[Flaw]) -> _Items:
    if top and str(top.get("schema")) != "2.0":
        message = "dvc.lock is not of schema 2.0"
        flaws.append(Flaw(message, "write it again with dvc repro", document.span(("schema",))))
    items: _Items = []
    declared = read_stages(stages)
    for name, stage in mapping(top.get("stages")).items():
        known = declared(name)
        if isinstance(known, str):
            flaws.append(Flaw(known, "dvc repro writes both", document.span(("stages", name))))
            continue
        for i, item in enumerate(sequence(mapping(stage).get("outs"))):
            options = known.outs.get(text(mapping(item).get("path")) or "", {})
            if options.get("cache") is False:
                continue  # git keeps it
            whole = {**mapping(item), **options}
            items.append((whole, ("stages", name, "outs", i), known.folder))
    return items


def _out(
    pointer: str, path: str, item: object, route: Route, document: Document, flaws: list[Flaw]
) -> Out:
    fields = mapping(item)
    md5, hash_name = text(fields.get("md5")), text(fields.get("hash"))
    if hash_name in KNOWN_HASHES and (md5 is None or not is_md5(md5.removesuffix(".dir"))):
        message = f"{path} has no well-formed md5"
        hint = "32 lower-case hexadecimal digits, '.dir' behind those of a folder; see dvc commit"
        flaws.append(Flaw(message, hint, document.span((*route, "md5"))))
        md5 = None
    sizes = []
    for key, must in (("size", True), ("nfiles", False)):
        value = fields.get(key)
        good = type(value) is int and value >= 0
        if not good and (must or value is not None):
            message = f"{path} has no {key}" if value is None else f"{key} is no whole number"
            flaws.append(Flaw(message, "write it again with dvc commit", document.span(route)))
        sizes.append(value if good else None)
    odd = _odd(fields)
    if odd:
        message = f"{path} has {odd}, so its md5 does not say where DVC keeps it"
        hint = "dvc add the file itself, for a remote without worktree and version_aware"
        flaws.append(Flaw(message, hint, document.span(route)))
    remote = text(fields.get("remote"))
    whole = (pointer, path, md5, sizes[0], sizes[1], hash_name, route, remote)
    return Out(*whole, odd=odd)


def _odd(fields: Mapping[str, Any]) -> str:
    """What makes DVC look for an output in another way than by its MD5; "" where nothing does."""
    told = [name for name in _LISTING if name in fields]
    told += [f"{name}: false" for name in _KEPT if fields.get(name) is False]
    return " and ".join(told)
