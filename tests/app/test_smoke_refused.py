"""``registrar smoke`` on models that misbehave, or that must not or cannot be loaded here."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from builders import run
from models import GIVEN, as_onnx, clean, entry, subject, tools, trained, tried

from registrar.domain.sandboxing import Level
from registrar.domain.scanning import Safety
from registrar.domain.smoking import Smoke


class Sleeper:
    """Sleeps while it is loaded."""

    def __reduce__(self) -> tuple[Any, ...]:
        import time

        return time.sleep, (100,)


class Eater:
    """Wants more memory than there may be while it is loaded."""

    def __reduce__(self) -> tuple[Any, ...]:
        return bytearray, (1 << 40,)


class Exiter:
    """Ends the process while it is loaded."""

    def __reduce__(self) -> tuple[Any, ...]:
        import os

        return os._exit, (0,)


@pytest.mark.parametrize(
    ("model", "timeout", "message"),
    [
        (Sleeper(), 1, "it reached the time limit of 1 s and was killed"),
        (Eater(), 60, "MemoryError"),
        (Exiter(), 60, "its process ended with 0 (it said nothing)"),
    ],
    ids=["sleeps", "allocates", "exits"],
)
def test_models_that_misbehave(model: object, timeout: int, message: str, tmp_path: Path) -> None:
    (tmp_path / "registrar.toml").write_text(
        f'schema_version = 1\n[smoke]\ntimeout = {timeout}\nmemory = "1 GiB"\n'
    )
    path = entry(tmp_path, "model.pkl", pickle.dumps(model), GIVEN, {"predict": [0]})
    smoked = tried(path)
    assert smoked.answer is Smoke.LOADS_NOT, smoked
    assert message in smoked.message


def test_code_that_is_not_here_is_a_fault_of_the_model(tmp_path: Path) -> None:
    content = b"\x80\x02cacme_secret_code\nModel\n."
    smoked = tried(entry(tmp_path, "model.pkl", content, GIVEN, {"predict": [0]}))
    assert smoked.answer is Smoke.LOADS_NOT
    assert "No module named 'acme_secret_code'" in smoked.message
    assert "install what has the module acme_secret_code" in smoked.hint


def test_a_library_that_is_not_here_is_named_with_the_line(tmp_path: Path) -> None:
    content = b"\x80\x02ccatboost\nCatBoostClassifier\n."
    smoked = tried(entry(tmp_path, "model.pkl", content, GIVEN, {"predict": [0]}))
    assert smoked.answer is Smoke.UNCHECKED
    assert smoked.hint == "python3 -m pip install catboost"


@pytest.mark.parametrize("safety", [Safety.DANGEROUS, Safety.UNREAD, None])
@pytest.mark.parametrize("name", ["model.pkl", "model.joblib"])
def test_no_pickle_is_loaded_that_no_scan_called_clean(
    name: str, safety: Safety | None, tmp_path: Path
) -> None:
    path = entry(tmp_path, name, pickle.dumps(Exiter()), GIVEN, {"predict": [0]})
    smoked = tried(path, None if safety is None else lambda path, allow: safety)
    assert smoked.answer is Smoke.UNCHECKED
    assert smoked.layers == ()  # nothing was started
    assert run("smoke", str(path)).code == 4


def test_a_skops_file_declares_nothing_for_itself(tmp_path: Path) -> None:
    import skops.io

    content = skops.io.dumps({"a": Eater})
    smoked = tried(entry(tmp_path, "model.skops", content, GIVEN, {"predict": [0]}))
    assert smoked.answer is Smoke.LOADS_NOT
    assert "types that are not on the allowlist" in smoked.message


@pytest.mark.filterwarnings("ignore")
def test_a_skops_file_may_hold_what_the_policy_of_scans_adds(tmp_path: Path) -> None:
    from argparse import Namespace

    import skops.io

    model = trained()
    model.note_ = Namespace(by="us")
    path = entry(tmp_path, "model.skops", skops.io.dumps(model), GIVEN, {"predict": [0, 0]})
    refused = tried(path)
    assert refused.answer is Smoke.LOADS_NOT
    assert "types that are not on the allowlist: argparse.Namespace" in refused.message
    (tmp_path / ".git").mkdir()
    (tmp_path / "registrar.toml").write_text(
        'schema_version = 1\n[scan]\nallow = ["argparse:Namespace"]\n'
    )
    assert tried(path).answer is Smoke.PASSES
    assert run("smoke", str(path)).code == 0  # the scan before it knows the policy, too


@pytest.mark.parametrize(
    ("loader", "message"),
    [
        ("mlflow.pyfunc.model", "model/MLmodel names the loader mlflow.pyfunc.model"),
        ("", "model/MLmodel names no Python function"),
        ("mlflow.sklearn\n    code: code", "model/MLmodel brings code of its own"),
    ],
)
def test_mlflow_flavours_with_code_of_their_own_are_not_loaded(
    loader: str, message: str, tmp_path: Path
) -> None:
    saved = tmp_path / "saved"
    saved.mkdir()
    flavor = f"    loader_module: {loader}\n" if loader else "    env: none\n"
    (saved / "MLmodel").write_text(f"flavors:\n  python_function:\n{flavor}", encoding="utf-8")
    smoked = tried(entry(tmp_path, "model", saved, GIVEN, {"predict": [0]}))
    assert (smoked.answer, smoked.message) == (Smoke.UNCHECKED, message)


def test_a_format_that_nothing_runs_and_bytes_that_are_not_here(tmp_path: Path) -> None:
    gguf = entry(tmp_path / "a", "model.gguf", b"GGUF\x03" + bytes(40), {}, {"a": 1})
    assert tried(gguf).answer is Smoke.UNCHECKED
    gone = entry(tmp_path / "b", "model.onnx", b"x", GIVEN, {"label": [0]})
    (gone / "model.onnx").unlink()
    (gone / "model.onnx.dvc").write_text(
        f"outs:\n- md5: {'a' * 32}\n  size: 1\n  hash: md5\n  path: model.onnx\n", encoding="utf-8"
    )
    smoked = tried(gone)
    assert smoked.answer is Smoke.UNCHECKED
    assert "dvc pull" in smoked.hint
    assert "model.onnx.dvc" in smoked.hint


@pytest.mark.parametrize("level", ["landlock", "namespaces"])
def test_below_the_level_of_the_policy_nothing_is_tried(level: str, tmp_path: Path) -> None:
    from dataclasses import replace

    from registrar.app.smoking.service import smoke
    from registrar.integrations.sandbox.box import Box

    path = entry(tmp_path, "model.onnx", as_onnx(trained()), GIVEN, {"label": [0, 0]})
    (tmp_path / "registrar.toml").write_text(f'schema_version = 1\n[smoke]\nsandbox = "{level}"\n')
    weak = replace(tools(clean), sandbox=Box(Level.LIMITS))
    smoked = smoke(subject(path), weak)
    assert smoked.answer is Smoke.UNCHECKED
    assert f"the sandbox reaches limits here, not {level}" in smoked.message


def test_the_model_never_sees_what_is_expected(tmp_path: Path) -> None:
    """A pickle that opens the expected output while it is loaded is refused by the kernel."""

    class Reader:
        def __reduce__(self) -> tuple[Any, ...]:
            return open, (str(tmp_path / "model_registry/wine-1.0.0/smoke/expected.json"),)

    content = pickle.dumps(Reader())
    smoked = tried(entry(tmp_path, "model.pkl", content, GIVEN, {"predict": [0]}))
    assert smoked.answer is Smoke.LOADS_NOT
    assert smoked.message.startswith(("PermissionError", "FileNotFoundError"))
