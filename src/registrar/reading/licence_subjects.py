"""What a sentence about a licence is about: the model, or its code, its data, its documentation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from registrar.reading.licences_in_prose import Named
from registrar.reading.markdown_document import Kind, Line

_SENTENCE_ENDS = re.compile(r"(?<=[.;!?])\s+")
_OTHER = re.compile(
    r"\b(?:code|scripts?|source|software|program|library|libraries|package|toolkit|repository|"
    r"notebooks?|data|data ?sets?|corpus|corpora|images?|texts?|recordings|annotations|labels|"
    r"documentation|docs|card|base model|foundation model|pretrained model|tokeni[sz]er)\b",
    re.IGNORECASE,
)
_BASE = re.compile(
    r"\b(?:base|foundation|pre-?trained|upstream|original|teacher) (?:model|weights|checkpoint)\b"
    r"|\b(?:of|for|behind|with|in) (?:this|the|our) (?:model|weights|checkpoint)\b"
    r"|\bmodel(?:'s)? (?:card|code|repository|data)\b",
    re.IGNORECASE,
)
"""Where the word model stands, and the sentence is about something else."""
_MODEL = re.compile(
    r"\b(?:model|weights?|checkpoints?|parameters|artifacts?|everything|all of it|both)\b",
    re.IGNORECASE,
)


def of_the_model(named: Iterable[Named], lines: Sequence[Line]) -> list[Named]:
    """Those licences that no sentence gives to something else than the model.

    A sentence is about something else where it names that, and names no model or weights besides.
    """
    sentences = dict(_sentences(lines))
    return [item for item in named if not _elsewhere(item, sentences.get(item.span.line, ()))]


def _elsewhere(item: Named, sentences: Iterable[str]) -> bool:
    holding = [sentence for sentence in sentences if item.shown in sentence]
    return bool(holding) and all(
        _OTHER.search(sentence) and not _MODEL.search(_BASE.sub(" ", sentence))
        for sentence in holding
    )


def _sentences(lines: Sequence[Line]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The number of each line of text to the sentences of its paragraph."""
    paragraph: list[Line] = []
    for line in (*lines, None):
        if line is None or line.kind is not Kind.TEXT or line.begins:
            whole = " ".join(part.text.strip() for part in paragraph)
            sentences = tuple(_SENTENCE_ENDS.split(whole))
            yield from ((part.number, sentences) for part in paragraph)
            paragraph = []
        if line is not None and line.kind is Kind.TEXT:
            paragraph.append(line)
