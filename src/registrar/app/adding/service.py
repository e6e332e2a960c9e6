"""Making an entry of a file or a folder: all of it, or nothing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from registrar.app.adding import documents
from registrar.app.adding.behind_dvc import goes_behind_dvc, remote_of
from registrar.app.adding.card import card
from registrar.app.adding.data import Reader
from registrar.app.adding.framework import formats_of, framework_of
from registrar.app.adding.from_run import mlflow_of, wanted_of
from registrar.app.adding.metrics import metrics_for
from registrar.app.adding.naming import certain_name
from registrar.app.adding.notes import notes_of
from registrar.app.adding.origin import origin_of
from registrar.app.adding.plain import read, refuse_odd
from registrar.app.adding.present import refuse_uncommitted
from registrar.app.adding.questions import Ask, checked, complete
from registrar.app.adding.ready import refuse_no_commit, refuse_no_registry
from registrar.app.rulebook import Rulebook, built_in, read_rulebook
from registrar.domain.adding import Draft, Wanted
from registrar.domain.runs import RunModel
from registrar.domain.trees import Written
from registrar.errors import UsageError
from registrar.ports import World
from registrar.ports.making import DvcTool, EntryBench, Progress, TrainingCode


@dataclass(frozen=True, slots=True)
class Shop:
    """Everything that making an entry needs besides what was asked for."""

    top: str
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
    notes: tuple[str, ...] = ()
    """What a person should know: where a run says something else than was asked for, and more."""


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be made of what: the artifact's path, and the run that logged it, if any did."""

    artifact: str
    wanted: Wanted
    book: Rulebook
    found: RunModel | None = None
    uri: str = ""


def add(artifact: str, wanted: Wanted, shop: Shop) -> Added:
    """Make an entry of a file or folder.

    Raises UsageError and OutputError, and leaves nothing behind then.
    """
    checked(wanted)
    if not os.path.lexists(artifact):
        raise UsageError(f"there is no {artifact}", "name a file or a folder")
    refuse_no_registry(shop.world)
    book = _book(shop.world)
    refuse_no_commit(wanted, shop.world)
    wanted = _completed(wanted, artifact, shop, book)
    with _begun(wanted, book, shop) as bench:
        return _make(_Order(artifact, wanted, book), bench, shop)


def add_run(run_id: str, uri: str | None, wanted: Wanted, shop: Shop) -> Added:
    """Make an entry of the model that a run logged; raises AskError besides."""
    checked(wanted)
    refuse_no_registry(shop.world)
    book = _book(shop.world)
    runs = shop.world.others.runs if shop.world.others is not None else None
    if runs is None:
        raise UsageError("no tracking server can be asked from here", "name the model's file")
    uri = uri or book.policy.add.get("tracking_uri")
    if not uri:
        raise UsageError("nothing says where the run is", "give --tracking-uri")
    wanted = _completed(wanted, None, shop, book)  # before anything is downloaded
    with (
        _begun(wanted, book, shop) as bench,
        tempfile.TemporaryDirectory(prefix="registrar-run-") as folder,
    ):
        bench.will_make(folder)
        inner = os.path.join(folder, "model")
        os.mkdir(inner)
        found = runs.fetch(uri, run_id, inner)
        return _make(_Order(inner, wanted, book, found, uri), bench, shop)


def _completed(wanted: Wanted, artifact: str | None, shop: Shop, book: Rulebook) -> Wanted:
    wanted = with_defaults(wanted, book.policy.add)
    wanted = complete(wanted, shop.ask, artifact, shop.world, book)
    refuse_odd(wanted)
    refuse_uncommitted(f"{book.policy.root}/{wanted.folder}", shop.top, shop.world)
    return wanted


@contextmanager
def _begun(wanted: Wanted, book: Rulebook, shop: Shop) -> Iterator[EntryBench]:
    """An entry in the making: there as a whole at the end, or not at all."""
    bench = shop.begin(book.policy.root, wanted.folder)
    try:
        yield bench
        bench.finish()
    except BaseException:  # an interrupt, too, leaves nothing half done
        bench.abandon()
        raise


def _make(order: _Order, bench: EntryBench, shop: Shop) -> Added:
    wanted, book, found = order.wanted, order.book, order.found
    origin = origin_of(wanted, book.policy.root, shop.world, shop.code, found)
    metrics, figures = metrics_for(wanted, found)
    reader = Reader(shop.top, found.run.inputs if found is not None else {}, shop.progress)
    data = reader.gather(wanted.datasets)
    name = os.path.basename(os.path.abspath(order.artifact))
    pieces = bench.bring(order.artifact, name, shop.progress)
    if not pieces:
        raise UsageError(f"{order.artifact} is empty", "name a folder with files in it")
    tracked = goes_behind_dvc(pieces, wanted, book.policy.max_in_git, shop.dvc)
    remote = remote_of(wanted, shop.world) if tracked else None
    formats = formats_of(bench.stage, pieces)
    draft = Draft(
        wanted=_with_names(wanted, found),
        origin=origin,
        artifact=name,
        is_folder=os.path.isdir(order.artifact),
        pieces=tuple(pieces),
        framework=framework_of(formats, found, os.path.join(bench.stage, name)),
        formats=formats,
        metrics=figures,
        data=data,
        created=found.created if found is not None else None,
        mlflow=mlflow_of(found, order.uri) if found is not None else {},
        run=found,
    )
    _write(draft, metrics, remote, bench)
    if tracked:
        shop.dvc.track(bench, name, pieces)
    path = f"{book.policy.root}/{wanted.folder}"
    return Added(
        path,
        f"Add {wanted.name} {wanted.version}",
        f"{path}/{name}.dvc" if tracked else None,
        remote,
        {f"{path}/{inside}": known for inside, known in bench.written.items()},
        tuple(notes_of(draft, reader.places)),
    )


def _write(draft: Draft, metrics: bytes | None, remote: str | None, bench: EntryBench) -> None:
    """The documents of the entry."""
    wanted = draft.wanted
    if metrics is not None:
        bench.write("metrics.json", metrics)
    given = wanted.dataset_manifest
    if given is None:
        bench.write(draft.manifest, documents.manifest(draft))
    else:
        draft = replace(draft, manifest=given if "://" in given else os.path.basename(given))
        if "://" not in given:
            bench.write(draft.manifest, read(given))
    bench.write("metadata.yaml", documents.metadata(draft, remote))
    bench.write("MODEL_CARD.md", read(wanted.card) if wanted.card else card(draft))


def _book(world: World) -> Rulebook:
    return read_rulebook(world.work_tree, "work-tree") if world.work_tree else built_in()


def _with_names(wanted: Wanted, found: RunModel | None) -> Wanted:
    """With the dataset's name: as the run has it, else as its only file is called."""
    wanted = wanted_of(found, wanted) if found is not None else wanted
    name = certain_name(wanted)
    if name is None and wanted.datasets and wanted.dataset_manifest is None:
        message = "the run names no dataset, and the data files are no name of one"
        raise UsageError(message, "give --dataset-name")
    return replace(wanted, dataset_name=name)


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
