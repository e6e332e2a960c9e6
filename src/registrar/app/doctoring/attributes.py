"""Attributes of git: does every file of every entry come out as it went in, now and later.

The files of attributes are read, since any name may be an entry's tomorrow; and git itself is asked
about the files that are there, and some that are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from registrar.app.doctoring.scene import Question, Scene, raw_of, shortened
from registrar.app.shipped.lines import ATTRIBUTES_PATH
from registrar.domain.diagnosis import Line, Topic
from registrar.domain.formats import COMPRESSIONS, DATA_EXTENSIONS, DATA_NAMES, EXTENSIONS
from registrar.domain.trees import Kind, UnreadableError
from registrar.ports import LocalGit, Tree
from registrar.reading.attribute_effects import Setting, Source, TooMuchError, effects
from registrar.reading.attributes import UNSET, UNSPECIFIED, read_attributes, shown

_ATTRIBUTES = Question("attributes", Topic.CLONE, ATTRIBUTES_PATH)
_MERGE = Question("attributes-merge", Topic.CLONE, ATTRIBUTES_PATH, counts=False)
_PROBES = (
    *("metadata.yaml", "MODEL_CARD.md", "metrics.json", "dataset-manifest.yaml", "model"),
    *("model.onnx.dvc", "model/config.json", *sorted(DATA_NAMES)),
    *(f"model.{extension}" for extension in sorted({*EXTENSIONS, *DATA_EXTENSIONS})),
    *(f"model.{inner}.{outer}" for inner in ("pkl", "tar") for outer in sorted(COMPRESSIONS)),
)
"""What an entry may come to hold: git gives attributes to files that are not there, too."""
_SAFE = {
    "text": (UNSET,),
    "filter": (UNSET,),
    "ident": (UNSET,),
    "working-tree-encoding": (UNSPECIFIED,),
    "merge": (UNSET, UNSPECIFIED, "+", "=text", "=binary"),
}
"""Values that keep git from other bytes; ``eol`` and ``crlf`` say nothing beside ``-text``."""
_NEEDED = ("text", "filter", "ident")
"""What a line must settle for every file: where none does, the configuration of git decides."""
_NAMES = (*_NEEDED, "working-tree-encoding")
_CHANGING = dict.fromkeys(_NEEDED, "unset")
_MOST = 50_000
_AT_HEAD = "HEAD:"
_HELPS = "in a work tree that can be read, git check-attr -a -- <file>"


@dataclass(frozen=True, slots=True)
class _Said:
    """What the files of attributes come to."""

    unsafe: tuple[Setting, ...] = ()
    merging: tuple[Setting, ...] = ()
    left: tuple[str, ...] = ()
    """Attributes that no line is known to settle."""
    unseen: str = ""
    """Why the files could not be followed."""


def attributes(scene: Scene) -> Iterator[Line]:
    """git hands out the files of entries byte for byte."""
    if scene.local_git is None or scene.clone is None:
        return
    if scene.clone.bare:
        return  # there is no work tree whose bytes could differ
    here, there = _readings(scene, scene.local_git)
    wrong, doubt = _probed(scene, scene.local_git)
    yield _kept(scene, (here, there), wrong, doubt)
    merging = _lines([*here.merging, *there.merging])
    if merging:
        text = f"a merge may write files below {scene.root} that neither side has"
        fix = "give these patterns -merge below it, or know that the gate judges what comes out"
        yield _MERGE.fails(text, fix, shortened(merging))


def _kept(scene: Scene, said: tuple[_Said, _Said], wrong: list[str], doubt: str) -> Line:
    here, there = said
    unsafe = [*here.unsafe, *there.unsafe]
    if unsafe or wrong:
        text = f"git may change bytes of {scene.root} between its store and a work tree"
        return _ATTRIBUTES.fails(text, _fix(scene, unsafe), shortened([*_lines(unsafe), *wrong]))
    ours = _ours(scene)
    if there.left and not here.left:
        text = f"what keeps git from changing bytes of {scene.root} is not committed"
        return _ATTRIBUTES.fails(text, f"commit {ATTRIBUTES_PATH} with: {ours}")
    reason = here.unseen or there.unseen or doubt
    if here.left and not reason:
        names = ", ".join(here.left)
        reason = f"no line is known to settle {names} for every file below {scene.root}"
        return _ATTRIBUTES.unseen(reason, f"as the last line of {ATTRIBUTES_PATH}: {ours}")
    if reason:
        return _ATTRIBUTES.unseen(reason, _HELPS)
    text = f"git hands out {scene.root} byte for byte: no file of attributes changes a file there"
    return _ATTRIBUTES.holds(f"{text}, by whatever name")


def _readings(scene: Scene, git: LocalGit) -> tuple[_Said, _Said]:
    """The files as they lie here, and as they are committed, where that is something else."""
    here = _read(scene, git, scene.tree, "")
    head = scene.history.resolve("HEAD") if scene.history is not None else None
    if scene.history is None or head is None:
        return here, _Said()
    tree = scene.history.tree(head)
    try:
        committed = _paths(tree, scene.root)
        if committed == _paths(scene.tree, scene.root) and all(
            tree.fingerprint(path) == scene.tree.fingerprint(path) for path in committed
        ):
            return here, _Said()
        return here, _read(scene, git, tree, _AT_HEAD)
    finally:
        tree.close()


def _read(scene: Scene, git: LocalGit, tree: Tree, prefix: str) -> _Said:
    try:
        found = effects(_sources(scene, git, tree, prefix), _SAFE)
    except (UnreadableError, TooMuchError) as error:
        return _Said(unseen=f"{prefix}files of attributes: {error}")
    unsafe = [s for s in found.settings if s.value not in _SAFE[s.name]]
    return _Said(
        tuple(s for s in unsafe if s.name != "merge"),
        tuple(s for s in unsafe if s.name == "merge"),
        tuple(name for name in _NEEDED if name in found.left),
    )


def _sources(scene: Scene, git: LocalGit, tree: Tree, prefix: str) -> list[Source]:
    """Every file that git looks into for the entries, the strongest first."""
    root = [part.encode("utf-8", "surrogateescape").decode("latin-1") for part in _root(scene.root)]
    stronger, weaker, inside = [], [], []
    for file in git.attribute_files():
        label = file.path.removeprefix(f"{scene.top}/")
        source = _source(label, tuple(root), file.raw, macros=True)
        if file.stronger:
            stronger.append(source)
        else:
            weaker.append(replace(source, weaker=True))
    for path in _paths(tree, scene.root):
        depth = path.count("/")
        folder = tuple(root[depth:]) if depth <= len(root) else None
        raw = raw_of(tree, path) or b""
        inside.append(_source(f"{prefix}{path}", folder, raw, macros=depth == 0))
    return [*stronger, *inside, *weaker]


def _source(label: str, folder: tuple[str, ...] | None, raw: bytes, macros: bool) -> Source:
    read = read_attributes(raw, macros)
    if read.fault:
        raise UnreadableError(f"{label}: {read.fault}")
    return Source(label, folder, read)


def _root(root: str) -> list[str]:
    return [part for part in root.split("/") if part not in ("", ".")]


def _paths(tree: Tree, root: str) -> list[str]:
    """The files of attributes above and below the folder of the entries, the deepest first."""
    parts = _root(root)
    above = ["/".join([*parts[:depth], ATTRIBUTES_PATH]) for depth in range(len(parts) + 1)]
    found = {path for path in above if tree.node(path) is not None}
    for node in tree.walk(root):
        if node.path.rpartition("/")[2].casefold() == ATTRIBUTES_PATH:
            found.add(node.path)
    return sorted(found, key=lambda path: (-path.count("/"), path))


def _lines(settings: Sequence[Setting]) -> list[str]:
    """Each line once; by a macro, what it comes to."""
    told: dict[str, None] = {}
    for setting in settings:
        written = shown(setting.name, setting.value)
        where = f"{setting.source.label}:{setting.line.number}: {setting.line.text}"
        plain = written in setting.line.text.split()
        told[where if plain else f"{where} ({written})"] = None
    return list(told)


def _fix(scene: Scene, unsafe: Sequence[Setting]) -> str:
    last = (ATTRIBUTES_PATH, _AT_HEAD + ATTRIBUTES_PATH)
    sources = [setting.source for setting in unsafe if not setting.source.weaker]
    nearer = {source.label for source in sources if source.label not in last}
    if nearer:
        return f"take the lines out of {', '.join(sorted(nearer))}"
    encoded = any(setting.name == "working-tree-encoding" for setting in unsafe)
    more = " !working-tree-encoding" if encoded else ""
    return f"as the last line of {ATTRIBUTES_PATH}: {_ours(scene)}{more}"


def _ours(scene: Scene) -> str:
    return scene.shipped[ATTRIBUTES_PATH].lines[0].text


def _probed(scene: Scene, git: LocalGit) -> tuple[list[str], str]:
    """What git itself says of files that are there, and usual ones; why not all were asked."""
    nodes = scene.tree.walk(scene.root)
    there = [node.path for node in nodes if node.kind is not Kind.UNREADABLE]
    asked = [*(f"{scene.root}/probe-1.0.0/{name}" for name in _PROBES), *there[:_MOST]]
    said = git.attributes(asked, _NAMES)
    wrong = _wrong(said)
    if len(there) > _MOST:
        told = f"{scene.root} has more than {_MOST:,} files; git was asked for the first alone"
        return wrong, told
    whole = len(there) == len(nodes) and all(f"{p}:{n}" in said for p in asked for n in _NAMES)
    return wrong, "" if whole else f"not every file below {scene.root} could be asked for"


def _wrong(said: Mapping[str, str]) -> list[str]:
    wrong: dict[str, str] = {}
    for key, value in said.items():
        path, _, name = key.rpartition(":")
        if value != _CHANGING.get(name, value if value in ("unset", "unspecified") else ""):
            wrong.setdefault(f"{name} is {value}", path.replace("probe-1.0.0", "<entry>"))
    return [f"{what} for {path}" for what, path in sorted(wrong.items())]
