"""Making an entry of a file or a folder: all of it, or nothing."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from registrar.app.adding import documents
from registrar.app.adding.from_run import metrics_of, mlflow_of, wanted_of
from registrar.app.adding.plain import data_path, opened, read, refuse_odd
from registrar.app.adding.questions import Ask, complete
from registrar.app.remote.judging import dvc_config
from registrar.app.rulebook import Rulebook, built_in, read_rulebook
from registrar.domain.adding import DataFile, Draft, Origin, Piece, Wanted
from registrar.domain.addresses import without_secrets
from registrar.domain.digests import is_commit
from registrar.domain.formats import Format
from registrar.domain.runs import RunModel
from registrar.domain.trees import Written
from registrar.domain.versions import split_folder, suggest_folder
from registrar.errors import UsageError
from registrar.ports import Ancestry, World
from registrar.ports.making import DvcTool, EntryBench, Progress, TrainingCode
from registrar.reading.json import read_json
from registrar.reading.sniffing import sniff

_FRAMEWORKS = {
    Format.ONNX: "onnx",
    Format.KERAS: "keras",
    Format.TFLITE: "tflite",
    Format.XGBOOST: "xgboost",
    Format.LIGHTGBM: "lightgbm",
    Format.SAVEDMODEL: "tensorflow",
    Format.PYTORCH: "pytorch",
    Format.TORCHSCRIPT: "pytorch",
}
_MEDIA = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".parquet": "application/vnd.apache.parquet",
    ".txt": "text/plain",
}
_ROWS = (".jsonl", ".ndjson")
"""Kinds of files in which every line is a row, whatever it holds."""


@dataclass(frozen=True, slots=True)
class Shop:
    """Everything that making an entry needs besides what was asked for."""

    world: World
    code: TrainingCode
    dvc: DvcTool
    begin: Callable[[str, str], EntryBench]
    """Begins an entry, given the folder of the registry and its own."""
    ask: Ask | None = None
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """A new entry: its path, and the pointer of its artifact where DVC tracks it."""

    path: str
    message: str
    """For the commit that brings it."""
    pointer: str | None
    remote: str | None
    written: Mapping[str, Written]
    """What is known of the artifact's files, by path in the repository."""


def add(artifact: str, wanted: Wanted, shop: Shop) -> Added:
    """Make an entry of a file or folder.

    Raises UsageError and OutputError, and leaves nothing behind then.
    """
    _names(wanted)
    if not os.path.lexists(artifact):
        raise UsageError(f"there is no {artifact}", "name a file or a folder")
    return _add(artifact, wanted, shop, None, "")


def add_run(run_id: str, uri: str | None, wanted: Wanted, shop: Shop) -> Added:
    """Make an entry of the model that a run logged; raises AskError besides."""
    _names(wanted)
    runs = shop.world.others.runs if shop.world.others is not None else None
    if runs is None:
        raise UsageError("no tracking server can be asked from here", "name the model's file")
    uri = uri or _book(shop.world).policy.add.get("tracking_uri")
    if not uri:
        raise UsageError("nothing says where the run is", "give --tracking-uri")
    with tempfile.TemporaryDirectory(prefix="registrar-run-") as folder:
        inner = os.path.join(folder, "model")
        os.mkdir(inner)
        found = runs.fetch(uri, run_id, inner)
        return _add(inner, wanted_of(found, wanted, shop.world), shop, found, uri)


def _add(artifact: str, wanted: Wanted, shop: Shop, found: RunModel | None, uri: str) -> Added:
    book = _book(shop.world)
    wanted = complete(_named(with_defaults(wanted, book.policy.add)), shop.ask)
    refuse_odd(wanted)
    origin = origin_of(wanted, shop)
    if found is not None:
        origin = replace(origin, dirty=found.run.dirty)  # of then, not of now
    bench = shop.begin(book.policy.root, wanted.folder)
    try:
        added = _make(artifact, wanted, origin, book, shop, bench, found, uri)
        bench.finish()
    except BaseException:  # an interrupt, too, leaves nothing half done
        bench.abandon()
        raise
    return added


def _make(
    artifact: str,
    wanted: Wanted,
    origin: Origin,
    book: Rulebook,
    shop: Shop,
    bench: EntryBench,
    found: RunModel | None,
    uri: str,
) -> Added:
    name = os.path.basename(os.path.abspath(artifact))
    pieces = bench.bring(artifact, name, shop.progress)
    if not pieces:
        raise UsageError(f"{artifact} is empty", "name a folder with files in it")
    tracked = _by_dvc(pieces, wanted, book, shop)
    remote = _remote(wanted, shop.world) if tracked else None
    draft = Draft(
        wanted=wanted,
        origin=origin,
        artifact=name,
        is_folder=os.path.isdir(artifact),
        pieces=tuple(pieces),
        framework=_framework(bench, pieces[0], found),
        metrics=_metrics(wanted, bench, found),
        created=found.created if found is not None else None,
        mlflow=mlflow_of(found, uri) if found is not None else {},
    )
    draft = _with_data(draft, bench)
    bench.write("metadata.yaml", documents.metadata(draft, remote))
    bench.write("MODEL_CARD.md", read(wanted.card) if wanted.card else documents.card(draft))
    if tracked:
        shop.dvc.track(bench, name, pieces)
    path = f"{book.policy.root}/{wanted.folder}"
    message = f"Add {wanted.name} {wanted.version}"
    written = {f"{path}/{inside}": known for inside, known in bench.written.items()}
    return Added(path, message, f"{path}/{name}.dvc" if tracked else None, remote, written)


def _names(wanted: Wanted) -> None:
    folder = split_folder(wanted.folder)
    if folder is None or str(folder.version) != wanted.version or folder.name != wanted.name:
        hint = "a name of small letters, digits, - and _; a version such as 1.0.0"
        guess = suggest_folder(wanted.folder)
        raise UsageError(f"{wanted.folder} is no name of an entry", guess or hint)


def _book(world: World) -> Rulebook:
    return read_rulebook(world.work_tree, "work-tree") if world.work_tree else built_in()


def _named(wanted: Wanted) -> Wanted:
    """The dataset's name, where its file tells."""
    if wanted.dataset_name is None and wanted.datasets:
        stem = os.path.basename(wanted.datasets[0][1]).partition(".")[0]
        return replace(wanted, dataset_name=stem or None)
    return wanted


def with_defaults(wanted: Wanted, given: Mapping[str, str]) -> Wanted:
    """What the policy's ``[add]`` says, where nothing else says it."""
    return replace(
        wanted,
        license=wanted.license or given.get("license"),
        dataset_license=wanted.dataset_license or given.get("dataset_license"),
        source_repository=wanted.source_repository or given.get("source_repository"),
        task=wanted.task or given.get("task"),
        owner=wanted.owner or given.get("owner"),
        dvc_remote=wanted.dvc_remote or given.get("dvc_remote"),
    )


def origin_of(wanted: Wanted, shop: Shop) -> Origin:
    """The training code: what was said, else this repository at its last commit."""
    history = shop.world.history
    head = history.resolve("HEAD") if history is not None else None
    commit = wanted.source_commit or head
    if commit is None:
        raise UsageError(
            "there is no commit to name", "give --source-repository and --source-commit"
        )
    if not is_commit(commit):
        raise UsageError(f"--source-commit {commit} is no full hash", f"git rev-parse {commit}")
    repository = wanted.source_repository
    if repository is None:
        here = (
            history is not None
            and head is not None
            and (history.ancestry([commit], head)[commit] is not Ancestry.ABSENT)
        )
        if not here:
            raise UsageError(f"commit {commit[:12]} is not here", "give --source-repository")
        repository = "."
    own = repository == "." and commit == head
    repository = without_secrets(repository)
    return Origin(repository, commit, wanted.source_path, shop.code.modified() if own else None)


def _by_dvc(pieces: list[Piece], wanted: Wanted, book: Rulebook, shop: Shop) -> bool:
    large = any(piece.size > book.policy.max_in_git for piece in pieces)
    if wanted.dvc is False or not (wanted.dvc or large):
        return False
    if not shop.dvc.ready():
        why = "--dvc" if wanted.dvc else f"it is above {book.policy.max_in_git:,} bytes"
        hint = "dvc init && dvc remote add --default storage <url>, commit them, and run it again"
        raise UsageError(f"the artifact belongs behind DVC ({why}), which is not set up here", hint)
    return True


def _remote(wanted: Wanted, world: World) -> str | None:
    config = dvc_config(world.work_tree) if world.work_tree is not None else None
    name = wanted.dvc_remote
    if name is not None and (config is None or name.lower() not in config.remotes):
        raise UsageError(f"no remote {name} in .dvc/config", f"dvc remote add {name} <url>")
    return name or (config.default if config is not None else None)


def _framework(
    bench: EntryBench, piece: Piece, found: RunModel | None
) -> tuple[str, str | None] | None:
    """What the run says, or the first file's content; None where nothing says it."""
    if found is not None and found.framework is not None:
        return found.framework
    with open(os.path.join(bench.stage, piece.path), "rb") as stream:
        name = _FRAMEWORKS.get(sniff(stream, piece.size).format)
    return (name, None) if name is not None else None


def _metrics(wanted: Wanted, bench: EntryBench, found: RunModel | None) -> dict[str, object]:
    if wanted.metrics is None:
        metrics = metrics_of(found.run.metrics) if found is not None else {}
        if metrics:
            bench.write("metrics.json", f"{json.dumps(metrics, indent=2)}\n".encode())
        return metrics
    raw = read(wanted.metrics)
    document = read_json(raw)
    if not document.readable or not isinstance(document.data, dict):
        told = document.flaws[0].message if document.flaws else "it is no JSON object"
        raise UsageError(f"{wanted.metrics}: {told}", "write nested names and numbers")
    bench.write("metrics.json", raw)
    return dict(json.loads(raw))


def _with_data(draft: Draft, bench: EntryBench) -> Draft:
    """The manifest: one that is there, an address, or made of the data files."""
    wanted = draft.wanted
    if wanted.dataset_manifest is not None:
        if "://" in wanted.dataset_manifest:
            return replace(draft, manifest=wanted.dataset_manifest)
        name = os.path.basename(wanted.dataset_manifest)
        bench.write(name, read(wanted.dataset_manifest))
        return replace(draft, manifest=name)
    data = tuple(_data_file(split, path) for split, path in wanted.datasets)
    draft = replace(draft, data=data)
    bench.write(draft.manifest, documents.manifest(draft))
    return draft


def _data_file(split: str | None, path: str) -> DataFile:
    """One data file, read in its place: its bytes do not come into the entry."""
    import hashlib

    digest, size, lines, last = hashlib.sha256(), 0, 0, b"\n"
    with opened(f"--dataset {path}", path) as stream:
        before = os.fstat(stream.fileno())
        while block := stream.read(1 << 20):
            digest.update(block)
            size += len(block)
            lines += block.count(b"\n")
            last = block[-1:]
        after = os.fstat(stream.fileno())
    if (size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise UsageError(f"--dataset {path} changed while it was read", "wait until it is written")
    kind = os.path.splitext(path)[1].lower()
    rows = lines + (last != b"\n") if kind in _ROWS else None
    name = (
        path if not os.path.isabs(path) and ".." not in path.split("/") else os.path.basename(path)
    )
    return DataFile(
        Piece(data_path(os.path.normpath(name)), digest.hexdigest(), size),
        split,
        rows,
        _MEDIA.get(kind),
    )
