"""The allowlist is data: exact, harmless by what its kinds mean, and as the libraries are."""

from __future__ import annotations

import _compat_pickle
import importlib
import inspect
import json
from pathlib import Path

import pytest

from registrar.integrations.scanning.allowlist import FRAMEWORKS, Use, allowlist

DATA = Path(__file__).parents[2] / "src/registrar/integrations/scanning/data"
HARMFUL = {
    *("eval", "exec", "compile", "open", "__import__", "getattr", "setattr", "input", "breakpoint"),
    *("system", "popen", "load", "loads", "loadtxt", "fromfile", "save", "memmap", "DataSource"),
}


def test_every_file_is_known_and_says_what_it_is_of() -> None:
    assert {path.stem for path in DATA.glob("*.json")} == set(FRAMEWORKS)
    for path in DATA.glob("*.json"):
        data = json.loads(path.read_text(encoding="utf-8"))
        assert (
            {"framework", "version", "origin"}
            <= set(data)
            <= {
                *("framework", "version", "origin"),
                *(use.value for use in Use if use is not Use.FORBIDDEN),
            }
        )


def test_names_are_exact_and_none_is_renamed_by_an_old_protocol() -> None:
    for module, name in allowlist().uses:
        assert all(part.isidentifier() for part in [*module.split("."), name]), (module, name)
        assert (module, name) not in _compat_pickle.NAME_MAPPING
        assert module not in _compat_pickle.IMPORT_MAPPING


def test_what_may_be_called_or_made_is_no_reader_writer_or_evaluator() -> None:
    uses = allowlist().uses
    made = {name for (_, name), use in uses.items() if use is not Use.NAME} & HARMFUL
    assert made == {"getattr"}  # of one method of a bare distribution, and nowhere but in pickles
    assert not {name for _, name in allowlist().called} & HARMFUL
    held = {name for (_, name), use in uses.items() if use is Use.NAME} & HARMFUL
    assert held == {"memmap"}  # a type of arrays that joblib names; never called
    tops = {module.partition(".")[0] for module, _ in uses}
    assert tops <= {
        *("_codecs", "builtins", "collections", "copyreg", "datetime", "decimal", "functools"),
        *("joblib", "lightgbm", "numpy", "scipy", "sklearn", "torch", "xgboost"),
    }


@pytest.mark.filterwarnings("ignore")  # NumPy's, of its old homes
def test_names_of_installed_libraries_are_there_and_new_ones_delete_themselves_plainly() -> None:
    found = 0
    for (module, name), use in allowlist().uses.items():
        top = module.partition(".")[0]
        if top in ("torch", "xgboost", "lightgbm"):
            continue
        try:
            value = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError):  # the home of a name in another version
            assert module.startswith(("numpy.core", "numpy.rec", "scipy.")), (module, name)
            continue
        found += 1
        if use is Use.NEW:
            assert inspect.isclass(value)
            assert not hasattr(value, "__del__")
    assert found > 500


@pytest.mark.parametrize(
    "name",
    [
        ("os", "system"),
        ("builtins", "eval"),
        ("numpy", "load"),
        ("numpy", "DataSource"),
        ("numpy._core", "_ufunc_reconstruct"),
        ("scipy.stats._distn_infrastructure", "rv_continuous"),
        ("joblib.numpy_pickle_compat", "NDArrayWrapper"),
        ("joblib.memory", "Memory"),
        ("torch.storage", "_load_from_bytes"),
        ("functools", "partialmethod"),
        ("operator", "attrgetter"),
        ("sklearn.linear_model._logistic", "LogisticRegression.__init__"),
        ("sklearn.datasets._openml", "fetch_openml"),
        ("numpy", "dtype.__init__"),
    ],
)
def test_what_looks_harmless_and_is_not_is_forbidden(name: tuple[str, str]) -> None:
    assert allowlist().use(*name) is Use.FORBIDDEN


def test_the_digest_says_which_names() -> None:
    assert allowlist().digest == allowlist().digest
    assert allowlist(("a:b",)).digest != allowlist().digest
    assert allowlist(("a:b",)).use("a", "b") is Use.ANY
    assert allowlist(("numpy:ndarray",)).use("numpy", "ndarray") is Use.NAME  # never widened
