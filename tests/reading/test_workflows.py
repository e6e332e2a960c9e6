"""A workflow as far as the gate cares; YAML 1.1 takes ``on`` for true, and we do not."""

from __future__ import annotations

import pytest

from registrar.reading.workflows import read_workflow

JOBS = "jobs: {a: {steps: []}}\n"


@pytest.mark.parametrize(
    ("written", "events"),
    [
        ("on: push", {"push": {}}),
        ("on: [push, pull_request]", {"push": {}, "pull_request": {}}),
        ('"on": {push: {branches: [main]}}', {"push": {"branches": ["main"]}}),
        (
            "on:\n  pull_request_target:\n  schedule:\n  - cron: '1 2 * * *'",
            {"pull_request_target": {}, "schedule": {}},
        ),
    ],
)
def test_triggers_in_every_form(written: str, events: dict[str, object]) -> None:
    assert read_workflow(f"{written}\n{JOBS}".encode()).triggers == events


def test_jobs_and_steps() -> None:
    flow = read_workflow(
        b"on: push\npermissions: read-all\njobs:\n  a:\n    name: gate\n    if: always()\n    needs: b\n"
        b"    permissions: {}\n    steps:\n    - uses: x/y@z\n      with: {ref: main}\n"
        b"      continue-on-error: ${{ true }}\n    - run: echo\n  b: {uses: ./x.yml, needs: [c, d]}\n"
    )
    (a, b) = flow.jobs
    assert flow.permissions == "read-all"
    assert (a.key, a.title, a.condition, a.needs, a.permissions) == (
        "a",
        "gate",
        "always()",
        ("b",),
        {},
    )
    assert (a.steps[0].uses, a.steps[0].given, a.steps[0].may_fail) == (
        "x/y@z",
        {"ref": "main"},
        True,
    )
    assert (a.steps[1].run, a.steps[1].may_fail, flow.line(a.steps[1].route)) == ("echo", False, 13)
    assert (b.title, b.uses, b.needs, b.may_fail) == ("b", "./x.yml", ("c", "d"), False)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"x",
        b"on: push\n",
        b"on: push\njobs: []\n",
        b"a: &a 1\nb: *a\n",
        b"\x00",
        b"a: [" * 1000,
    ],
)
def test_what_is_no_workflow_has_a_flaw(raw: bytes) -> None:
    assert read_workflow(raw).flaws


@pytest.mark.parametrize(
    "raw", [b"on: 3\njobs: {a: 4, b: [], c: {steps: {x: 1}, needs: 5, name: 7}}\n"]
)
def test_other_types_are_taken_as_nothing(raw: bytes) -> None:
    flow = read_workflow(raw)
    assert flow.triggers == {}
    assert [job.steps for job in flow.jobs] == [(), (), ()]
