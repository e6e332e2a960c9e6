"""What once was refused without a reason, and classes that a policy names."""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
import scipy.sparse
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_iris
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import FunctionTransformer

from registrar.domain.scanning import Safety
from registrar.integrations.scanning.scanner import ChildScanner
from registrar.ports.scanning import ToScan

pytestmark = pytest.mark.filterwarnings("ignore")  # of models that nobody trains so briefly


def pickled(value: Any) -> Iterator[tuple[str, bytes]]:
    for protocol in (2, 5):
        yield f"{protocol}.pkl", pickle.dumps(value, protocol)
    out = io.BytesIO()
    joblib.dump(value, out)
    yield "0.joblib", out.getvalue()


def refused(
    folder: Path, values: Iterator[tuple[str, Any]], allow: tuple[str, ...] = ()
) -> list[Any]:
    files = []
    for name, value in values:
        for suffix, content in pickled(value):
            place = folder / f"{name}-{suffix}"
            place.write_bytes(content)
            files.append(ToScan(place.name, str(place), len(content)))
    scan = ChildScanner(second=False).scan(files, allow)
    wrong = [(f.path, f.troubles) for f in scan.files if f.safety is not Safety.CLEAN]
    print(f"{len(wrong)} wrong verdicts of {len(files)}")
    return wrong


def once_refused() -> Iterator[tuple[str, Any]]:
    data, target = load_iris(return_X_y=True)
    boosting = HistGradientBoostingClassifier(max_iter=3, categorical_features=[0])
    yield "categories", boosting.fit(data.round(), target)
    clip = FunctionTransformer(np.clip, kw_args={"a_min": 0, "a_max": 1})
    yield "clip", clip.fit(data)
    log = TransformedTargetRegressor(regressor=Ridge(), func=np.log1p, inverse_func=np.expm1)
    yield "target", log.fit(data, target + 1.0)
    yield "transposed", np.arange(24.0).reshape(2, 3, 4).transpose(1, 2, 0)
    yield "aligned", np.zeros(2, np.dtype([("a", "i1"), ("b", "f8")], align=True))
    yield "coordinates", scipy.sparse.eye(3, format="coo")
    yield "masked", np.ma.masked_array([1.0, 2.0], [True, False], fill_value=3.0)


def test_what_was_refused_without_a_reason(tmp_path: Path) -> None:
    wrong = refused(tmp_path, once_refused())
    assert wrong == []


class Bucketer(list):  # type: ignore[type-arg]
    """A class of somebody's own, which takes arguments, items and a state."""

    def __init__(self, given: Any) -> None:
        super().__init__()
        self.given = given


def test_a_class_that_the_policy_names_may_hold_anything(tmp_path: Path) -> None:
    own = Bucketer(LogisticRegression())
    own.append(Ridge())
    values = [("own", own)]
    wrong = refused(tmp_path, iter(values))
    assert wrong
    wrong = refused(tmp_path, iter(values), (f"{__name__}:Bucketer",))
    assert wrong == []
