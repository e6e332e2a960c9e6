"""What the DVC remotes hold of the outputs of entries: many objects in one question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from registrar.domain.remotes import Absent, DvcConfig, Lookup, NoAnswer, ObjectName, Stored
from registrar.ports.others import AskError, ObjectStore, Stores
from registrar.reading.dvc_config import CONFIG_PATH
from registrar.reading.dvc_folder import MAX_LIST, FolderListError, read_folder_list
from registrar.reading.entry import Entry
from registrar.reading.pointers import KNOWN_HASHES, Out
from registrar.reading.remote_files import RemoteFile, RemoteOut
from registrar.rules.rule import Record


@dataclass(slots=True)
class DvcRemotes:
    """The remotes that the judge's policy and configuration name, each opened once."""

    allowed: frozenset[str]
    config: DvcConfig | None
    stores: Stores
    _open: dict[str, ObjectStore | str] = field(default_factory=dict)

    def name_of(self, named: str | None, out: Out) -> str:
        """Which remote an output is kept on, as DVC has it; "" where nothing says it."""
        default = self.config.default if self.config else None
        return (out.remote or named or default or "").lower()

    def store(self, name: str) -> ObjectStore | str:
        """An opened remote, or why it is not asked."""
        if name not in self._open:
            self._open[name] = self._opened(name)
        return self._open[name]

    def opened(self, outs: Iterable[RemoteOut]) -> dict[str, ObjectStore]:
        """The remotes of outputs, by name, as far as they are open."""
        stores = {out.remote: self.store(out.remote) for out in outs}
        return {name: store for name, store in stores.items() if not isinstance(store, str)}

    def _opened(self, name: str) -> ObjectStore | str:
        if not name:
            return "nothing names its DVC remote: add dvc: {remote: <name>} to the metadata"
        for needed in (name, *(self.config.behind(name) if self.config else ())):
            if needed not in self.allowed:
                on = f", on which {name} lies," if needed != name else ""
                return (
                    f"the judging policy does not let the DVC remote {needed}{on} be asked: "
                    f'[network] dvc_remotes = ["{needed}"] in registrar.toml does'
                )
        if self.config is None:
            return f"there is no {CONFIG_PATH} that can be read where the policy comes from"
        try:
            return self.stores.open(name, self.config)
        except AskError as error:
            return str(error)


def ask_remotes(
    entries: Mapping[str, Entry], records: Mapping[str, Record], remotes: DvcRemotes
) -> dict[str, tuple[RemoteOut, ...]]:
    """By folder, where each output of each entry was looked for and what is there."""
    found: list[tuple[Entry, RemoteOut]] = []
    for folder, entry in entries.items():
        found += [(entry, _asked(records[folder], out, remotes)) for out in entry.outs]
    waiting = [pair for pair in found if not pair[1].blocked]
    answers = _look({(o.remote, _name(o.out)) for _, o in waiting}, remotes)
    lists = {(o.remote, _name(o.out)) for _, o in waiting if o.out.is_folder}
    listed = {key: _listed(answers[key], key[1], remotes.store(key[0])) for key in lists}
    children = {
        (remote, ObjectName(md5, name.legacy))
        for (remote, name), told in listed.items()
        if isinstance(told, dict)
        for md5 in told.values()
    }
    answers |= _look(children, remotes)
    outs: dict[str, list[RemoteOut]] = defaultdict(list)
    for entry, out in found:
        whole = out if out.blocked else _told(entry, out, answers, listed)
        outs[entry.folder].append(whole)
    return {folder: tuple(items) for folder, items in outs.items()}


def _asked(record: Record, out: Out, remotes: DvcRemotes) -> RemoteOut:
    name = remotes.name_of(record.dvc_remote, out)
    if out.hash_name not in KNOWN_HASHES:
        return RemoteOut(out, name, f"its pointer uses the hash {out.hash_name!r}, not md5")
    if out.odd or out.md5 is None:
        return RemoteOut(out, name, "its pointer does not plainly say which object it is")
    store = remotes.store(name)
    return RemoteOut(out, name, store if isinstance(store, str) else "")


def _name(out: Out) -> ObjectName:
    return ObjectName(out.md5 or "", legacy=out.hash_name is None)


_Keys = set[tuple[str, ObjectName]]
_Listed = dict[str, str] | Lookup | str
"""Files of a folder, or why there are none: the answer of the store, or a fault of the list."""


def _look(keys: _Keys, remotes: DvcRemotes) -> dict[tuple[str, ObjectName], Lookup]:
    """Ask each remote for all of its objects at once."""
    by_remote: dict[str, list[ObjectName]] = defaultdict(list)
    for remote, name in sorted(keys, key=lambda key: (key[0], key[1].md5, key[1].legacy)):
        by_remote[remote].append(name)
    answers: dict[tuple[str, ObjectName], Lookup] = {}
    for remote, names in by_remote.items():
        store = remotes.store(remote)
        if not isinstance(store, str):
            answers |= {(remote, name): said for name, said in store.look(names).items()}
    return answers


def _listed(found: Lookup, name: ObjectName, store: ObjectStore | str) -> _Listed:
    if not isinstance(found, Stored) or isinstance(store, str):
        return found
    try:
        with store.open(name) as stream:
            raw = _whole(stream)
        return dict(read_folder_list(raw, name.md5))
    except FolderListError as error:
        return str(error)
    except OSError as error:
        return NoAnswer(str(error))


def _whole(stream: BinaryIO) -> bytes:
    """A list to its end, or beyond its limit; a stream may give less than it is asked for."""
    raw = bytearray()
    while len(raw) <= MAX_LIST and (block := stream.read(MAX_LIST + 1 - len(raw))):
        raw += block
    return bytes(raw)


def _told(
    entry: Entry,
    out: RemoteOut,
    answers: Mapping[tuple[str, ObjectName], Lookup],
    listed: Mapping[tuple[str, ObjectName], _Listed],
) -> RemoteOut:
    """One output with its files and what was answered for each."""
    name, path = _name(out.out), out.out.path
    if not out.out.is_folder:
        file = RemoteFile(path, name, out.out.size, answers[out.remote, name])
        return replace(out, files=(file,))
    told = listed[out.remote, name]
    if isinstance(told, str):
        return replace(out, fault=told)
    if isinstance(told, Absent):
        return replace(out, gone=True)
    if isinstance(told, NoAnswer):
        return replace(out, blocked=out.untold(told.reason))
    if isinstance(told, Stored):
        return replace(out, blocked=out.untold("the list of the folder was not read"))
    return replace(out, files=tuple(_members(entry, out, told, answers, name.legacy)))


def _members(
    entry: Entry,
    out: RemoteOut,
    told: Mapping[str, str],
    answers: Mapping[tuple[str, ObjectName], Lookup],
    legacy: bool,
) -> Iterator[RemoteFile]:
    records = (entry.metadata.files if entry.metadata else None) or ()
    sizes = {record.path: record.size for record in records}
    for inner, md5 in sorted(told.items()):
        path, name = f"{out.out.path}/{inner}", ObjectName(md5, legacy)
        yield RemoteFile(path, name, sizes.get(path), answers[out.remote, name])
