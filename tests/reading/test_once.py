"""A property that is computed once."""

from __future__ import annotations

from registrar.reading.once import once


class Counting:
    def __init__(self) -> None:
        self.asked = 0

    @once
    def value(self) -> int:
        """How often it was computed."""
        self.asked += 1
        return self.asked


def test_it_is_computed_when_first_asked_for_and_kept_in_each_instance() -> None:
    one, other = Counting(), Counting()
    assert [one.asked, one.value, one.value, one.asked] == [0, 1, 1, 1]
    assert [other.asked, other.value] == [0, 1]


def test_the_class_tells_what_it_is() -> None:
    assert isinstance(Counting.value, once)
    assert Counting.value.__doc__ == "How often it was computed."
