"""What a clause about a licence is about: the model, or its code, its data, its documentation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from registrar.reading.licences_in_prose import Named
from registrar.reading.markdown_document import Kind, Line

_SENTENCE_ENDS = re.compile(r"(?<=[.;!?])\s+")
_JOINT = re.compile(
    r"(?:[,;]\s{1,3}(?:(?:and|but|while|whereas)\s{1,3})?|\s(?:and|but|while|whereas)\s{1,3})"
    r"(?=(?:[\w-]{1,30}\s{1,3}){1,4}(?:is|are|was|were|under|remains?|has|have)\b"
    r"|(?:[\w-]{1,30}\s){0,2}[\w-]{1,30}:(?!//))"
    r"|(?<=\)),\s(?=[\w.+ -]{1,60}\((?:for )?(?:the )?(?:code|data ?set|data|weights|model)\))"
)
"""Where a clause with a subject of its own may begin."""
_VERB = re.compile(r"\b(?:is|are|was|were|under|remains?|licen[cs]ed|released)\b|:", re.IGNORECASE)
_LABEL = re.compile(r"\W{0,9}\w{1,30}(?: \w{1,30}){0,3}\W{0,4}?:")
_OTHER = re.compile(
    r"\b(?:code|scripts?|source|software|program|library|libraries|package|toolkit|repository|"
    r"notebooks?|samples?|examples?|runtime|components?|dependency|dependencies|third[- ]party|"
    r"data|data ?sets?|corpus|corpora|images?|texts?|recordings|annotations|labels|"
    r"documentation|docs|card|base model|foundation model|pretrained model|backbone|"
    r"tokeni[sz]er|(?:earlier|previous|older|former) (?:version|release)s?|compatible with)\b",
    re.IGNORECASE,
)
_BASE = re.compile(
    r"\b(?:base|foundation|pre-?trained|upstream|original|teacher) (?:model|weights|checkpoint)\b"
    r"|\b(?:of|for|behind|with|in) (?:this|the|our) (?:model|weights|checkpoint)\b"
    r"|\bmodel(?:'s)? (?:card|code|repository|data)\b",
    re.IGNORECASE,
)
"""Where the word model stands, and the clause is about something else."""
_MODEL = re.compile(
    r"\b(?:model|weights?|checkpoints?|parameters|artifacts?|everything|all of it|both|"
    r"inherit\w{0,5}|this (?:repository|repo|project|software|work))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """Words about a licence; both may hold: "code and weights", or neither."""

    text: str
    model: bool
    other: bool

    @property
    def elsewhere(self) -> bool:
        """About something else than the model."""
        return self.other and not self.model


class Subjects:
    """The clauses of a section, and what each licence in them belongs to."""

    def __init__(self, named: Iterable[Named], lines: Sequence[Line]) -> None:
        shown: dict[int, set[str]] = {}
        for item in named:
            shown.setdefault(item.span.line, set()).add(item.literal)
        self._by_line: dict[int, tuple[Clause, ...]] = {}
        self._known: dict[tuple[str, int], tuple[Clause, ...]] = {}
        self.clauses: list[Clause] = []
        for heading, part in _parts(lines):
            licences = set().union(*(shown.get(line.number, set()) for line in part))
            found = tuple(_read(text, heading) for text in _clauses(part, licences))
            self.clauses += found
            self._by_line |= dict.fromkeys((line.number for line in part), found)

    def of_the_model(self, named: Iterable[Named]) -> list[Named]:
        """Those licences that no clause gives to something else than the model."""
        return [item for item in named if not self._elsewhere(item)]

    def surely_of_the_model(self, item: Named) -> bool:
        """Tell that a clause gives a licence to the model, and to nothing besides."""
        return any(clause.model and not clause.other for clause in self._holding(item))

    def _elsewhere(self, item: Named) -> bool:
        holding = self._holding(item)
        return bool(holding) and all(clause.elsewhere for clause in holding)

    def _holding(self, item: Named) -> tuple[Clause, ...]:
        clauses = self._by_line.get(item.span.line, ())
        key = (item.literal, id(clauses))
        if key not in self._known:
            self._known[key] = tuple(c for c in clauses if item.literal in c.text)
        return self._known[key]


def _read(text: str, heading: str) -> Clause:
    """What a clause is about; where it does not say so, what its heading is about."""
    model, other = _about(text)
    return Clause(text, *((model, other) if model or other else _about(heading)))


def _about(text: str) -> tuple[bool, bool]:
    return bool(_MODEL.search(_BASE.sub(" ", text))), bool(_OTHER.search(text))


def _parts(lines: Sequence[Line]) -> Iterator[tuple[str, list[Line]]]:
    """Paragraphs below their headings; a line such as "Code: MIT" begins another."""
    heading, part = "", list[Line]()
    for line in lines:
        if line.kind is not Kind.TEXT or line.begins or _LABEL.match(line.text):
            yield from [(heading, part)] if part else ()
            part = []
        if line.kind is Kind.HEADING:
            heading = line.text
        elif line.kind is Kind.TEXT:
            part.append(line)
    yield from [(heading, part)] if part else ()


def _clauses(part: Sequence[Line], licences: set[str]) -> Iterator[str]:
    if len(part) > 1 and all("|" in line.text for line in part):
        yield from _rows([line.text for line in part])
        return
    whole = " ".join(line.text.strip() for line in part)
    for sentence in _SENTENCE_ENDS.split(whole):
        start = read = 0
        for joint in _JOINT.finditer(sentence):
            piece = sentence[read : joint.start()]
            if _VERB.search(piece) or any(name in piece for name in licences):
                yield sentence[start : joint.start()]
                start = joint.end()
            read = joint.start()
        yield sentence[start:]


def _rows(rows: Sequence[str]) -> Iterator[str]:
    """The rows of a table, or its cells below their heads where a row does not say of what."""
    heads = rows[0].strip().strip("|").split("|")
    for row in rows:
        if any(_about(row)):
            yield row
        else:
            cells = row.strip().strip("|").split("|")
            yield from (f"{h}: {c}" for h, c in zip(heads, cells, strict=False))
