"""What only the publisher knows: asked on a terminal, otherwise told with the options to give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from registrar.domain.adding import Wanted
from registrar.errors import UsageError
from registrar.reading.spdx import SpdxError, parse

Ask = Callable[[str], str | None]
"""Asks a question; None where nobody is there to answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """One fact that is missing: its option, what is asked for, and where the answer goes."""

    option: str
    text: str
    answered: Callable[[Wanted, str], Wanted]


_LICENSE = Question(
    "--license",
    "Licence of the weights, an SPDX id (Apache-2.0)",
    lambda wanted, told: replace(wanted, license=told),
)
_DATA = Question(
    "--dataset PATH or --dataset-manifest PATH|URL",
    "File that the model learned from",
    lambda wanted, told: replace(wanted, datasets=((None, told),)),
)
_DATA_VERSION = Question(
    "--dataset-version",
    "Version of the dataset",
    lambda wanted, told: replace(wanted, dataset_version=told),
)
_DATA_LICENSE = Question(
    "--dataset-license",
    "Licence of the dataset, an SPDX id (CC-BY-4.0)",
    lambda wanted, told: replace(wanted, dataset_license=told),
)


def missing(wanted: Wanted) -> Iterator[Question]:
    """What an entry needs and nobody has said."""
    if wanted.license is None:
        yield _LICENSE
    if wanted.dataset_manifest is None:
        if not wanted.datasets:
            yield _DATA
        if wanted.dataset_version is None:
            yield _DATA_VERSION
        if wanted.dataset_license is None:
            yield _DATA_LICENSE


def complete(wanted: Wanted, ask: Ask | None) -> Wanted:
    """Ask for what is missing; raises UsageError with the options where that cannot be done."""
    lacking = list(missing(wanted))
    if lacking and ask is None:
        options = ", ".join(question.option for question in lacking)
        raise UsageError(
            f"an entry needs more than is known: {options}", "give them, and run it again"
        )
    for question in lacking:
        answer = (ask(question.text) if ask is not None else None) or ""
        if not answer.strip():
            raise UsageError(f"nothing was answered: {question.text}", f"or give {question.option}")
        wanted = question.answered(wanted, answer.strip())
    for option, text in (
        ("--license", wanted.license),
        ("--dataset-license", wanted.dataset_license),
    ):
        if text is not None:
            _licence(option, text)
    return wanted


def _licence(option: str, text: str) -> None:
    try:
        parse(text)
    except SpdxError as error:
        raise UsageError(f"{option}: {error.message}", error.hint) from error
