"""The stages of a pipeline, in files that GitLab takes and others."""

from __future__ import annotations

import pytest

from registrar.reading.gitlab_ci import MAX_BYTES, stages


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stages: [build, deploy]\n", ("build", "deploy")),
        ("stages:\n- build\n- test\njob: {script: [x]}\n", ("build", "test")),
        ("stages: []\n", ()),
        ("job: {stages: [x]}\nx: [stages, [y]]\n", None),
        ("a: [stages]\nb: {stages: [x]}\nstages: [y]\nz: 1\n", ("y",)),
        (".a: &a {x: 1}\njob:\n  <<: *a\n  script: !reference [.a, x]\nstages: [q]\n", ("q",)),
        ("<<: *x\nstages: [q]\n", ("q",)),
        ("spec: {inputs: {}}\n---\nstages: [b]\n", ("b",)),
        ("stages: [a]\nstages: [b]\n", ("b",)),
        ("stages: [a]\nstages: *a\n", None),
        ("stages: [a, *b]\n", None),
        ("stages: [!reference [x, stages]]\n", None),
        ("stages: !x [a]\n", None),
        ("stages: [!x a]\n", None),
        ("stages: [[a]]\n", None),
        ("stages: {a: b}\n", None),
        ("stages: build\n", None),
        ("stages:\n", None),
        ("? [stages]\n: [a]\n", None),
        ("", None),
        ("stages: [a\n", None),
        ("stages: [a]\n" + "- x: [", None),
    ],
)
def test_what_the_stages_are(text: str, expected: tuple[str, ...] | None) -> None:
    assert stages(text.encode()) == expected


def test_hostile_bytes_are_not_known() -> None:
    for raw in (b"\xff\xfe", b"stages: [a]\x00", b"#" * (MAX_BYTES + 1), b"[" * 5000):
        assert stages(raw) is None
    bomb = "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    assert stages(f"a0: &a0 x\n{bomb}stages: [b]\n".encode()) == ("b",)


@pytest.mark.slow
def test_too_many_values_are_not_known() -> None:
    assert stages(b"stages: [a]\nx:\n" + b"- y\n" * 210_000) is None
