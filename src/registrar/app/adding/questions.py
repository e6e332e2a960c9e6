"""What only the publisher knows: asked on a terminal, otherwise told with the options to give."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from registrar.app.adding.earlier import earlier_of, name_of
from registrar.app.adding.naming import certain_name, stem_of
from registrar.app.rulebook import Rulebook
from registrar.domain.adding import Wanted, split_and_path
from registrar.domain.versions import Version, is_model_name, split_folder, suggest_folder
from registrar.errors import MissingFactsError, UsageError
from registrar.ports import World
from registrar.reading.spdx import SpdxError, parse

Ask = Callable[[str], str | None]
"""Asks a question; None where nobody answers."""
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Question:
    """One fact that is missing: its option, what is asked for, and where the answer goes."""

    option: str
    value: str
    """What stands for the value in a command line."""
    text: str
    answered: Callable[[Wanted, str], Wanted]
    """The answer in its place; raises UsageError where it cannot be one."""
    instead: str = ""
    """Another option that answers it, too."""
    without: str = ""
    """What happens where nothing is answered; "" where an answer is needed."""


def missing(wanted: Wanted, of_run: bool = False) -> Iterator[Question]:
    """What an entry needs and nobody has said; a run may know the name of its data."""
    if not wanted.name:
        yield _NAME
    if not wanted.version:
        yield _VERSION
    if wanted.license is None:
        yield _LICENSE
    if wanted.dataset_manifest is None:
        if not wanted.datasets:
            yield _DATA
        elif certain_name(wanted) is None and not of_run:
            yield _DATA_NAME
        if wanted.dataset_version is None:
            yield _DATA_VERSION
        if wanted.dataset_license is None:
            yield _DATA_LICENSE


def complete(
    wanted: Wanted, ask: Ask | None, artifact: str | None, world: World, book: Rulebook
) -> Wanted:
    """Ask for what is missing, each answer until it can be one.

    Raises MissingFactsError with all options where nobody can be asked, UsageError where what
    was given, or answered, cannot be.
    """
    checked(wanted)
    of_run = artifact is None
    if ask is None:
        lacking = list(missing(wanted, of_run))
        if lacking:
            raise _all_missing(lacking)
        return wanted
    while (question := next(missing(wanted, of_run), None)) is not None:
        wanted = _asked(question, _shown(question, artifact, wanted, world, book), wanted, ask)
        while question is _DATA:
            before, wanted = wanted, _asked(_MORE_DATA, None, wanted, ask)
            if wanted == before:
                break
    if wanted.owner is None and wanted.card is None:
        wanted = _asked(_OWNER, _shown(_OWNER, artifact, wanted, world, book), wanted, ask)
    return wanted


def _all_missing(lacking: list[Question]) -> MissingFactsError:
    """All options at once, then what each is."""
    told = [(q.instead and f"{q.option} {q.value} or {q.instead}") or q.option for q in lacking]
    lines = [f"an entry needs more than is known: {', '.join(told)}"]
    lines += [f"  {question.option} {question.value}: {question.text}" for question in lacking]
    return MissingFactsError("\n".join(lines), (f"{q.option} {q.value}" for q in lacking))


def checked(wanted: Wanted) -> None:
    """Raise UsageError for what was given and cannot be; what was not is none of it."""
    if wanted.name or wanted.version:
        _folder(wanted)
    for option, text in (
        (_LICENSE.option, wanted.license),
        (_DATA_LICENSE.option, wanted.dataset_license),
    ):
        if text is not None:
            _licence(option, text)


def _asked(question: Question, shown: tuple[str, str] | None, wanted: Wanted, ask: Ask) -> Wanted:
    """One answer; an empty one takes what is shown, and is refused where nothing is."""
    text = question.text
    if shown is not None:
        text += f" [{shown[0]}{shown[1]}; Enter takes it]"
    elif question.without:
        text += f" [Enter: {question.without}]"
    refused = ""
    for _ in range(_TRIES):
        told = ask(f"{refused}{text}")
        if told is None:
            break
        answer = told.strip() or (shown[0] if shown is not None else "")
        try:
            if answer:
                return question.answered(wanted, answer)
            if question.without:
                return wanted
            refused = "nothing was answered\n"
        except UsageError as error:
            refused = f"{error.message}: {error.hint}\n"
    given = f"or give {question.option} {question.value}"
    raise UsageError(f"no answer to: {question.text}", f"{given}; nothing was changed")


def _shown(
    question: Question, artifact: str | None, wanted: Wanted, world: World, book: Rulebook
) -> tuple[str, str] | None:
    """An answer that may be right, and where it is from; None where nothing suggests one."""
    earlier = earlier_of(wanted.name, world, book) if wanted.name else None
    name = name_of(artifact)
    if question is _NAME:
        return (name, ", as the file") if name is not None else None
    stem = stem_of(wanted) if question is _DATA_NAME else None
    if earlier is None:
        of_file = (stem, ", as the first file") if stem is not None else None
        return ("1.0.0", ", the first one") if question is _VERSION else of_file
    if question is _VERSION:
        return earlier.next_version, f", after {earlier.version}"
    known = {
        _LICENSE.option: earlier.license,
        _OWNER.option: earlier.owner,
        _DATA_NAME.option: earlier.dataset_name or stem,
        _DATA_VERSION.option: earlier.dataset_version,
        _DATA_LICENSE.option: earlier.dataset_license,
    }.get(question.option)
    return (known, f", as {earlier.folder}") if known is not None else None


def _folder(wanted: Wanted) -> Wanted:
    """The same, where name and version make the name of an entry; one that is not said may be."""
    name, version = wanted.name or "model", wanted.version or "1.0.0"
    folder = split_folder(f"{name}-{version}")
    if folder is None or (str(folder.version), folder.name) != (version, name):
        shown = wanted.folder.strip("-")
        raise UsageError(f"{shown} is no name of an entry", _better(wanted))
    return wanted


def _better(wanted: Wanted) -> str:
    """The options as they may have been meant; of both only what cannot be."""
    better = []
    if wanted.name and not is_model_name(wanted.name):
        inside = split_folder(wanted.name) or split_folder(suggest_folder(wanted.name) or "")
        better += [f"--name {inside.name}"] if inside is not None else []
    if wanted.version and Version.parse(wanted.version) is None:
        number = wanted.version.lstrip("vV")
        guess = split_folder(suggest_folder(f"model-v{number}") or "")
        if Version.parse(number) is not None:
            better.append(f"--version {number}")
        elif guess is not None and guess.name == "model":
            better.append(f"--version {guess.version}")
    return " ".join(better) or "a name of small letters, digits, - and _; a version such as 1.0.0"


def _licence(option: str, text: str) -> str:
    try:
        parse(text)
    except SpdxError as error:
        raise UsageError(f"{option}: {error.message}", error.hint) from error
    return text


def _with_data(wanted: Wanted, text: str) -> Wanted:
    found = split_and_path(text)
    if not os.path.exists(found[1]):
        raise UsageError(f"there is no {found[1]}", "name a file or a folder")
    return replace(wanted, datasets=(*wanted.datasets, found))


_NAME = Question(
    "--name", "NAME", "Name of the model", lambda wanted, told: _folder(replace(wanted, name=told))
)
_VERSION = Question(
    "--version",
    "VERSION",
    "Version of this entry",
    lambda wanted, told: _folder(replace(wanted, version=told)),
)
_LICENSE = Question(
    "--license",
    "LICENSE",
    "Licence of the weights, an SPDX expression such as Apache-2.0",
    lambda wanted, told: replace(wanted, license=_licence("--license", told)),
)
_DATA = Question(
    "--dataset",
    "PATH",
    "File or folder that the model learned from, as PATH or split=PATH",
    _with_data,
    "--dataset-manifest PATH|URL",
)
_MORE_DATA = Question(
    "--dataset",
    "PATH",
    "Another one, such as test=data/test.csv?",
    _with_data,
    without="go on",
)
_DATA_NAME = Question(
    "--dataset-name",
    "DATA-NAME",
    "Name of the dataset, of which the files are parts",
    lambda wanted, told: replace(wanted, dataset_name=told),
)
_OWNER = Question(
    "--owner",
    "OWNER",
    "Who answers for the model: an address or a name",
    lambda wanted, told: replace(wanted, owner=told),
    without="the card's contact is left to write",
)
_DATA_VERSION = Question(
    "--dataset-version",
    "DATA-VERSION",
    "Version of the dataset, such as 2026.10.0",
    lambda wanted, told: replace(wanted, dataset_version=told),
)
_DATA_LICENSE = Question(
    "--dataset-license",
    "DATA-LICENSE",
    "Licence of the dataset, an SPDX expression such as CC-BY-4.0",
    lambda wanted, told: replace(wanted, dataset_license=_licence("--dataset-license", told)),
)
