"""The front matter of a card against the facts: licence, base models, task, version, figures.

Only what both say is compared. Not compared are keys that may differ and both be right:
``library_name`` (transformers and pytorch), ``datasets`` (ids of a hub), ``metrics``, ``tags``.
"""

from __future__ import annotations

from collections.abc import Iterator

from registrar.domain.licences import Expression
from registrar.domain.metadata import mapping, sequence
from registrar.domain.places import Route
from registrar.domain.versions import Version
from registrar.reading.card import Card
from registrar.reading.contradictions import Contradiction, Facts, expression
from registrar.reading.documents import Document
from registrar.reading.figures import figure, shown
from registrar.reading.front_matter import values, written
from registrar.reading.hub_licences import OTHER, agree, agrees, hub, hub_id
from registrar.reading.scalars import resolve

_HUB = ("https://huggingface.co/", "https://hf.co/")
_MAX_FIGURES = 1000
"""So many results of a model-index are looked at."""


def front_contradictions(card: Card, document: Document, facts: Facts) -> Iterator[Contradiction]:
    """Everything in a readable front matter that cannot be right beside the facts."""
    yield from _licence(card, document, facts)
    yield from _base_models(card, document, facts)
    yield from _task(card, document, facts)
    yield from _version(card, document, facts)
    yield from _figures(card, document, facts)


def _texts(card: Card, document: Document, key: str) -> list[tuple[str, Route]]:
    """The values of a key as they are written: what YAML takes for a number is text too."""
    found = []
    for value, route in values(document, key):
        text = str(value) if isinstance(value, str) else written(card.text, document.span(route))
        if text is not None and not isinstance(value, dict | list):
            found.append((text, route))
    return found


def _licence(card: Card, document: Document, facts: Facts) -> Iterator[Contradiction]:
    licence = expression(facts.metadata.license)
    said = _texts(card, document, "license")
    if licence is None or not said:
        return
    key = "license"
    if len(said) > 1:
        others = [tree for text in facts.licences if (tree := expression(text))]
        if agree([text for text, _ in said], licence, others):
            return
    elif agrees(said[0][0], licence) is not False:
        said = _texts(card, document, "license_name") if said[0][0].lower() == OTHER else []
        key = "license_name"
        if len(said) != 1 or agrees(said[0][0], licence) is not False:
            return
    names = ", ".join(text for text, _ in said)
    named = not {"license_name", "license_link"}.isdisjoint(mapping(document.data))
    only_a_person = len(said) > 1 or named  # the other keys would be wrong too
    new = None if only_a_person else _as_written(said[0][0], licence)
    span = document.span(said[0][1] if len(said) == 1 else ("license",))
    hint = f"write {key}: {new}, if the metadata is right" if new else "say which of the two holds"
    message = f"the front matter says {key}: {names}, the metadata {facts.metadata.license}"
    yield Contradiction(message, hint, span, new, span)


def _as_written(said: str, licence: Expression) -> str | None:
    """The metadata's licence the way the card wrote the wrong one: a hub id, or SPDX."""
    if said != said.lower():
        return _scalar(str(licence))
    return hub_id(licence)


def _scalar(text: str) -> str:
    """A text as a YAML scalar, quoted where it would be taken for something else."""
    plain = type(resolve(text)) is str and text[:1].isalnum() and ": " not in text
    return text if plain and " #" not in text and '"' not in text else f'"{text}"'


def _base_models(card: Card, document: Document, facts: Facts) -> Iterator[Contradiction]:
    known = {_model(model.name) for model in facts.metadata.base_models if model.name}
    for text, route in _texts(card, document, "base_model"):
        name = _model(text)
        same_form = any(("/" in other) == ("/" in name) for other in known)
        if known and same_form and name and name not in known:
            message = f'the front matter names the base model "{text}", the metadata does not'
            hint = "add it to base_models of the metadata, or take it out here"
            yield Contradiction(message, hint, document.span(route))


def _model(name: str) -> str:
    for address in _HUB:
        name = name.removeprefix(address)
    return name.strip().rstrip("/").lower()


def _task(card: Card, document: Document, facts: Facts) -> Iterator[Contradiction]:
    task = facts.metadata.task
    for text, route in _texts(card, document, "pipeline_tag"):
        if task in hub().tasks and text in hub().tasks and text != task:
            span = document.span(route)
            message = f"the front matter says pipeline_tag: {text}, the metadata task: {task}"
            hint = f"write pipeline_tag: {task}, if the metadata is right"
            yield Contradiction(message, hint, span, task, span)


def _version(card: Card, document: Document, facts: Facts) -> Iterator[Contradiction]:
    version = facts.version
    for key in ("version", "model_version"):
        for text, route in _texts(card, document, key):
            said = text.removeprefix("v")
            if version is None or Version.parse(said) is None or said == version:
                continue
            span = document.span(route)
            message = f"the front matter says {key}: {text}, the entry is {version}"
            yield Contradiction(message, f'write {key}: "{version}"', span, f'"{version}"', span)


def _figures(card: Card, document: Document, facts: Facts) -> Iterator[Contradiction]:
    """The results of a ``model-index`` whose metric and split are those of a measured value."""
    left = _MAX_FIGURES
    if len(_data_sets(document)) > 1:
        return  # which of them the metrics file measured, nothing says
    for i, model in enumerate(sequence(mapping(document.data).get("model-index"))):
        for j, result in enumerate(sequence(mapping(model).get("results"))):
            dataset = mapping(mapping(result).get("dataset"))
            for k, metric in enumerate(sequence(mapping(result).get("metrics"))):
                left -= 1
                route = ("model-index", i, "results", j, "metrics", k)
                path = _measured(mapping(metric), dataset, facts)
                if left >= 0 and path is not None:
                    yield from _figure(card, document, facts, path, (*route, "value"))


def _data_sets(document: Document) -> set[str]:
    """The names of the data sets that a ``model-index`` has results of."""
    found = set()
    for model in sequence(mapping(document.data).get("model-index")):
        for result in sequence(mapping(model).get("results")):
            about = mapping(mapping(result).get("dataset"))
            found.add(str(about.get("name") or about.get("type") or ""))
    return found


def _measured(metric: object, dataset: object, facts: Facts) -> str | None:
    """The path of the measured value that a result is about, where that is plain."""
    said, about = mapping(metric), mapping(dataset)
    names = [text for key in ("name", "type") if type(text := said.get(key)) is str]
    parts = [
        text for key in ("split", "config", "name", "type") if type(text := about.get(key)) is str
    ]
    paths = [*names, *(f"{part}.{name}" for part in parts for name in names)]
    return next((path for path in paths if path in facts.measured), None)


def _figure(
    card: Card, document: Document, facts: Facts, path: str, route: Route
) -> Iterator[Contradiction]:
    span = document.span(route)
    text = written(card.text, span)
    said = figure(text) if text is not None else None
    value = facts.measured[path]
    # the hub's own habit is percentages without the sign
    if said is None or said.agrees(value) or said.lacks_percent(value):
        return
    message = f"the front matter says {path} is {text}, {facts.metrics_file} {shown(value)}"
    yield Contradiction(message, "write what was measured", span, None, span)
