"""Nothing of this machine reaches a test: no git configuration, no home, no time zone."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

_OURS = (
    "GIT_",
    "GITHUB_",
    "GH_",
    "XDG_",
    "DVC_",
    "MLFLOW_",
    "REGISTRAR_CACHE",
    "PYTHONPATH",
    "PYTHONSAFEPATH",
)
_ROOM = 2 << 30
"""Bytes that a run may have in temporary files at a time, with a margin."""


def pytest_sessionstart() -> None:
    """End at once where there is no room: a full disk makes every test fail, and says nothing."""
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if free < _ROOM:
        told = f"{folder} has {free >> 20} MiB left, and the tests want {_ROOM >> 20}"
        pytest.exit(f"{told}: make room, or set TMPDIR to another folder", returncode=1)


@pytest.fixture(autouse=True)
def _clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    # a patch of its own: a test that undoes its monkeypatch must not undo this
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(_OURS):
                patch.delenv(name)
        home = tmp_path_factory.mktemp("home")
        patch.setenv("HOME", str(home))
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("LC_ALL", "C.UTF-8")
        patch.setenv("TZ", "Pacific/Chatham")  # a quarter of an hour off, and a day ahead
        time.tzset()
        yield
    time.tzset()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With REGISTRAR_NO_SKIPS a skip outside the opt-in lane is a failure, as in CI."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and "optin" not in item.keywords:
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file that skips itself while it is collected."""
    report = yield
    if report.skipped:
        _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("REGISTRAR_NO_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and nothing may be: {report.longrepr}"


@pytest.fixture(scope="session")
def top() -> Path:
    """The top of this repository."""
    return Path(__file__).parent.parent
