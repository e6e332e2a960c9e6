"""The lanes: what conftest keeps from the tests, and that CI lets nothing be skipped."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

import pytest
from environments import call

SKIPS = {
    "a skip": "@pytest.mark.skip(reason='none of it')\ndef test_it() -> None: ...\n",
    "a skip while it runs": "def test_it() -> None:\n    pytest.skip('no server')\n",
    "a missing module": "pytest.importorskip('no_such_module')\ndef test_it() -> None: ...\n",
    "a file that skips itself": "pytest.skip('not here', allow_module_level=True)\n",
    "a fixture that skips": (
        "@pytest.fixture\ndef server():\n    pytest.skip('no server')\n"
        "def test_it(server) -> None: ...\n"
    ),
}
ALLOWED = {
    "the opt-in lane": "@pytest.mark.optin\ndef test_it() -> None:\n    pytest.skip('not asked')\n",
    "an expected failure": "@pytest.mark.xfail\ndef test_it() -> None:\n    assert False\n",
    "a pass": "def test_it() -> None: ...\n",
}


def run_pytest(top: Path, folder: Path, body: str, **env: str) -> tuple[int, str]:
    """Run a test file under this repository's conftest, in a process of its own."""
    shutil.copy(top / "tests/conftest.py", folder)
    (folder / "pytest.ini").write_text(
        "[pytest]\nmarkers = optin: asked for\naddopts = --strict-markers\n", encoding="utf-8"
    )
    (folder / "test_it.py").write_text(f"import pytest\n{body}", encoding="utf-8")
    options = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "test_it.py")
    done = call(sys.executable, "-I", "-m", "pytest", *options, cwd=folder, **env)
    return done.returncode, done.stdout


@pytest.mark.parametrize("name", SKIPS)
def test_in_ci_a_skip_is_a_failure(top: Path, tmp_path: Path, name: str) -> None:
    code, out = run_pytest(top, tmp_path, SKIPS[name], REGISTRAR_NO_SKIPS="1")
    assert code not in (0, 5), out
    assert "skipped, and nothing may be" in out


@pytest.mark.parametrize("name", SKIPS)
def test_elsewhere_a_skip_is_named(top: Path, tmp_path: Path, name: str) -> None:
    code, out = run_pytest(top, tmp_path, SKIPS[name])
    assert code in (0, 5), out
    assert "1 skipped" in out


@pytest.mark.parametrize("name", ALLOWED)
def test_in_ci_the_opt_in_lane_and_expected_failures_stay(
    top: Path, tmp_path: Path, name: str
) -> None:
    code, out = run_pytest(top, tmp_path, ALLOWED[name], REGISTRAR_NO_SKIPS="1")
    assert code == 0, out


def test_nothing_of_this_machine_reaches_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    # a test that undoes its own patches must not undo the clean environment
    monkeypatch.setenv("HOME", "/nowhere")
    monkeypatch.undo()
    assert not list(Path.home().iterdir())
    assert [name for name in os.environ if name.startswith("GIT_")] == [
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_GLOBAL",
    ]
    assert "PYTHONPATH" not in os.environ
    assert time.tzname == ("+1245", "+1345")
