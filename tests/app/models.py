"""Real models, trained here, as entries with an example."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from builders import CARD, MANIFEST

from registrar.app.smoking.service import Subject, Tools, smoke
from registrar.assemble import smoke_tools, subject_at
from registrar.domain.scanning import Safety
from registrar.domain.smoking import Smoked

WINE = [[13.2, 1.78, 2.14, 11.2, 100, 2.65, 2.76, 0.26, 1.28, 4.38, 1.05, 3.4, 1050]] * 2
GIVEN = {"X": WINE}
"""Two of them as the input of a model."""
METADATA = """\
source: {{repository: https://github.com/acme/wine, commit: 3f786850e387550fdab836ed7e6dc881de23001b}}
dataset_manifest: dataset-manifest.yaml
training_hash: git:3f786850e387550fdab836ed7e6dc881de23001b
license: Apache-2.0
artifact: {artifact}
smoke_test: {{input: smoke/input.json, expected: smoke/expected.json{more}}}
"""


def trained(kind: str = "forest") -> Any:
    """An estimator, fitted on the wine data of scikit-learn."""
    from sklearn.datasets import load_wine
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    data, target = load_wine(return_X_y=True)
    makers: dict[str, Callable[[], Any]] = {
        "forest": lambda: RandomForestClassifier(5, random_state=0),
        "pipeline": lambda: make_pipeline(StandardScaler(), LogisticRegression()),
        "network": lambda: make_pipeline(StandardScaler(), MLPClassifier((8,), tol=0.01)),
    }
    return makers[kind]().fit(data, target)


def as_onnx(model: Any, zipmap: bool = False) -> bytes:
    """An estimator as ONNX."""
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType

    inputs = [("X", FloatTensorType([None, 13]))]
    made = to_onnx(model, initial_types=inputs, options={"zipmap": zipmap}, target_opset=17)
    content: bytes = made.SerializeToString()
    return content


def entry(
    folder: Path,
    artifact: str,
    content: bytes | Path,
    given: object,
    expected: object = None,
    more: str = "",
    name: str = "wine",
) -> Path:
    """An entry; ``content`` is a file's bytes, or a folder that is copied."""
    made = folder / "model_registry" / f"{name}-1.0.0"
    (made / "smoke").mkdir(parents=True)
    (made / "MODEL_CARD.md").write_text(CARD, encoding="utf-8")
    (made / "dataset-manifest.yaml").write_text(MANIFEST, encoding="utf-8")
    text = METADATA.format(artifact=artifact, more=more)
    (made / "metadata.yaml").write_text(text, encoding="utf-8")
    if isinstance(content, Path):
        shutil.copytree(content, made / artifact)
    else:
        (made / artifact).write_bytes(content)
    for name, value in (("input", given), ("expected", expected)):
        if value is not None:
            text = value if isinstance(value, str) else json.dumps(value)
            (made / f"smoke/{name}.json").write_text(text, encoding="utf-8")
    return made


def clean(path: str, allow: tuple[str, ...] = ()) -> Safety:
    """A scan that finds nothing: the file was made by this test."""
    return Safety.CLEAN


def tools(scan: Callable[[str, tuple[str, ...]], Safety] | None = clean) -> Tools:
    """The real sandbox, the real job."""
    return replace(smoke_tools(), scan=scan)


def subject(path: Path) -> Subject:
    """An entry as the command line finds it."""
    return subject_at(str(path))


def tried(path: Path, scan: Callable[[str, tuple[str, ...]], Safety] | None = clean) -> Smoked:
    """The smoke test of an entry."""
    return smoke(subject(path), tools(scan))
