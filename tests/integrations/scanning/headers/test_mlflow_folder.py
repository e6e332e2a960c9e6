"""MLflow folders: data that MLflow saves is clean; whatever has it import or run is not."""

from __future__ import annotations

import logging
import sys
import textwrap
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looking import BOUNDED, CLEAN, DANGEROUS, UNREAD, damaged, look_at, verdict, wrong
from skops_maker import called, skops_file, text

from registrar.integrations.scanning.headers.mlflow_folder import look

ALLOWED = frozenset({("sklearn.tree._tree", "Tree")})
HERE = {
    "MLmodel": 400, "model.onnx": 100, "model.skops": 100, "conda.yaml": 10, "python_env.yaml": 10,
    "data/model.pth": 10, "link.onnx": -1,
}  # fmt: skip


def saved(settings: str = "", flavour: str = "onnx", more: str = "", **pyfunc: str) -> bytes:
    """An ``MLmodel``; ``settings`` are lines of the flavour, ``pyfunc`` replaces its settings."""
    told = {"loader_module": "mlflow.onnx", "data": "model.onnx"} | pyfunc
    lines = [
        "flavors:",
        f"  {flavour}:",
        textwrap.indent(textwrap.dedent(settings or "data: model.onnx").strip(), "    "),
        "  python_function:",
        "    env:",
        "      conda: conda.yaml",
        "      virtualenv: python_env.yaml",
        *(f"    {key}: {value}" for key, value in told.items()),
        "mlflow_version: 3.17.2",
        "utc_time_created: '2026-11-26 04:28:19.280327'",
        textwrap.dedent(more).strip(),
    ]
    return ("\n".join(lines) + "\n").encode()


SKLEARN = "pickled_model: model.skops\nserialization_format: skops\nskops_trusted_types: "
MALICIOUS = {
    "a module of its own as loader": (DANGEROUS, saved(loader_module="evil")),
    "a standard module as loader": (DANGEROUS, saved(loader_module="os")),
    "a loader that begins like one": (DANGEROUS, saved(loader_module="mlflow.onnx.evil")),
    "a loader that is a list": (DANGEROUS, saved(loader_module="[mlflow.onnx]")),
    "a loader that is a number": (DANGEROUS, saved(loader_module="7")),
    "a loader that unpickles": (DANGEROUS, saved(loader_module="mlflow.langchain")),
    "a loader that runs a script": (DANGEROUS, saved(loader_module="mlflow.pyfunc.loaders.code_model")),
    "code": (DANGEROUS, saved(code="code")),
    "code of a flavour": (DANGEROUS, saved("data: model.onnx\ncode: code")),
    "code by a path outside": (DANGEROUS, saved(code="../../evil")),
    "a script": (DANGEROUS, saved(model_code_path="/tmp/evil.py", loader_module="mlflow.pyfunc.loaders.code_model")),
    "a cloudpickle": (DANGEROUS, saved(python_model="model.pkl", loader_module="mlflow.pyfunc.model")),
    "a cloudpickle under another loader": (DANGEROUS, saved(python_model="model.onnx")),
    "a trusted type that is not allowed": (DANGEROUS, saved(f"{SKLEARN}[os.system]", "sklearn")),
    "an allowed type and another": (DANGEROUS, saved(f"{SKLEARN}[sklearn.tree._tree.Tree, builtins.exec]", "sklearn")),
    "a name without module": (DANGEROUS, saved(f"{SKLEARN}[Tree]", "sklearn")),
    "a trusted type of LightGBM": (DANGEROUS, saved("skops_trusted_types: [evil.Evil]", "lightgbm")),
    "a class to import": (DANGEROUS, saved("data: model.onnx\nmodel_class: os.system", "xgboost")),
    "a module to import as Keras": (DANGEROUS, saved("data: model.onnx\nkeras_module: evil", "tensorflow")),
    "a module that a file names": (DANGEROUS, saved("model_data: data", "pytorch"), HERE | {"data/pickle_module_info.txt": 4}),
    "the same for the Python function": (DANGEROUS, saved(data="data", loader_module="mlflow.tensorflow"), HERE | {"data/keras_module.txt": 4}),
    "data that leaves by dots": (DANGEROUS, saved(data="../other/model.onnx")),
    "data that leaves and comes back": (DANGEROUS, saved(data="data/../model.onnx")),
    "data at an absolute path": (DANGEROUS, saved("data: /etc/passwd")),
    "data behind backslashes": (DANGEROUS, saved("data: '..\\..\\evil'")),
    "data behind a link": (DANGEROUS, saved("data: link.onnx")),
    "an artifact outside": (DANGEROUS, saved(artifacts="{a: {path: ../../secret, uri: x}}")),
    "a requirement outside": (DANGEROUS, saved("extra_files: [{path: /etc/shadow}]\ndata: model.onnx")),
    "an environment outside": (DANGEROUS, saved(conda="/evil/conda.yaml")),
    "dots under a key that nobody knows": (DANGEROUS, saved("data: model.onnx\nfurther: [a, {b: ../../x}]")),
    "an example outside": (DANGEROUS, saved(more="saved_input_example_info: {artifact_path: ../x.json}")),
    "a key twice": (DANGEROUS, saved(more="flavors: {python_function: {loader_module: evil}}")),
    "a setting twice": (DANGEROUS, saved("data: model.onnx\ndata: model.skops")),
    "a Python object in YAML": (DANGEROUS, saved(more="x: !!python/object/apply:os.system [true]")),
    "a flavour of somebody": (UNREAD, saved("data: model.onnx", "evil")),
    "a flavour that is a list": (UNREAD, b"flavors: {onnx: [1]}\n"),
    "no loader": (UNREAD, b"flavors: {python_function: {data: model.onnx}}\n"),
    "no flavours": (UNREAD, b"mlflow_version: 3.17.2\n"),
    "flavours that are none": (UNREAD, b"flavors: []\n"),
    "trusted types that are no list": (UNREAD, saved(f"{SKLEARN}os.system", "sklearn")),
    "a serialization that nobody knows": (UNREAD, saved("serialization_format: dill", "sklearn")),
    "weights of a hub": (UNREAD, saved("source_model_name: acme/evil", "transformers")),
    "a base model of a hub": (UNREAD, saved("base_model: acme/evil", "diffusers")),
    "data that is not there": (UNREAD, saved("data: other.onnx")),
    "an alias": (UNREAD, saved(more="a: &a x\nb: *a")),
    "nested without end": (UNREAD, b"flavors: " + b"[" * 50_000),
    "a second document": (UNREAD, saved(more="---\nflavors: {}")),
    "2 MiB": (UNREAD, b"a" * 2**21),
    "not UTF-8": (UNREAD, b"\xff\xfe\xfd"),
    "0 bytes": (UNREAD, b""),
}  # fmt: skip


SCRIPT = """
import mlflow

class Doubled(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return model_input * 2

mlflow.models.set_model(Doubled())
"""


def ask(content: bytes, beside: dict[str, int] = HERE) -> Any:
    return verdict(look, content, beside, ALLOWED)


def test_verdicts():
    benign = {
        "onnx": saved(),
        "a folder as data": saved(
            "model_data: data", "pytorch", loader_module="mlflow.pytorch", data="data"
        ),
        "an allowed type": saved(f"{SKLEARN}[sklearn.tree._tree.Tree, numpy.dtype]", "sklearn"),
        "where an artifact came from": saved(
            artifacts="{a: {path: model.onnx, uri: ../x/model.onnx}}"
        ),
        "settings of the user's": saved(config="{prompt: a/../b}", more="metadata: {a: ../x}"),
        "a class of XGBoost": saved(
            "data: model.onnx\nmodel_class: xgboost.sklearn.XGBClassifier", "xgboost"
        ),
        "code that is none": saved(code="null"),
    }
    assert (
        wrong(look, {name: (CLEAN, content) for name, content in benign.items()}, HERE, ALLOWED)
        == []
    )
    cases = {name: (*(*case, HERE)[:3], ALLOWED) for name, case in MALICIOUS.items()}
    assert wrong(look, cases) == []


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders that MLflow itself writes: of sklearn, onnx and pyfunc."""
    top = tmp_path_factory.mktemp("mlflow")
    logging.disable(logging.CRITICAL)
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(record=True):
        warnings.simplefilter("ignore")
        patch.chdir(top)
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{top}/mlflow.db")
        _save(top)
        yield top
    logging.disable(logging.NOTSET)


def _save(top: Path) -> None:
    import mlflow
    import mlflow.onnx
    import mlflow.pyfunc
    import mlflow.sklearn
    import numpy as np
    from skl2onnx import to_onnx
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression
    from sklearn.tree import DecisionTreeClassifier

    class Doubled(mlflow.pyfunc.PythonModel):
        def predict(self, context, model_input, params=None):
            return model_input * 2

    plain: Any = {"pip_requirements": ["mlflow"]}  # else MLflow finds them out in a child
    x, y = load_iris(return_X_y=True)
    linear = LogisticRegression(max_iter=1000).fit(x, y)
    tree = DecisionTreeClassifier().fit(x, y)
    save = mlflow.sklearn.save_model
    save(linear, str(top / "skops"), input_example=x[:2], **plain)
    save(linear, str(top / "pickle"), serialization_format="cloudpickle", **plain)
    save(tree, str(top / "tree"), skops_trusted_types=["sklearn.tree._tree.Tree"], **plain)
    onnx = to_onnx(linear, x[:1].astype(np.float32))
    mlflow.onnx.save_model(onnx, str(top / "onnx"), **plain)
    (top / "a.txt").write_text("x", encoding="utf-8")
    python: Any = {"python_model": Doubled(), "artifacts": {"a": "a.txt"}}
    mlflow.pyfunc.save_model(str(top / "python"), **python, **plain)
    (top / "script.py").write_text(SCRIPT, encoding="utf-8")
    mlflow.pyfunc.save_model(str(top / "script"), python_model="script.py", **plain)


def case(folder: Path, expected: Any) -> tuple[Any, ...]:
    files = {
        str(path.relative_to(folder)): path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file()
    }
    return expected, (folder / "MLmodel").read_bytes(), files, ALLOWED


@pytest.mark.filterwarnings("ignore")
def test_folders_of_mlflow(folders):
    """A Python function is code by its nature: that MLflow wrote it makes it no better."""
    expected = {"skops": CLEAN, "pickle": CLEAN, "tree": CLEAN, "onnx": CLEAN, "python": DANGEROUS, "script": DANGEROUS}  # fmt: skip
    assert (
        wrong(look, {name: case(folders / name, safety) for name, safety in expected.items()}) == []
    )
    found = look_at(look, *case(folders / "python", None)[1:])
    assert [trouble.message for trouble in found] == [
        'the flavour "python_function" is a Python object in a cloudpickle, with its code'
        ' (python_model: "python_model.pkl")'
    ]


@pytest.mark.filterwarnings("ignore")
def test_mlflow_imports_what_the_folder_names(folders, tmp_path: Path, monkeypatch):
    import mlflow.pyfunc

    (tmp_path / "code").mkdir()
    marker = tmp_path / "marker"
    code = f"open({str(marker)!r}, 'w').close()\nclass Model:\n    predict = print\n_load_pyfunc = lambda path: Model()\n"
    (tmp_path / "code" / "quite_evil.py").write_text(code, encoding="utf-8")
    content = b"flavors: {python_function: {loader_module: quite_evil, code: code}}\n"
    (tmp_path / "MLmodel").write_bytes(content)
    monkeypatch.setattr(sys, "path", list(sys.path))
    mlflow.pyfunc.load_model(str(tmp_path))
    sys.modules.pop("quite_evil", None)
    assert marker.exists()
    assert ask(content, {"MLmodel": 1, "code/quite_evil.py": 1}) is DANGEROUS


@pytest.mark.filterwarnings("ignore")
def test_mlflow_trusts_what_the_folder_calls_trusted(folders, tmp_path: Path):
    import mlflow.sklearn

    marker = tmp_path / "marker"
    (tmp_path / "model.skops").write_bytes(skops_file(called("os", "mkdir", text(str(marker)))))
    content = saved(f"{SKLEARN}[os.mkdir]\nsklearn_version: 1.9.1", "sklearn")
    (tmp_path / "MLmodel").write_bytes(content)
    mlflow.sklearn.load_model(str(tmp_path))
    assert marker.is_dir()
    assert ask(content) is DANGEROUS


def test_where_and_what_to_do():
    (found,) = look_at(look, MALICIOUS["an artifact outside"][1], HERE, ALLOWED)
    assert (
        found.message
        == 'flavors.python_function.artifacts.a.path: "../../secret" leaves the folder'
    )
    (found,) = look_at(look, MALICIOUS["a setting twice"][1], HERE, ALLOWED)
    assert found.message.startswith("MLmodel, line 4: duplicate key")
    (found,) = look_at(look, MALICIOUS["a trusted type that is not allowed"][1], HERE, ALLOWED)
    assert 'the model itself calls "os.system" trusted' in found.message


def test_cut_anywhere_it_is_not_clean():
    """But within its last lines, which say nothing of what is loaded."""
    content = saved()
    version = content.index(b"mlflow_version: ")
    assert [end for end in range(version) if ask(content[:end]) is CLEAN] == []
    for end in range(version, len(content)):
        ask(content[:end])


@BOUNDED
@given(st.one_of(damaged(saved(), 300), st.binary(max_size=100).map(b"flavors: ".__add__)))
def test_never_raises(content):
    ask(content)


KEYS = [
    "loader_module",
    "data",
    "code",
    "env",
    "skops_trusted_types",
    "model_class",
    "keras_module",
    "artifacts",
]


@BOUNDED
@given(
    st.dictionaries(
        st.sampled_from(KEYS),
        st.sampled_from(
            ["[]", "{}", "[[a]]", "{a: b}", "7", "null", "true", "''", "x/../y", "[1, {b: c}]"]
        ),
    )
)
def test_never_raises_on_any_setting(settings):
    lines = "".join(f"    {key}: {value}\n" for key, value in settings.items())
    ask(f"mlflow_version: x\nflavors:\n  python_function:\n    x: 1\n{lines}".encode())
