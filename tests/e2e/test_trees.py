"""XGBoost and LightGBM themselves: what they write is clean, published, run and verified.

An opt-in lane, ``make test-trees``: neither is a dependency.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from published import Made, Published, tell, tell_gate

from registrar.integrations.scanning.allowlist import allowlist
from registrar.integrations.scanning.engine import Engine
from registrar.integrations.scanning.parts import Part, Sure

pytestmark = [pytest.mark.optin, pytest.mark.filterwarnings("ignore")]


KINDS = ("classifier", "regressor", "pipeline")


@pytest.fixture(scope="module")
def fitted() -> dict[str, Any]:
    """What both offer besides their own boosters, in pipelines, too."""
    return trained()


def trained(backwards: bool = False) -> dict[str, Any]:
    """The same kinds each time; ``backwards`` they are other models, of labels in another order."""
    xgboost = pytest.importorskip("xgboost")
    lightgbm = pytest.importorskip("lightgbm")
    from sklearn.datasets import load_wine
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y = load_wine(return_X_y=True)
    y = y[::-1] if backwards else y
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


def every_form(fitted: dict[str, Any], place: Path) -> Iterator[Made]:
    """What they are published as: estimators, their own files, and folders of MLflow."""
    from sklearn.datasets import load_wine

    place.mkdir()
    rows = {"X": load_wine().data[[0, 70, 177]].tolist()}
    for library in ("xgboost", "lightgbm"):
        for kind in KINDS:
            name, model = f"{library}-{kind}", fitted[f"{library}-{kind}"]
            yield Made(f"{name}-pickle", "model.pkl", pickle.dumps(model), rows, "pickle")
            yield Made(f"{name}-joblib", "model.joblib", as_joblib(model), rows, "joblib")
            yield Made(f"{name}-skops", "model.skops", as_skops(model), rows, "skops")
        for name, path in own_files(fitted, library, place):
            yield Made(f"{library}-{name}", path.name, path.read_bytes(), rows, library)
        yield from folders(fitted, library, place, rows)


def own_files(fitted: dict[str, Any], library: str, place: Path) -> Iterator[tuple[str, Path]]:
    for kind in ("classifier", "regressor", "linear", "forest"):
        model = fitted.get(f"{library}-{kind}")
        for suffix in ("json", "ubj") if library == "xgboost" else ("txt",):
            if model is not None:
                path = place / f"{library}-{kind}-{suffix}" / f"model.{suffix}"
                path.parent.mkdir()
                (model if library == "xgboost" else model.booster_).save_model(path)
                yield f"{kind}-{suffix}", path


def folders(fitted: dict[str, Any], library: str, place: Path, rows: Any) -> Iterator[Made]:
    import mlflow.lightgbm
    import mlflow.xgboost
    import numpy
    from mlflow.models import infer_signature

    save = getattr(mlflow, library).save_model
    model = fitted[f"{library}-classifier"]
    booster = model.get_booster() if library == "xgboost" else model.booster_
    signed = {"signature": infer_signature(numpy.zeros((1, 13), numpy.float32))}
    skops = "skops" if library == "lightgbm" else library
    for name, made, more, format in (
        ("estimator", model, {}, skops),
        ("booster", booster, {}, library),
        ("signed", booster, signed, library),
    ):
        folder = place / f"{library}-{name}"
        save(made, folder, pip_requirements=[library], **more)
        yield Made(f"{library}-mlflow-{name}", "model", folder, rows, format)


def test_they_are_published_scanned_run_and_verified(
    fitted: dict[str, Any], tmp_path: Path
) -> None:
    import lightgbm
    import xgboost

    published = Published.at(tmp_path)
    tell(published, list(every_form(fitted, tmp_path / "first")))
    tell_gate(published)
    versions = {"xgboost": xgboost.__version__, "lightgbm": lightgbm.__version__}
    for entry, made in published.entries.items():
        text = (published.repo.path / f"model_registry/{entry}/metadata.yaml").read_text()
        library = entry.partition("-")[0]
        named = {"name": library} if made.format == library else None
        if made.file == "model":  # a folder of MLflow, which says more
            named = {"name": library, "version": versions[library]}
        assert yaml.safe_load(text).get("framework") == named, entry
    said = published.exchange(every_form(trained(backwards=True), tmp_path / "others"))
    assert [entry for entry, answer in said.items() if answer == "passes"] == []


def test_an_input_that_does_not_fit_is_told_by_the_library(
    fitted: dict[str, Any], tmp_path: Path
) -> None:
    published = Published.at(tmp_path)
    name, path = next(own_files(fitted, "lightgbm", tmp_path))
    published.publish(Made(name, path.name, path.read_bytes(), {"X": [[1, 2]]}, "lightgbm"))
    (message,) = published.answers("--record").values()
    assert "The number of features in data (2) is not the same" in message


def test_a_file_that_is_made_up_does_not_load(fitted: dict[str, Any], tmp_path: Path) -> None:
    content = b'{"learner": {"gradient_booster": {}, "learner_model_param": {}}, "version": [3, 0]}'
    published = Published.at(tmp_path)
    published.publish(Made("empty", "model.json", content, {"X": [[1, 2]]}, "xgboost"))
    (entry,) = published.ask("smoke", "--record")["entries"]
    assert entry["answer"] == "does not load", entry
    assert "XGBoostError" in entry["message"]
