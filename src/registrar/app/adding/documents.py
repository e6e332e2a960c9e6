"""Metadata and manifest of a new entry. Nothing in them is invented."""

from __future__ import annotations

from registrar.domain.adding import DataFile, Draft, FileSet
from registrar.domain.digests import folder_digest
from registrar.reading.writing import Value, document

MODELINE = "# yaml-language-server: $schema=../MODEL_METADATA_SCHEMA.json\n"


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
    """``dataset-manifest.yaml`` of the data files and folders."""
    wanted = draft.wanted
    data: dict[str, Value] = {
        "schema_version": 1,
        "name": wanted.dataset_name,
        "version": wanted.dataset_version,
        "license": wanted.dataset_license,
        "files": [_data_file(file) for file in draft.data.files],
        "file_sets": [_file_set(folder) for folder in draft.data.sets],
    }
    return document(data).encode()


def _data_file(file: DataFile) -> dict[str, Value]:
    return {
        "path": file.piece.path,
        "sha256": file.piece.sha256,
        "md5": file.md5,
        "bytes": file.piece.size,
        "media_type": file.media_type,
        "rows": file.rows,
        "split": file.split,
    }


def _file_set(folder: FileSet) -> dict[str, Value]:
    return {
        "path": folder.path,
        "digest": folder.digest,
        "count": folder.count,
        "bytes": folder.size,
        "split": folder.split,
    }


def _contact(owner: str) -> dict[str, Value]:
    return {"contact": owner} if "@" in owner or "://" in owner else {}
