"""The command of the training scripts: train, describe, write one registry entry, or check it.

Nothing here imports registrar: this is the code of somebody who uses a registry.
"""

import argparse
import hashlib
import json
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml
from _data import Dataset, manifest, read, split
from _model import OPSETS, check_same_answers, export, measure
from _source import EntryError, Source, require_unchanged, source_at, source_of_head
from sklearn.base import ClassifierMixin
from threadpoolctl import threadpool_limits

MODELINE = "# yaml-language-server: $schema=../MODEL_METADATA_SCHEMA.json\n"
LIBRARIES = ("numpy", "onnx", "onnxruntime", "scikit-learn", "scipy", "skl2onnx")


@dataclass(frozen=True, slots=True)
class Recipe:
    """One version of a model: how it is fitted, and what its metadata says."""

    name: str
    version: str
    task: str
    description: str
    tags: Sequence[str]
    dataset: Dataset
    build: Callable[[], ClassifierMixin]
    gates: Mapping[str, Mapping[str, Any]]


def main(script: str, recipes: Sequence[Recipe]) -> int:
    """Run the command line; return 0, 1 for a difference found by --check, or 2."""
    by_version = {recipe.version: recipe for recipe in recipes}
    args = _parser(sorted(by_version)).parse_args()
    recipe = by_version[args.version]
    output = args.output or Path("model_registry") / f"{recipe.name}-{recipe.version}"
    try:
        _check_folder(recipe, output, args.check)
        if args.check:
            return _check(Path(script).resolve(), recipe, output)
        _write(_train(recipe, source_of_head(Path(script).resolve(), args.allow_dirty)), output)
    except (EntryError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _parser(versions: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Train one version and write its entry.")
    parser.add_argument("--version", required=True, choices=versions)
    parser.add_argument("--output", type=Path, help="folder of the entry; must not exist")
    parser.add_argument("--check", action="store_true", help="retrain and compare with the folder")
    parser.add_argument("--allow-dirty", action="store_true", help="train from modified files")
    return parser


def _check_folder(recipe: Recipe, output: Path, check: bool) -> None:
    if output.name != f"{recipe.name}-{recipe.version}":
        raise EntryError(f"name the folder {recipe.name}-{recipe.version}, not {output.name}")
    if check and not output.is_dir():
        raise EntryError(f"{output} does not exist: train it first, without --check")
    if not check and output.exists():
        raise EntryError(f"{output} exists and is never overwritten: compare it with --check")


def _train(recipe: Recipe, source: Source) -> dict[str, bytes]:
    """Train and return the files of the entry by name."""
    train, test = split(read(recipe.dataset))
    with threadpool_limits(1):  # sums in one order, whatever the number of cores
        model = recipe.build().fit(train.x, train.y)
        content = export(model, recipe.name, recipe.dataset)
        check_same_answers(model, content, test)
        metrics = measure(model, content, recipe.dataset.classes, train, test)
    return {
        "model.onnx": content,
        "metrics.json": (json.dumps(metrics, indent=2) + "\n").encode(),
        "dataset-manifest.yaml": _yaml(manifest(recipe.dataset)),
        "metadata.yaml": MODELINE.encode() + _yaml(_metadata(recipe, source, content)),
    }


def _metadata(recipe: Recipe, source: Source, content: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    return {
        "schema_version": 1,
        "name": recipe.name,
        "version": recipe.version,
        "source": {
            "repository": ".",
            "commit": source.commit,
            "path": source.path,
            "dirty": source.dirty,
        },
        "dataset_manifest": "dataset-manifest.yaml",
        "training_hash": f"sha256:{digest}",
        "license": "Apache-2.0",
        "artifact": "model.onnx",
        "files": [{"path": "model.onnx", "sha256": digest, "size": len(content)}],
        "licenses": {"data": [recipe.dataset.facts["license"]]},
        "framework": {"name": "onnx", "version": metadata.version("onnx")},
        "task": recipe.task,
        "description": recipe.description,
        "created": source.created,
        "owners": [{"name": "Registrar maintainers"}],
        "tags": list(recipe.tags),
        "evaluation": {
            "metrics": "metrics.json",
            "dataset": "test",
            "primary": "test.accuracy",
            "gates": {key: dict(gate) for key, gate in recipe.gates.items()},
        },
        "x-environment": {name: metadata.version(name) for name in LIBRARIES},
        "x-opsets": {domain or "ai.onnx": opset for domain, opset in OPSETS.items()},
    }


class _Dumper(yaml.SafeDumper):
    """Quotes every text that some YAML reader could take for a number, a date or a boolean."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    plain = re.match(r"[A-Za-z]", value) and not re.fullmatch(r"[0-9a-f]{40,64}", value)
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, None if plain else '"')


_Dumper.add_representer(str, _text)


def _yaml(document: Mapping[str, Any]) -> bytes:
    text: str = yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000
    )
    return text.encode()


def _write(files: Mapping[str, bytes], output: Path) -> None:
    """Write all files or none: build a folder beside, then rename it."""
    output.parent.mkdir(parents=True, exist_ok=True)
    staging = output.with_name(f".{output.name}.partial")
    try:
        staging.mkdir()
    except FileExistsError as error:
        raise EntryError(f"{staging} is left from an interrupted run: remove it") from error
    try:
        for name, content in files.items():
            (staging / name).write_bytes(content)
        staging.rename(output)
    except BaseException:
        shutil.rmtree(staging)
        raise
    for name in files:
        print(output / name)


def _check(script: Path, recipe: Recipe, output: Path) -> int:
    """Retrain from the recorded commit and compare byte for byte."""
    recorded = _recorded(output / "metadata.yaml")
    commit = str(recorded["source"]["commit"])
    require_unchanged(script, commit)
    same = True
    for name, content in _train(recipe, source_at(script, commit, dirty=False)).items():
        path = output / name
        found = path.read_bytes() if path.is_file() else None
        verdict = "missing" if found is None else "same" if found == content else "differs"
        same = same and verdict == "same"
        print(f"{verdict}\t{path}")
    if not same:
        _explain(recorded.get("x-environment"))
    return 0 if same else 1


def _recorded(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_bytes())
    except (OSError, yaml.YAMLError) as error:
        raise EntryError(f"{path} cannot be read: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("source"), dict):
        raise EntryError(f"{path} does not name its source")
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", str(document["source"].get("commit"))):
        raise EntryError(f"{path} does not name a full commit")
    return document


def _explain(environment: object) -> None:
    """Say which libraries differ from those that the entry was trained with."""
    if not isinstance(environment, dict):
        return
    for name in LIBRARIES:
        then, here = environment.get(name), metadata.version(name)
        if then != here:
            print(f"hint: trained with {name} {then}, here {here}", file=sys.stderr)
