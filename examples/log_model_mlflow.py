"""Train wine-cultivar, log the run to MLflow, and say how it becomes an entry.

Logs parameters, metrics, the training rows as a dataset, and the model in the ONNX flavour with
its signature. On an SQLite file beside the current folder by default, because MLflow has refused
its file store since 3.0 unless it is asked to; on a server with MLFLOW_TRACKING_URI.
"""

import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any

import mlflow
import onnx
from _data import read, split
from _model import export, measure, predict
from mlflow.models import infer_signature
from threadpoolctl import threadpool_limits
from train_wine import FEATURES, RECIPES, WINE

RECIPE = RECIPES[-1]
LOCAL = "sqlite:///mlflow.db"


def main(data: Path) -> int:
    """Train and log; write the data file and print the line that makes the entry."""
    uri = os.environ.get("MLFLOW_TRACKING_URI", LOCAL)
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment(RECIPE.name)
    rows = read(WINE)
    train, test = split(rows)
    with mlflow.start_run() as run, threadpool_limits(1):
        model = RECIPE.build().fit(train.x, train.y)
        content = export(model, RECIPE.name, WINE)
        mlflow.log_params({"model": "logistic regression", "features": len(FEATURES)})
        mlflow.log_param("train_rows", len(train.y))
        dataset = mlflow.data.from_numpy(train.x, targets=train.y, name=WINE.facts["name"])
        mlflow.log_input(dataset, context="training")
        info = mlflow.onnx.log_model(
            onnx.load_model_from_string(content),
            name=RECIPE.name,
            signature=infer_signature(train.x, predict(content, train.x)[0]),
        )
        figures = _flat(measure(model, content, WINE.classes, train, test))
        mlflow.log_metrics(figures, model_id=info.model_id)
    data.write_bytes(b"".join(line + b"\n" for line in rows.lines))
    print(json.dumps({"run": run.info.run_id, "model": info.model_id, "metrics": len(figures)}))
    print(_line(run.info.run_id, uri, data))
    return 0


def _flat(metrics: dict[str, Any], path: str = "") -> dict[str, float]:
    """Nested metrics by their dotted paths; what is no number is no metric."""
    found: dict[str, float] = {}
    for key, value in metrics.items():
        name = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            found |= _flat(value, name)
        elif isinstance(value, int | float):
            found[name] = float(value)
    return found


def _line(run_id: str, uri: str, data: Path) -> str:
    words = ["registrar", "add", "--from-mlflow", run_id, "--tracking-uri", uri]
    words += ["--name", RECIPE.name, "--version", "1.2.0", "--license", "Apache-2.0"]
    words += ["--dataset", str(data), "--dataset-name", WINE.facts["name"]]
    words += ["--dataset-version", WINE.facts["version"], "--dataset-license", "CC-BY-4.0"]
    words += ["--task", RECIPE.task, "--source-path", "examples/log_model_mlflow.py"]
    return shlex.join(words)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("wine.csv")))
