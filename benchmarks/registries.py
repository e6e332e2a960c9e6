"""Synthetic registries: metadata of 40 lines, card of 80, manifest of 30, metrics, pointer."""

from __future__ import annotations

import hashlib
from pathlib import Path

COMMIT = "3f786850e387550fdab836ed7e6dc881de23001b"

POLICY = """\
schema_version = 1
[license]
allow = ["Apache-2.0", "MIT"]
[artifact]
formats = ["onnx"]
"""


def build(top: Path, count: int, remote: Path | None = None) -> None:
    """Write a registry of ``count`` good entries whose artifacts lie behind DVC pointers.

    Their bytes are nowhere, or small ones on a DVC remote in a folder.
    """
    root = top / "model_registry"
    root.mkdir(parents=True)
    (top / "registrar.toml").write_text(POLICY, encoding="utf-8")
    for number in range(count):
        name, version = f"model-{number // 5:05d}", f"1.{number % 5}.0"
        folder = root / f"{name}-{version}"
        folder.mkdir()
        raw = f"{name}{version}".encode()
        size = 10_000_000 + number if remote is None else len(raw)
        if remote is not None:
            place = remote / "files/md5" / _md5(raw)[:2] / _md5(raw)[2:]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(raw)
        for file, text in _files(name, version, number, raw, size).items():
            (folder / file).write_text(text, encoding="utf-8")


def _md5(raw: bytes) -> str:
    return hashlib.md5(raw, usedforsecurity=False).hexdigest()


def _files(name: str, version: str, number: int, raw: bytes, size: int) -> dict[str, str]:
    sha = hashlib.sha256(raw).hexdigest()
    return {
        "metadata.yaml": _metadata(name, version, sha, size),
        "MODEL_CARD.md": _card(name, version, f"0.9{number % 10}"),
        "dataset-manifest.yaml": _manifest(name, sha),
        "metrics.json": f'{{"test": {{"accuracy": 0.9{number % 10}, "f1": 0.91, "loss": 0.2}}}}\n',
        "model.onnx.dvc": f"outs:\n- md5: {_md5(raw)}\n  size: {size}\n  hash: md5\n"
        "  path: model.onnx\n",
    }


def _metadata(name: str, version: str, sha: str, size: int) -> str:
    return f"""\
# yaml-language-server: $schema=../MODEL_METADATA_SCHEMA.json
schema_version: 1
name: {name}
version: "{version}"
source:
  repository: https://github.com/acme/models
  commit: "{COMMIT}"
  path: train/{name}.py
  dirty: false
dataset_manifest: dataset-manifest.yaml
training_hash: "sha256:{sha}"
license: Apache-2.0
artifact: model.onnx
files:
- path: model.onnx
  sha256: "{sha}"
  size: {size}
licenses:
  code: MIT
  data: [CC-BY-4.0]
framework:
  name: onnx
  version: "1.17"
task: tabular-classification
description: Tells apart what {name} was trained to tell apart
created: "2026-11-01T12:00:00Z"
owners:
- name: Models team
  contact: models@acme.example
tags: [tabular, production]
dvc:
  remote: storage
evaluation:
  metrics: metrics.json
  dataset: test
  primary: test.accuracy
  gates:
    test.accuracy:
      direction: max
      min: 0.85
      max_regression: 0.01
"""


def _card(name: str, version: str, accuracy: str) -> str:
    sections = (
        ("Model description", f"{name} {version} is a gradient-boosted classifier of tables."),
        ("Intended use", "Ranking of incoming cases for people who decide about them."),
        ("Limitations", "It was trained on cases of one country and two years; it ages."),
        ("Dataset sources", "The cases of the years 2024 and 2025, pseudonymised, see manifest."),
        ("Evaluation metrics", "Accuracy and F1 on the last quarter, held out by time."),
    )
    lines = [f"# {name} {version}", ""]
    table = ["| metric | test |", "| --- | --- |", f"| accuracy | {accuracy} |"]
    table += ["| f1 | 0.91 |", "| loss | 0.20 |"]
    for heading, text in sections:
        lines += [f"## {heading}", "", text, "", "### Details", ""]
        points = [f"- point {i}: measured with `code`, and *explained* at length" for i in range(7)]
        if heading == "Evaluation metrics":
            points[:6] = [*table, "", "See [the manifest](dataset-manifest.yaml) for the rows."]
        lines += [*points, ""]
    lines += ["## License", "", "Apache-2.0", "", "## Contact", "", "models@acme.example"]
    return "\n".join(lines) + "\n"


def _manifest(name: str, sha: str) -> str:
    return f"""\
schema_version: 1
name: {name}-data
version: "2026.10.0"
description: Cases of two years
license: CC-BY-4.0
homepage: https://data.acme.example/{name}
creators:
- name: Data team
  email: data@acme.example
published: "2026-10-01"
files:
- path: train.parquet
  sha256: "{sha[::-1]}"
  bytes: 1048576
  media_type: application/x-parquet
  rows: 100000
  split: train
- path: test.parquet
  sha256: "{sha[1:]}0"
  bytes: 104857
  media_type: application/x-parquet
  rows: 10000
  split: test
personal_data:
  level: pseudonymised
  categories: [contact]
collection:
  period: 2024-01/2025-12
  method: export of the case system
live: false
"""
