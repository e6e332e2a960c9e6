"""The documents of a new entry: metadata, manifest, card. Nothing in them is invented."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from registrar.domain.adding import DataFile, Draft
from registrar.domain.digests import folder_digest
from registrar.domain.metadata import mapping
from registrar.reading.metrics import measured
from registrar.reading.writing import Value, document

MODELINE = "# yaml-language-server: $schema=../MODEL_METADATA_SCHEMA.json\n"
TO_WRITE = "[to be written]"
"""Stands where only a person knows; the gate refuses it as a placeholder."""
_SECTIONS = (
    ("Model description", "What is it, what goes in, what comes out, how was it made?"),
    ("Intended use", "Who should use it, for what? What must it not be used for?"),
    ("Limitations", "Where does it fail, for whom, and how would one notice?"),
)
_MOST_FILES = 50
_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+|https?://[^\s<>`]+")


def metadata(draft: Draft, dvc_remote: str | None) -> bytes:
    """``metadata.yaml``, in the order of the reference."""
    wanted, origin = draft.wanted, draft.origin
    source: dict[str, Value] = {
        "repository": origin.repository,
        "commit": origin.commit,
        "path": origin.path,
        "dirty": origin.dirty,
    }
    data: dict[str, Value] = {
        "schema_version": 1,
        "name": wanted.name,
        "version": wanted.version,
        "source": {key: value for key, value in source.items() if value is not None},
        "dataset_manifest": draft.manifest,
        "training_hash": f"sha256:{digest(draft)}",
        "license": wanted.license,
        "artifact": draft.artifact,
        "files": [
            {"path": piece.path, "sha256": piece.sha256, "size": piece.size}
            for piece in draft.pieces
        ],
        "framework": _framework(draft),
        "task": wanted.task,
        "created": draft.created,
        "owners": [{"name": wanted.owner, **_contact(wanted.owner)}] if wanted.owner else None,
        "mlflow": dict(draft.mlflow) or None,
        "dvc": {"remote": dvc_remote} if dvc_remote else None,
    }
    return (MODELINE + document(data)).encode()


def _framework(draft: Draft) -> dict[str, Value] | None:
    if draft.framework is None:
        return None
    name, version = draft.framework
    return {"name": name, "version": version}


def digest(draft: Draft) -> str:
    """The artifact's digest: of the file, or of the folder."""
    if not draft.is_folder:
        return draft.pieces[0].sha256
    cut = len(draft.artifact) + 1
    return folder_digest({piece.path[cut:]: piece.sha256 for piece in draft.pieces})


def manifest(draft: Draft) -> bytes:
    """``dataset-manifest.yaml`` of the data files."""
    wanted = draft.wanted
    data: dict[str, Value] = {
        "name": wanted.dataset_name,
        "version": wanted.dataset_version,
        "license": wanted.dataset_license,
        "files": [_data_file(file) for file in draft.data],
    }
    return document(data).encode()


def _data_file(file: DataFile) -> dict[str, Value]:
    return {
        "path": file.piece.path,
        "sha256": file.piece.sha256,
        "bytes": file.piece.size,
        "media_type": file.media_type,
        "rows": file.rows,
        "split": file.split,
    }


def card(draft: Draft) -> bytes:
    """The card with the facts filled in and the sections of a person left to write."""
    wanted = draft.wanted
    lines = [f"# {wanted.name} {wanted.version}", ""]
    for title, question in _SECTIONS:
        lines += [f"## {title}", "", f"<!-- {question} -->", "", TO_WRITE, ""]
    lines += ["## Dataset sources", "", *_sources(draft), ""]
    lines += ["## Evaluation metrics", "", *_figures(draft.metrics), ""]
    lines += ["## License", "", wanted.license or TO_WRITE, ""]
    lines += ["## Contact", "", _line(wanted.owner) or TO_WRITE, ""]
    return "\n".join(lines).encode()


def _sources(draft: Draft) -> Iterator[str]:
    """The data files as a table; where they come from only a person knows."""
    yield "<!-- Which data, from where; which rows were held out? -->"
    yield ""
    yield TO_WRITE
    if draft.data:
        licence = f", {draft.wanted.dataset_license}" if draft.wanted.dataset_license else ""
        yield ""
        name, version = draft.wanted.dataset_name, draft.wanted.dataset_version
        yield f"{_plain(name)} {_plain(version)}{licence}:"
        yield ""
        yield "| file | split | bytes | rows |"
        yield "| --- | --- | --- | --- |"
        for file in draft.data[:_MOST_FILES]:
            rows = "" if file.rows is None else file.rows
            name = _plain(file.piece.path)
            yield f"| {name} | {_plain(file.split)} | {file.piece.size} | {rows} |"
    elif "://" in draft.manifest:
        yield ""
        yield f"Manifest: <{draft.manifest}>"


def _figures(metrics: Mapping[str, object]) -> Iterator[str]:
    found = measured(dict(mapping(dict(metrics))))
    if not found:
        yield "<!-- Which figures, on which data, compared with what? -->"
        yield ""
        yield TO_WRITE
        return
    yield "| metric | value |"
    yield "| --- | --- |"
    for path, value in found.items():
        yield f"| {_plain(path)} | {value:.6g} |"


def _contact(owner: str) -> dict[str, Value]:
    return {"contact": owner} if "@" in owner or "://" in owner else {}


def _plain(text: str | None) -> str:
    """Text for a cell or a line of Markdown."""
    shown = (text or "").replace("\\", "\\\\").replace("|", "\\|")
    return "".join(f"\\{char}" if char in "`*_<>[]" else char for char in shown)


def _line(text: str | None) -> str:
    """Text as a paragraph: an address as it is, anything else without what Markdown reads in it."""
    if text is None or _ADDRESS.fullmatch(text):
        return text or ""
    plain = _plain(text.strip()).replace("&", "\\&")
    return re.sub(r"^([0-9]*)([#+~=.)-])", r"\1\\\2", plain)
