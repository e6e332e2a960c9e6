"""A finding is known again when lines move and when others come and go."""

from __future__ import annotations

from reports import finding, many

from registrar.domain.places import Span
from registrar.formats.fingerprints import fingerprint, fingerprints

HERE, LOWER = Span(1, 1, 1, 2), Span(9, 1, 9, 2)


def test_lines_may_move() -> None:
    assert fingerprints([finding(span=HERE)]) == fingerprints([finding(span=LOWER)])
    first, second = (finding(message=f'duplicate key "x" (first on line {n})') for n in (3, 12))
    assert fingerprints([first]) == fingerprints([second])


def test_others_may_come_and_go() -> None:
    alone = fingerprints([finding()])
    assert fingerprints([*many(3), finding(), *many(2, path="other")])[3:4] == alone
    assert fingerprints([finding(span=None), finding(span=LOWER)])[:1] == alone


def test_identical_ones_are_numbered_by_place() -> None:
    both = fingerprints([finding(span=LOWER), finding(span=HERE)])
    assert len(set(both)) == 2
    assert both[::-1] == fingerprints([finding(span=HERE), finding(span=LOWER)])


def test_each_part_counts() -> None:
    changed = [
        finding(),
        finding(rule="license-policy"),
        finding(entry="wine-1.1.0"),
        finding(entry=None),
        finding(path="model_registry/wine-1.0.0/metadata.yml"),
        finding(message="another"),
    ]
    assert len({fingerprints([one])[0] for one in changed}) == len(changed)


def test_parts_do_not_run_together_and_may_hold_anything() -> None:
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
    assert len(fingerprint("\ud800\x00\u202e")) == 64
