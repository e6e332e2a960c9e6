"""Every estimator of scikit-learn, fitted: no format is refused, and clean skops files load.

The estimators come from the library itself, each in all the ways in which its own tests make it.
"""

from __future__ import annotations

import io
import pickle
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.datasets import load_iris
from sklearn.utils import all_estimators
from sklearn.utils._test_common.instance_generator import _construct_instances

from registrar.integrations.scanning.allowlist import allowlist
from registrar.integrations.scanning.engine import Engine
from registrar.integrations.scanning.parts import Part
from registrar.integrations.smoke import skops_file
from registrar.integrations.smoke.trusted import SKOPS_TYPES

pytestmark = pytest.mark.filterwarnings("ignore")  # they are not trained to the end

NO_INSTANCE = {"FrozenEstimator"}
"""Made of another one, which the library's tests do not give it; here below by hand."""
NO_SKOPS = {"Birch"}
"""skops says itself that it does not write them."""


def examples() -> list[tuple[Any, ...]]:
    """What an estimator may be fitted on; each takes one of them."""
    x, y = load_iris(return_X_y=True)
    texts = ["red wine", "white wine", "dry red", "sweet white"] * 10
    return [
        (x, y),
        (x, y + 1.0),
        (x, y > 0),
        (x, np.c_[y, y]),
        (x[:, 0], y),
        (x[:, :3], y),
        (x @ x.T, y),
        (texts,),
        ([{"a": 1.0, "b": "x"}, {"a": 2.0}],),
        ([("a", "b"), ("b",)],),
        (y,),
    ]


def instances() -> Iterator[tuple[str, Any]]:
    from sklearn.frozen import FrozenEstimator
    from sklearn.linear_model import LogisticRegression

    for name, kind in all_estimators():
        if name not in NO_INSTANCE:
            for number, made in enumerate(_construct_instances(kind)):
                yield f"{name}-{number}", made
    yield "FrozenEstimator-0", FrozenEstimator(LogisticRegression().fit(*examples()[0]))


def fitted() -> Iterator[tuple[str, Any]]:
    given = examples()
    for name, made in instances():
        for data in given:
            try:
                made.fit(*data)
            except (ValueError, TypeError, AttributeError, IndexError):
                continue  # the next one
            yield name, made
            break
        else:
            raise AssertionError(f"{name} takes none of the examples")


def as_joblib(model: Any) -> bytes:
    out = io.BytesIO()
    joblib.dump(model, out, compress=("zlib", 1))
    return out.getvalue()


def troubles(content: bytes, name: str) -> list[str]:
    part = Part(name, io.BytesIO(content), len(content))
    return [trouble.message for trouble in Engine(allowlist()).judged(part).troubles]


def refused_by_smoke(content: bytes, path: Path) -> str:
    """What the runner of smoke tests says of a skops file; nothing where it loads."""
    path.write_bytes(content)
    try:
        loaded = skops_file.load(str(path), {"trusted": sorted(SKOPS_TYPES)})
    except ValueError as error:
        return str(error)
    return "" if hasattr(loaded, "fit") else "no estimator came out"


@pytest.mark.slow
def test_none_is_refused_in_any_format_and_what_is_clean_loads(tmp_path: Path) -> None:
    writers: dict[str, Callable[[Any], bytes]] = {
        "pkl": lambda model: pickle.dumps(model, 4),
        "joblib": as_joblib,
        "skops": skops.io.dumps,
    }
    wrong: dict[str, object] = {}
    kinds, files = set(), 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, model in fitted():
            kinds.add(name.partition("-")[0])
            for suffix, write in writers.items():
                if suffix == "skops" and type(model).__name__ in NO_SKOPS:
                    continue
                content = write(model)
                files += 1
                if said := troubles(content, f"m.{suffix}"):
                    wrong[f"{name}.{suffix}"] = said
                elif suffix == "skops" and (no := refused_by_smoke(content, tmp_path / "m")):
                    wrong[f"{name} in a smoke test"] = no
    print(f"{len(kinds)} kinds of estimators, {files} files: {len(wrong)} wrong verdicts")
    assert wrong == {}
    assert len(kinds) >= 195


def test_the_runner_trusts_the_allowlist_of_the_scanner_and_nothing_else(tmp_path: Path) -> None:
    known = allowlist().called | allowlist().held  # the others are for pickles alone
    assert {f"{module}.{name}" for module, name in known} <= SKOPS_TYPES
    assert not SKOPS_TYPES & {
        "os.system",
        "operator.methodcaller",
        "builtins.eval",
        "acme.Bucketer",
    }
    said = refused_by_smoke(skops.io.dumps({"a": Stranger}), tmp_path / "m")
    assert "types that are not on the allowlist: " in said
    assert "Stranger" in said


class Stranger:
    """A type that nobody allows."""
