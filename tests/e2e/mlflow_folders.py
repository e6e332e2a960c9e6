"""Models as MLflow saves them: a folder with ``MLmodel``, by each way that holds no code."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from published import Made

PIP = {"pip_requirements": ["scikit-learn"]}
"""Nothing is guessed from what is imported here, which takes a while."""


def every_folder(fitted: dict[str, Any], place: Path) -> Iterator[Made]:
    """Every flavour that the library here can save, with signatures of tensors and of columns."""
    import mlflow.onnx
    import mlflow.pyfunc
    import mlflow.sklearn
    from mlflow.models import infer_signature
    from skl2onnx import to_onnx
    from sklearn.datasets import load_iris, load_wine

    wine, iris = load_wine(as_frame=True).data, load_iris(return_X_y=True)[0]
    rows = iris[[0, -1]].astype(np.float32)
    graph = to_onnx(fitted["network"], rows, target_opset=17, options={"zipmap": False})
    tensors = {"signature": infer_signature(rows)}
    columns = {"signature": infer_signature(wine[:2])}
    by_column = {name: [13, 12.5] for name in wine.columns}
    by_column |= {"proline": [1050, 900], "magnesium": [100, 90]}
    tree = {"skops_trusted_types": ["sklearn.tree._tree.Tree"]}
    old = {"serialization_format": "pickle"}

    def made(
        name: str,
        format: str,
        given: dict[str, Any],
        save: Callable[..., None],
        *what: Any,
        **more: Any,
    ) -> Made:
        folder = place / name
        save(*what, path=folder, **more)
        return Made(f"mlflow-{name}", "model", folder, given, format)

    x, whole = {"X": rows.tolist()}, {"X": [[5, 3, 1, 0], [6, 3, 5, 2]]}
    first = {"X": wine.iloc[[0, -1]].to_numpy().tolist()}
    sklearn, forest = mlflow.sklearn.save_model, fitted["forest"]
    yield made("sklearn", "skops", x, sklearn, fitted["logistic"], **PIP)
    yield made("signed", "skops", whole, sklearn, fitted["logistic"], **PIP, **tensors)
    yield made("forest", "skops", first, sklearn, forest, **PIP, **tree)
    yield made("columns", "skops", by_column, sklearn, forest, **PIP, **tree, **columns)
    yield made("pickle", "pickle", first, sklearn, fitted["pipeline"], **PIP, **old)
    yield made("onnx", "onnx", x, mlflow.onnx.save_model, graph, **PIP)
    yield made("tensors", "onnx", whole, mlflow.onnx.save_model, graph, **PIP, **tensors)
    (place / "model.pkl").write_bytes(pickle.dumps(fitted["pipeline"]))
    loader = {"loader_module": "mlflow.sklearn", "data_path": str(place / "model.pkl")}
    yield made("pyfunc", "pickle", first, mlflow.pyfunc.save_model, **PIP, **loader)
