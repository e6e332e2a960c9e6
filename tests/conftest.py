"""Nothing of this machine reaches a test: no git configuration, no home, no time zone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _clean_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    for name in os.environ:
        if name.startswith(("GIT_", "XDG_", "DVC_", "MLFLOW_", "REGISTRAR_CACHE")):
            monkeypatch.delenv(name)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("TZ", "Pacific/Chatham")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """With REGISTRAR_NO_SKIPS a skip outside the opt-in lane is a failure, as in CI."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    unwanted = report.skipped and not hasattr(report, "wasxfail")
    if unwanted and os.environ.get("REGISTRAR_NO_SKIPS") and "optin" not in item.keywords:
        report.outcome = "failed"
        report.longrepr = f"skipped, and nothing may be: {report.longrepr}"


@pytest.fixture
def top() -> Path:
    """The top of this repository."""
    return Path(__file__).parent.parent
