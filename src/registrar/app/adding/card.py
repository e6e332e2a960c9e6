"""The model card of a new entry: facts filled in, what only a person knows left to write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from registrar.domain.adding import Draft
from registrar.domain.metadata import mapping
from registrar.domain.runs import Column, RunModel
from registrar.formats.escape import escape
from registrar.reading.card_profiles import TO_WRITE
from registrar.reading.metrics import measured

_DESCRIPTION = ("Model description", "What is it, what goes in, what comes out, how was it made?")
_SECTIONS = (
    ("Intended use", "Who should use it, for what? What must it not be used for?"),
    ("Limitations", "Where does it fail, for whom, and how would one notice?"),
)
_MOST = 50
"""Rows of a table, and items of a list."""
_LONGEST = 120
"""Characters of a cell."""
_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+|https?://[^\s<>`]+")
_MARKS = "`*_<>[]~$&|\\"


def card(draft: Draft) -> bytes:
    """The card. The facts stand below a heading of their own.

    Below "Model description" a table would count as one, and the gate would take the card as
    described.
    """
    wanted = draft.wanted
    lines = [f"# {wanted.name} {wanted.version}", "", *_to_write(*_DESCRIPTION)]
    lines += ["## Technical details", "", *_details(draft)]
    for title, question in _SECTIONS:
        lines += _to_write(title, question)
    lines += ["## Dataset sources", "", *_sources(draft), ""]
    lines += ["## Evaluation metrics", "", *_figures(draft.metrics), ""]
    lines += ["## License", "", wanted.license or TO_WRITE, ""]
    lines += ["## Contact", "", _line(wanted.owner) or TO_WRITE, ""]
    return "\n".join(lines).encode()


def _to_write(title: str, question: str) -> list[str]:
    return [f"## {title}", "", f"<!-- {question} -->", "", TO_WRITE, ""]


def _details(draft: Draft) -> Iterator[str]:
    files = [(p.path, str(draft.formats.get(p.path, "")), f"{p.size}") for p in draft.pieces]
    if draft.is_folder:
        yield from _table("Files", ("file", "format", "bytes"), files)
    else:
        path, known, size = files[0]
        yield from (f"{_plain(path)}: {f'{known}, ' if known else ''}{size} bytes", "")
    if draft.run is None:
        return
    yield from _table("Parameters", ("parameter", "value"), draft.run.run.parameters.items())
    yield from _signature(draft.run)
    if draft.run.requirements:
        yield from ("### Requirements", "")
        yield from (f"- {_plain(line)}" for line in draft.run.requirements[:_MOST])
        yield from _more(len(draft.run.requirements), "requirements.txt of the model")


def _signature(run: RunModel) -> Iterator[str]:
    told = run.signature
    if told is None:
        return
    parts = (("input", told.inputs), ("output", told.outputs), ("parameter", told.parameters))
    rows = [_column(kind, column) for kind, columns in parts for column in columns]
    yield from _table("Inputs and outputs", ("", "name", "type", "shape"), rows)


def _column(kind: str, column: Column) -> tuple[str, ...]:
    shape = (
        "" if column.shape is None else " x ".join("any" if n < 0 else f"{n}" for n in column.shape)
    )
    return kind, column.name, f"{column.type}, optional" if column.optional else column.type, shape


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A heading and a table, cut at whole rows; nothing where there is no row."""
    cells = list(rows)
    if cells:
        yield from (f"### {title}", "", _row(heads), _row(["---"] * len(heads)))
        yield from (_row(map(_plain, row)) for row in cells[:_MOST])
        yield from _more(len(cells), "metadata" if title == "Files" else "run")


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _more(count: int, where: str) -> Iterator[str]:
    yield ""
    if count > _MOST:
        yield from (f"and {count - _MOST:,} more: see the {where}", "")


def _sources(draft: Draft) -> Iterator[str]:
    """What is known of the data; the mark, which the gate refuses, only where nothing is."""
    yield "<!-- Which data, from where; which rows were held out? -->"
    rows = [
        (f.piece.path, f.split or "", f"{f.piece.size}", "" if f.rows is None else f"{f.rows}")
        for f in draft.data.files
    ]
    rows += [
        (one.path, one.split or "", f"{one.size}", f"{one.count} files") for one in draft.data.sets
    ]
    if rows:
        wanted = draft.wanted
        licence = f", {wanted.dataset_license}" if wanted.dataset_license else ""
        named = f"{_plain(wanted.dataset_name)} {_plain(wanted.dataset_version)}{_plain(licence)}:"
        yield from ("", named, "", _row(("file", "split", "bytes", "rows")), _row(["---"] * 4))
        yield from (_row(map(_plain, row)) for row in rows[:_MOST])
        if len(rows) > _MOST:
            yield from ("", f"and {len(rows) - _MOST:,} more: see {_plain(draft.manifest)}")
    elif "://" in draft.manifest:
        yield from ("", f"- Manifest: <{draft.manifest}>")
    elif draft.run is None or not draft.run.datasets:
        yield from ("", TO_WRITE)
    if draft.run is not None and draft.run.datasets:
        yield from ("", "The training run logged:", "")
        for data in draft.run.datasets[:_MOST]:
            digest = f", digest {data.digest}" if data.digest else ""
            context = f" ({data.context})" if data.context else ""
            yield f"- {_plain(data.name + context + digest)}"


def _figures(metrics: Mapping[str, object]) -> Iterator[str]:
    found = measured(dict(mapping(dict(metrics))))
    if not found:
        yield "<!-- Which figures, on which data, compared with what? -->"
        yield ""
        yield TO_WRITE
        return
    yield _row(("metric", "value"))
    yield _row(("---", "---"))
    for path, value in sorted(found.items())[:_MOST]:
        yield f"| {_plain(path)} | {value:.6g} |"
    if len(found) > _MOST:
        yield from ("", f"and {len(found) - _MOST:,} more: see metrics.json")


def _plain(text: str | None) -> str:
    """Text for a cell or a line of Markdown: on one line, of a bounded length, without marks."""
    told = text or ""
    shown = escape(told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…")
    return "".join(f"\\{char}" if char in _MARKS else char for char in shown)


def _line(text: str | None) -> str:
    """Text as a paragraph: an address as it is, anything else without what Markdown reads in it."""
    if text is None or _ADDRESS.fullmatch(text):
        return text or ""
    return re.sub(r"^([0-9]*)([#+~=.)-])", r"\1\\\2", _plain(text.strip()))
