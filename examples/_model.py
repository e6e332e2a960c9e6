"""From a fitted scikit-learn pipeline to ONNX bytes, and from ONNX bytes to metrics.

Metrics are those of the exported bytes, run by onnxruntime: what is measured is what ships.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
from _data import Dataset, Floats, Labels, Rows
from onnx import numpy_helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import ClassifierMixin, clone
from sklearn.metrics import f1_score, log_loss, precision_recall_fscore_support
from sklearn.model_selection import StratifiedKFold, cross_val_score

OPSETS = {"": 17, "ai.onnx.ml": 3}
IR_VERSION = 8
MAX_BYTES = 100 * 1024
WEIGHT_DIGITS = 5
WEIGHT_DECIMALS = 8
METRIC_DECIMALS = 4
FOLDS = 5
FOLD_SEED = 2026


def export(model: ClassifierMixin, name: str, dataset: Dataset) -> bytes:
    """Convert a fitted classifier to ONNX, the same bytes every time.

    Input `features`, float32 (n, d); outputs `label`, int64 (n,), and `probabilities`,
    float32 (n, classes). Names of features and classes are in the metadata of the file.

    Raises:
        ValueError: the model is larger than MAX_BYTES.

    """
    proto = convert_sklearn(
        model,
        name=name,
        initial_types=[("features", FloatTensorType([None, len(dataset.features)]))],
        target_opset=OPSETS,
        options={"zipmap": False, "output_class_labels": False},
    )
    _name_parts(proto)
    _round_weights(proto)
    _strip_producer(proto, name, dataset)
    onnx.checker.check_model(proto, full_check=True)
    content: bytes = proto.SerializeToString(deterministic=True)
    if len(content) > MAX_BYTES:
        raise ValueError(f"the model has {len(content)} bytes, more than {MAX_BYTES}")
    return content


def _name_parts(proto: onnx.ModelProto) -> None:
    """Name nodes by position and the first output `label`: converter names may change."""
    outputs = ("label", "probabilities")
    renamed = {old.name: new for old, new in zip(proto.graph.output, outputs, strict=True)}
    for output in proto.graph.output:
        output.name = renamed[output.name]
    for position, node in enumerate(proto.graph.node):
        node.name = f"{position:02d}_{node.op_type}"
        node.input[:] = [renamed.get(value, value) for value in node.input]
        node.output[:] = [renamed.get(value, value) for value in node.output]


def _round_weights(proto: onnx.ModelProto) -> None:
    """Round weights to WEIGHT_DIGITS significant digits, and at most WEIGHT_DECIMALS decimals.

    The last digits of a fit depend on the processor's linear algebra kernels; rounded,
    they are the same on every machine but for a rare tie.
    """
    for node in proto.graph.node:
        for attribute in node.attribute:
            if attribute.floats:
                attribute.floats[:] = _rounded(np.array(attribute.floats)).tolist()
    for tensor in proto.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32:
            tensor.CopyFrom(numpy_helper.from_array(_rounded(values), tensor.name))


def _rounded(values: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.float32]]:
    texts = [f"{value:.{WEIGHT_DIGITS - 1}e}" for value in values.ravel().tolist()]
    # adding 0.0 turns -0.0 into 0.0
    kept = [round(float(text), WEIGHT_DECIMALS) + 0.0 for text in texts]
    return np.array(kept, dtype=np.float32).reshape(values.shape)


def _strip_producer(proto: onnx.ModelProto, name: str, dataset: Dataset) -> None:
    """Leave in the file what describes the model, and nothing of the program that wrote it."""
    for field in ("producer_name", "producer_version", "domain", "doc_string", "model_version"):
        proto.ClearField(field)
    proto.ir_version = IR_VERSION
    proto.graph.name = name
    del proto.opset_import[:]  # the converter lists a domain twice
    proto.opset_import.extend(onnx.helper.make_opsetid(*item) for item in OPSETS.items())
    del proto.metadata_props[:]
    names = {"classes": ",".join(dataset.classes), "features": ",".join(dataset.features)}
    onnx.helper.set_model_props(proto, names)


def predict(content: bytes, x: Floats) -> tuple[Labels, Floats]:
    """Run ONNX bytes: labels (n,) and probabilities (n, classes), whose rows sum to 1."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    labels, probabilities = session.run(
        ["label", "probabilities"], {"features": x.astype(np.float32)}
    )
    exact = probabilities.astype(np.float64)
    return labels, exact / exact.sum(axis=1, keepdims=True)


def check_same_answers(model: ClassifierMixin, content: bytes, rows: Rows) -> None:
    """Hold the exported bytes against the fitted pipeline.

    Raises:
        ValueError: a probability differs by more than 0.001.

    """
    _, probabilities = predict(content, rows.x)
    worst = float(np.abs(probabilities - model.predict_proba(rows.x)).max())
    if worst > 0.001:
        raise ValueError(f"the exported model differs from the fitted one by {worst}")


def measure(
    model: ClassifierMixin, content: bytes, classes: Sequence[str], train: Rows, test: Rows
) -> dict[str, Any]:
    """Measure on held-out rows; on the training rows only by cross-validation."""
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=FOLD_SEED)
    scores = cross_val_score(clone(model), train.x, train.y, cv=folds)
    metrics = {
        "test": _test_metrics(content, classes, test),
        "train": {
            "rows": len(train.y),
            "cv_accuracy": float(scores.mean()),
            "cv_accuracy_std": float(scores.std()),
        },
    }
    return _rounded_metrics(metrics)


def _test_metrics(content: bytes, classes: Sequence[str], test: Rows) -> dict[str, Any]:
    labels, probabilities = predict(content, test.x)
    hits, rows = int((labels == test.y).sum()), len(test.y)
    low, high = wilson(hits, rows)
    return {
        "rows": rows,
        "accuracy": hits / rows,
        "accuracy_low": low,
        "accuracy_high": high,
        "majority_accuracy": int(np.bincount(test.y).max()) / rows,
        "macro_f1": float(f1_score(test.y, labels, average="macro")),
        "log_loss": float(log_loss(test.y, probabilities)),
        "per_class": _per_class(classes, test.y, labels),
    }


def _per_class(classes: Sequence[str], truth: Labels, labels: Labels) -> dict[str, Any]:
    columns = precision_recall_fscore_support(truth, labels, zero_division=0.0)
    keys = ("precision", "recall", "f1", "rows")
    return {
        name: {key: value.item() for key, value in zip(keys, row, strict=True)}
        for name, row in zip(classes, zip(*columns, strict=True), strict=True)
    }


def wilson(hits: int, rows: int, z: float = 1.959964) -> tuple[float, float]:
    """Return the 95% interval of a proportion (Wilson 1927)."""
    share, scale = hits / rows, 1 + z * z / rows
    centre = (share + z * z / (2 * rows)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))
    return centre - half, min(1.0, centre + half)


def _rounded_metrics(metrics: dict[str, Any]) -> dict[str, Any]:
    rounded = dict(metrics)
    for key, value in metrics.items():
        if isinstance(value, dict):
            rounded[key] = _rounded_metrics(value)
        elif isinstance(value, float):
            rounded[key] = round(value, METRIC_DECIMALS)
    return rounded
