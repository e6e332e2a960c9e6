"""XGBoost and LightGBM themselves: what they write is clean, runs in the sandbox, reproduces.

An opt-in lane, ``make test-trees``: neither is a dependency.
"""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import pytest
from builders import run
from models import entry, subject, tried

from registrar.app.smoking.recording import record
from registrar.assemble import smoke_tools
from registrar.domain.smoking import Smoke
from registrar.integrations.scanning.allowlist import allowlist
from registrar.integrations.scanning.engine import Engine
from registrar.integrations.scanning.parts import Part, Sure
from registrar.integrations.work_tree_writer import WorkTreeWriter

pytestmark = [pytest.mark.optin, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def fitted() -> dict[str, Any]:
    """What both offer besides their own boosters, in pipelines, too."""
    xgboost = pytest.importorskip("xgboost")
    lightgbm = pytest.importorskip("lightgbm")
    from sklearn.datasets import load_wine
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y = load_wine(return_X_y=True)
    few = {"n_estimators": 3, "n_jobs": 1}
    quiet = few | {"verbose": -1}
    made = {
        "xgboost-classifier": xgboost.XGBClassifier(**few),
        "xgboost-regressor": xgboost.XGBRegressor(**few),
        "xgboost-linear": xgboost.XGBRegressor(booster="gblinear", **few),
        "xgboost-forest": xgboost.XGBRFRegressor(**few),
        "xgboost-pipeline": make_pipeline(StandardScaler(), xgboost.XGBClassifier(**few)),
        "lightgbm-classifier": lightgbm.LGBMClassifier(**quiet),
        "lightgbm-regressor": lightgbm.LGBMRegressor(**quiet),
        "lightgbm-pipeline": make_pipeline(StandardScaler(), lightgbm.LGBMClassifier(**quiet)),
    }
    found = {name: model.fit(x, y) for name, model in made.items()}
    found["xgboost-ranker"] = xgboost.XGBRanker(**few).fit(x, y, group=[len(y)])
    found["lightgbm-ranker"] = lightgbm.LGBMRanker(**quiet).fit(x, y, group=[len(y)])
    return found


def judged(content: bytes, name: str) -> Sure:
    return Engine(allowlist()).judged(Part(name, io.BytesIO(content), len(content), beside={}))


def as_joblib(model: Any) -> bytes:
    import joblib

    out = io.BytesIO()
    joblib.dump(model, out, compress=3)
    return out.getvalue()


def as_skops(model: Any) -> bytes:
    import skops.io

    return bytes(skops.io.dumps(model))


def test_models_of_every_kind_are_clean_in_every_form(fitted: dict[str, Any]) -> None:
    wrong, count = {}, 0
    for name, model in fitted.items():
        files = {f"{number}.pkl": pickle.dumps(model, number) for number in range(6)}
        files |= {"model.joblib": as_joblib(model), "model.skops": as_skops(model)}
        for file, content in files.items():
            count += 1
            if found := judged(content, file).troubles:
                wrong[name, file] = found
    print(f"{len(wrong)} wrong verdicts of {count} files of {len(fitted)} models")
    assert wrong == {}


def test_their_own_forms_are_clean_and_not_in_part(fitted: dict[str, Any], tmp_path: Path) -> None:
    for kind in ("classifier", "regressor", "linear", "forest"):
        for suffix in ("json", "ubj"):
            path = tmp_path / f"model.{suffix}"
            fitted[f"xgboost-{kind}"].save_model(path)
            never_in_part(path, "xgboost", b"")
    for kind in ("classifier", "regressor"):
        path = tmp_path / "model.txt"
        fitted[f"lightgbm-{kind}"].booster_.save_model(path)
        never_in_part(path, "lightgbm", b"\nend of trees\n")


def never_in_part(path: Path, format: str, whole: bytes) -> None:
    """It is clean, and no part of it is that does not hold the mark of a whole one."""
    content = path.read_bytes()
    found = judged(content, path.name)
    assert (found.format, found.troubles) == (format, ())
    for end in (*range(0, len(content), 1000), len(content) - 1):
        if not whole or whole not in content[:end]:
            assert judged(content[:end], path.name).troubles, (path, end)


@pytest.mark.parametrize("kind", ["classifier", "regressor", "pipeline"])
@pytest.mark.parametrize("library", ["xgboost", "lightgbm"])
@pytest.mark.parametrize("file", ["model.pkl", "model.joblib", "model.skops"])
def test_they_run_in_the_sandbox(
    fitted: dict[str, Any], library: str, kind: str, file: str, tmp_path: Path
) -> None:
    model = fitted[f"{library}-{kind}"]
    write = {"pkl": pickle.dumps, "joblib": as_joblib, "skops": as_skops}[file[6:]]
    rows = [[float(n + k) for k in range(13)] for n in range(3)]
    path = entry(tmp_path, file, write(model), {"X": rows})
    made = record(subject(path), smoke_tools(), WorkTreeWriter(str(path)), overwrite=False)
    assert made.answer is Smoke.RECORDED, made
    assert tried(path).answer is Smoke.PASSES
    assert run("smoke", str(path)).code == 0
