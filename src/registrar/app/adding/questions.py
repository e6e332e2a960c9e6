"""What only the publisher knows: asked on a terminal, otherwise told with the options to give."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from registrar.app.adding.earlier import Earlier, earlier_of, name_of
from registrar.app.rulebook import Rulebook
from registrar.domain.adding import Wanted
from registrar.domain.versions import split_folder, suggest_folder
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


def missing(wanted: Wanted) -> Iterator[Question]:
    """What an entry needs and nobody has said."""
    if not wanted.name:
        yield _NAME
    if not wanted.version:
        yield _VERSION
    if wanted.license is None:
        yield _LICENSE
    if wanted.dataset_manifest is None:
        if not wanted.datasets:
            yield _DATA
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
    lacking = list(missing(wanted))
    if lacking and ask is None:
        raise _all_missing(lacking)
    for question in lacking:
        earlier = earlier_of(wanted.name, world, book) if wanted.name else None
        if ask is not None:
            wanted = _asked(question, _shown(question, artifact, earlier), wanted, ask)
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
    refused = ""
    for _ in range(_TRIES):
        told = ask(f"{refused}{text}")
        if told is None:
            break
        answer = told.strip() or (shown[0] if shown is not None else "")
        try:
            if answer:
                return question.answered(wanted, answer)
            refused = "nothing was answered\n"
        except UsageError as error:
            refused = f"{error.message}: {error.hint}\n"
    given = f"or give {question.option} {question.value}"
    raise UsageError(f"no answer to: {question.text}", f"{given}; nothing was changed")


def _shown(
    question: Question, artifact: str | None, earlier: Earlier | None
) -> tuple[str, str] | None:
    """An answer that may be right, and where it is from; None where nothing suggests one."""
    name = name_of(artifact)
    if question is _NAME:
        return (name, ", as the file") if name is not None else None
    if earlier is None:
        return ("1.0.0", ", the first one") if question is _VERSION else None
    if question is _VERSION:
        return earlier.next_version, f", after {earlier.version}"
    known = {
        _LICENSE.option: earlier.license,
        _DATA_VERSION.option: earlier.dataset_version,
        _DATA_LICENSE.option: earlier.dataset_license,
    }.get(question.option)
    return (known, f", as {earlier.folder}") if known is not None else None


def _folder(wanted: Wanted) -> Wanted:
    """The same, where name and version make the name of an entry; one that is not said may be."""
    name, version = wanted.name or "model", wanted.version or "1.0.0"
    folder = split_folder(f"{name}-{version}")
    if folder is None or (str(folder.version), folder.name) != (version, name):
        hint = "a name of small letters, digits, - and _; a version such as 1.0.0"
        guess = suggest_folder(wanted.folder) if wanted.name and wanted.version else None
        shown = wanted.folder.strip("-")
        raise UsageError(f"{shown} is no name of an entry", guess or hint)
    return wanted


def _licence(option: str, text: str) -> str:
    try:
        parse(text)
    except SpdxError as error:
        raise UsageError(f"{option}: {error.message}", error.hint) from error
    return text


def _data(text: str) -> tuple[tuple[None, str], ...]:
    if not os.path.exists(text):
        raise UsageError(f"there is no {text}", "name a file or a folder")
    return ((None, text),)


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
    "File or folder that the model learned from",
    lambda wanted, told: replace(wanted, datasets=_data(told)),
    "--dataset-manifest PATH|URL",
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
