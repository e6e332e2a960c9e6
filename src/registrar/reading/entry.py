"""One entry, each of its files read once and kept while it is judged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, BinaryIO, Protocol

from registrar.domain.metadata import ManifestRef, Metadata, mapping, metadata_from, text
from registrar.domain.paths import inside
from registrar.domain.places import At, Span
from registrar.domain.trees import Kind, Node, UnreadableError, Written
from registrar.domain.versions import EntryName, split_folder
from registrar.reading.artifact import Artifact, Content, read_content
from registrar.reading.characters import control_flaws
from registrar.reading.documents import MAX_BYTES, Document, Flaw, decode, unreadable
from registrar.reading.effort import Effort
from registrar.reading.json import read_json
from registrar.reading.manifest import Manifest, manifest_from
from registrar.reading.metrics import measured
from registrar.reading.once import once
from registrar.reading.pointers import (
    LFS_MAX,
    Out,
    Pointer,
    is_lfs_pointer,
    is_pointer_name,
    read_pointer,
)
from registrar.reading.yaml import read_yaml

if TYPE_CHECKING:
    from registrar.reading.card import Card

METADATA_NAMES = ("metadata.yaml", "metadata.yml", "metadata.json")
CARD_NAME = "MODEL_CARD.md"
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_./+][A-Za-z0-9_./+-]*")
"""A path that a shell takes for one word, as it is."""


class Files(Protocol):
    """What reading an entry asks of a tree; see ``registrar.ports.Tree``."""

    def node(self, path: str) -> Node | None:
        """What stands at a path."""

    def walk(self, folder: str) -> list[Node]:
        """Everything below a folder but folders."""

    def read(self, path: str, limit: int) -> bytes:
        """At most ``limit`` + 1 bytes of a file; raises UnreadableError."""

    def open(self, path: str) -> BinaryIO:
        """A seekable stream of a file's bytes; raises UnreadableError."""

    def place(self, path: str) -> str | None:
        """Where a file or folder lies on this machine, absolute; None where it is no file there."""

    def written(self, path: str) -> Written | None:
        """The digests of a file that this process wrote, where it is unchanged since."""


class Entry:
    """The folder of one model version in a tree; everything is read when first asked for."""

    def __init__(self, tree: Files, root: str, folder: str, profile: str = "default") -> None:
        self.tree = tree
        self.folder = folder
        self.path = f"{root}/{folder}"
        self.looked_outside = False
        """True once an answer depends on more than the entry's own folder."""
        self._profile = profile
        self._effort = Effort()
        self._contents: dict[str, Content | UnreadableError] = {}
        self._documents: dict[str, Document] = {}
        self._manifests: dict[str, Manifest | None] = {}

    def typed(self, path: str = "") -> str:
        """The path of the entry, or of a file in it, as a word of a command to be typed."""
        whole = f"{self.path}/{path}" if path else self.path
        if _PLAIN_WORD.fullmatch(whole):
            return whole
        import shlex  # hardly ever

        return shlex.quote(whole)

    @once
    def name(self) -> EntryName | None:
        """Name and version that the folder stands for."""
        return split_folder(self.folder)

    @once
    def node(self) -> Node | None:
        """What the entry itself is: a folder, or something that is refused."""
        return self.tree.node(self.path)

    @once
    def nodes(self) -> Mapping[str, Node]:
        """Everything in the folder but folders, keyed by path relative to it."""
        cut = len(self.path) + 1
        return {node.path[cut:]: node for node in self.tree.walk(self.path)}

    @once
    def files(self) -> frozenset[str]:
        """The regular files, paths relative to the folder."""
        return frozenset(path for path, node in self.nodes.items() if node.kind is Kind.FILE)

    @once
    def metadata_names(self) -> list[str]:
        """The metadata files that are here; exactly one is right."""
        return [name for name in METADATA_NAMES if name in self.nodes]

    @once
    def metadata_document(self) -> Document | None:
        """The metadata as read; None unless there is exactly one file."""
        if len(self.metadata_names) != 1:
            return None
        return self.document(self.metadata_names[0])

    @once
    def metadata(self) -> Metadata | None:
        """The typed metadata; None where the file is missing or not readable."""
        document = self.metadata_document
        if document is None or not document.readable or not isinstance(document.data, dict):
            return None
        return metadata_from(document.data)

    def document(self, path: str) -> Document:
        """A YAML or JSON document of the entry, read once."""
        if path not in self._documents:
            self._documents[path] = self._read_document(path)
        return self._documents[path]

    def _read_document(self, path: str) -> Document:
        raw = self.raw(path)
        if isinstance(raw, Flaw):
            return unreadable("", raw)
        return read_json(raw) if path.endswith(".json") else read_yaml(raw)

    def raw(self, path: str) -> bytes | Flaw:
        """At most 1 MiB + 1 byte of a file, or why it cannot be read."""
        try:
            return self.tree.read(f"{self.path}/{path}", MAX_BYTES)
        except UnreadableError as error:
            return Flaw(f"{path} cannot be read: {error}", "check its type and permissions")

    @once
    def card_text(self) -> tuple[str, tuple[Flaw, ...]]:
        """The text of the model card and the flaws of its bytes; a byte order mark is allowed."""
        raw = self.raw(CARD_NAME)
        if isinstance(raw, Flaw):
            return "", (raw,)
        text, flaw = decode(raw)
        return text, (flaw,) if flaw else tuple(control_flaws(text, raw))

    @once
    def card(self) -> Card | None:
        """The judged sections of the card; None where it is missing or not readable."""
        if CARD_NAME not in self.files or self.card_text[1]:
            return None
        from registrar.reading.card import read  # not needed where bytes alone are looked at

        return read(self.card_text[0], self._profile)

    @once
    def local_manifests(self) -> list[ManifestRef]:
        """The dataset manifests that metadata names inside the entry, where they are here."""
        if self.metadata is None:
            return []
        refs = {ref.target: ref for ref in reversed(self.metadata.dataset_manifests)}
        return [r for r in reversed(refs.values()) if not r.is_url and r.target in self.files]

    def manifest(self, path: str) -> Manifest | None:
        """A dataset manifest of the entry as typed values; None where it is not readable."""
        if path not in self._manifests:
            document = self.document(path)
            self._manifests[path] = manifest_from(document.data) if document.readable else None
        return self._manifests[path]

    @once
    def data_licences(self) -> tuple[str, ...]:
        """The licences that the dataset manifests of the entry name."""
        tops = (mapping(self.document(ref.target).data) for ref in self.local_manifests)
        return tuple(name for top in tops if (name := text(top.get("license"))))

    @once
    def data_names(self) -> tuple[str, ...]:
        """The names of the dataset manifests, and of what the metrics belong to."""
        tops = (mapping(self.document(ref.target).data) for ref in self.local_manifests)
        on = self.metadata.evaluated_on if self.metadata else None
        return tuple(name for name in (*(text(top.get("name")) for top in tops), on) if name)

    @once
    def measured(self) -> Mapping[str, float]:
        """Every finite number of the metrics file by its dotted path; none if unreadable."""
        path = self.metadata.metrics_path if self.metadata else None
        return measured(self.document(path).data) if path in self.files and path else {}

    def beside(self, path: str) -> Node | None:
        """What stands at a path of the repository; the entry is marked as having looked there."""
        self.looked_outside = True
        return self.tree.node(path)

    @once
    def pointers(self) -> list[Pointer]:
        """All ``.dvc`` files and ``dvc.lock`` of the entry."""
        found = []
        for path in sorted(self.files):
            if is_pointer_name(path):
                raw = self.raw(path)
                document = unreadable("", raw) if isinstance(raw, Flaw) else None
                if document is not None:
                    found.append(Pointer(path, document, (), document.flaws))
                elif isinstance(raw, bytes):
                    found.append(read_pointer(path, raw, self.path, self._stages(path)))
        return found

    def _stages(self, path: str) -> bytes:
        """The ``dvc.yaml`` beside a ``dvc.lock``, where there is one."""
        beside = path.removesuffix("dvc.lock") + "dvc.yaml"
        raw = self.raw(beside) if path.endswith("dvc.lock") and beside in self.files else b""
        return raw if isinstance(raw, bytes) else b""

    @once
    def outs(self) -> list[Out]:
        """Everything that the pointers of the entry track."""
        return [out for pointer in self.pointers for out in pointer.outs]

    def covered(self, path: str) -> bool:
        """Tell whether a pointer tracks this path or a folder above it."""
        return any(inside(path, out.path) for out in self.outs)

    def _names(self, path: str) -> int:
        """How many names DVC may have given the bytes of a path: none, one, before 3.0 two."""
        outs = [out for out in self.outs if inside(path, out.path)]
        return 2 if any(out.hash_name is None for out in outs) else bool(outs)

    def is_lfs_pointer(self, path: str) -> bool:
        """Tell whether a pointer of git-LFS stands in the place of a file."""
        try:
            return is_lfs_pointer(self.tree.read(f"{self.path}/{path}", LFS_MAX))
        except UnreadableError:
            return False

    @once
    def artifact(self) -> Artifact | None:
        """What metadata names as the artifact; None where it names nothing, or a pointer."""
        named = self.metadata.artifact if self.metadata else None
        if named is None or named.endswith(".dvc"):
            return None
        path = named.removesuffix("/")
        below = sorted(file for file in self.files if file.startswith(path + "/"))
        outs = tuple(out for out in self.outs if out.path == path)
        return Artifact(path, path in self.files, tuple(below), outs)

    def content(self, path: str) -> Content | UnreadableError:
        """Digest and sniff the bytes of a file in one opening; the answer is kept."""
        if path not in self._contents:
            try:
                whole = f"{self.path}/{path}"
                known = self.tree.written(whole)
                with self.tree.open(whole) as stream:
                    names = self._names(path)
                    self._contents[path] = read_content(stream, names, self._effort, known)
            except UnreadableError as error:
                self._contents[path] = error
            except OSError as error:
                self._contents[path] = UnreadableError(error.strerror or "input/output error")
        return self._contents[path]

    def locate(self, at: At) -> Span | None:
        """The span that a rule points at; None for a file that is no document."""
        if at.span is not None:
            return at.span
        if is_pointer_name(at.path):
            found = [pointer.document for pointer in self.pointers if pointer.path == at.path]
            return found[0].span(at.route) if found else None
        if at.path in self.files and at.path.endswith((".yaml", ".yml", ".json")):
            return self.document(at.path).span(at.route)
        return None
