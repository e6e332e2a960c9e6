"""Where the bytes of an entry are: here, in DVC's cache, or on its remote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from registrar.domain.paths import inside
from registrar.domain.trees import Kind
from registrar.domain.verifying import Source
from registrar.reading.entry import Entry
from registrar.reading.pointers import KNOWN_HASHES, Out

if TYPE_CHECKING:  # what is imported here is not needed where the bytes are here
    from registrar.app.remote.dvc import DvcRemotes
    from registrar.domain.remotes import ObjectName
    from registrar.ports.others import ObjectStore


@dataclass(frozen=True, slots=True)
class Place:
    """An entry, and what may hold its bytes beside it."""

    entry: Entry
    shown: str
    """Its path as it was asked for."""
    cache: ObjectStore | None = None
    remotes: DvcRemotes | None = None
    """Given where the remote is to be read, whatever is here."""


@dataclass(frozen=True, slots=True)
class Found:
    """One file: what opens it, and what it is opened from."""

    source: Source
    open: Callable[[], BinaryIO]


@dataclass(slots=True)
class Search:
    """Looks for the files of one entry; lists of folders are read once."""

    place: Place
    _lists: dict[tuple[Source, str], Mapping[str, str] | str] = field(default_factory=dict)

    def find(self, path: str) -> Found | str | None:
        """The file; why it could not be looked for; None where it is plainly missing."""
        entry = self.place.entry
        out = self._out(path)
        if out is not None and self.place.remotes is not None:
            return self._stored(path, out, Source.REMOTE)
        if path in entry.files:
            return Found(Source.HERE, lambda: entry.tree.open(f"{entry.path}/{path}"))
        if out is None:
            return None
        if entry.artifact is not None and entry.artifact.here:
            return None  # the folder is here, and this file of it is not
        found = self._stored(path, out, Source.CACHE) if self.place.cache is not None else None
        if isinstance(found, Found):
            return found
        pull = f"dvc pull {entry.typed(out.pointer)}"
        return f"{out.path} is not here: {pull} brings it, --remote reads it where it lies"

    def push(self, path: str) -> str | None:
        """What sends a file to the remote that was asked for it; None where none was."""
        out = self._out(path) if self.place.remotes is not None else None
        return f"dvc push {self.place.entry.typed(out.pointer)}" if out is not None else None

    def _out(self, path: str) -> Out | None:
        outs = self.place.entry.outs
        return next((out for out in outs if out.md5 and inside(path, out.path)), None)

    def listed(self) -> frozenset[str]:
        """What the artifact has where it was looked for, recorded or not; links are of it, too."""
        entry, artifact = self.place.entry, self.place.entry.artifact
        if artifact is None:
            return frozenset()
        here = self.place.remotes is None or not artifact.outs
        names = {path for path, node in entry.nodes.items() if node.kind is not Kind.UNREADABLE}
        names = names if here else set()
        for (_, folder), told in self._lists.items():
            if not isinstance(told, str):
                names |= {f"{folder}/{inner}" for inner in told}
        return frozenset(name for name in names if inside(name, artifact.path))

    def closed(self) -> dict[str, str]:
        """The folders of the artifact that cannot be listed, with why."""
        entry, artifact = self.place.entry, self.place.entry.artifact
        if artifact is None or (self.place.remotes is not None and artifact.outs):
            return {}
        closed = (path for path, node in entry.nodes.items() if node.kind is Kind.UNREADABLE)
        own = (path for path in closed if inside(path, artifact.path))
        return {path: f"{path} cannot be listed" for path in own}

    def _stored(self, path: str, out: Out, source: Source) -> Found | str | None:
        """An object of DVC; None where the store was asked and has none."""
        from registrar.domain.remotes import Absent, NoAnswer, ObjectName

        store = self._store(out, source)
        if isinstance(store, str):
            return store
        if out.hash_name not in KNOWN_HASHES:
            return f"its pointer uses the hash {out.hash_name!r}, not md5"
        legacy, md5 = out.hash_name is None, out.md5 or ""
        if out.is_folder:
            told = self._list(out, store, source)
            if isinstance(told, str):
                return told or None
            md5 = told.get(path[len(out.path) + 1 :], "")
            if not md5:
                return None
        name = ObjectName(md5, legacy)
        answer = store.look([name])[name]
        if isinstance(answer, NoAnswer):
            return answer.reason
        return None if isinstance(answer, Absent) else Found(source, lambda: store.open(name))

    def _store(self, out: Out, source: Source) -> ObjectStore | str:
        if source is Source.CACHE:
            return self.place.cache or "there is no cache"
        remotes, metadata = self.place.remotes, self.place.entry.metadata
        if remotes is None:
            return "no remote is to be asked"
        return remotes.store(remotes.name_of(metadata.dvc_remote if metadata else None, out))

    def _list(self, out: Out, store: ObjectStore, source: Source) -> Mapping[str, str] | str:
        """The files of a folder; "" where its list is not there, else why it cannot be read."""
        key = (source, out.path)
        from registrar.domain.remotes import ObjectName

        if key not in self._lists:
            self._lists[key] = _read_list(ObjectName(out.md5 or "", out.hash_name is None), store)
        return self._lists[key]


def _read_list(name: ObjectName, store: ObjectStore) -> Mapping[str, str] | str:
    from registrar.domain.remotes import Absent, NoAnswer
    from registrar.reading.dvc_folder import MAX_LIST, FolderListError, read_folder_list

    answer = store.look([name])[name]
    if isinstance(answer, NoAnswer):
        return answer.reason
    if isinstance(answer, Absent):
        return ""
    try:
        with store.open(name) as stream:
            return read_folder_list(stream.read(MAX_LIST + 1), name.md5)
    except FolderListError as error:
        return f"the folder's list {error}"
    except OSError as error:
        return str(error)
