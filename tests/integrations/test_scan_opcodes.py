"""Pickles that claim, nest or leave frames as no writer does: never clean, never a crash."""

from __future__ import annotations

import os
import pickle
import struct
from pathlib import Path

import pytest
from bounded_scan import judged, safety, scanned
from crafted import Call, proto, short
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from poisoned import divergent

from registrar.domain.scanning import Safety
from registrar.integrations.scanning import unpickling
from registrar.integrations.scanning.machines import Seen
from registrar.integrations.scanning.streams import Reader


@pytest.mark.parametrize(
    "content",
    [
        proto(4) + b"\x8e" + struct.pack("<Q", 2**63) + b"x",
        proto(4) + b"\x8e" + struct.pack("<Q", 2**63 - 1) + b"x",
        proto(4) + b"\x8d" + struct.pack("<Q", 2**62) + b"x",
        proto(5) + b"\x96" + struct.pack("<Q", 2**40) + b"x",
        proto(4) + b"\x95" + struct.pack("<Q", 2**63 - 1) + b"N.",
        proto(4) + b"\x8b" + struct.pack("<i", -1) + b".",
        proto(4) + b"\x8b" + struct.pack("<i", 2**31 - 1) + b"x",
        proto(2) + b"Nr\xff\xff\xff\xff0.",
        b"L" + b"9" * 100_000 + b"L\n.",
        b"I" + b"9" * 100_000 + b"\n.",
        b"(" * 100_000,
        b"]" * 100_000 + b".",
        proto(4) + b"(" * 5000 + b"t" * 5000 + b"h\x00.",
        proto(5) + b"\x97.",
        proto(5) + b"C\x01x\x98\x98.",
        proto(9) + b"N.",
        b".",
        b"0.",
        b"a.",
        b"b.",
        b"R.",
        b"\x93.",
        b"o.",
        b"i\n\n.",
        b"c\n\n.",
        proto(4) + short("a") + b"K\x01\x93.",
        proto(4) + b"NN\x93.",
    ],
    ids=range(27),
)
def test_a_pickle_that_claims_or_nests_too_much_is_not_clean(
    tmp_path: Path, content: bytes
) -> None:
    (found,) = scanned(tmp_path, **{"model.pkl": content})
    assert found.safety is not Safety.CLEAN


def test_a_memo_that_asks_for_all_memory_meets_the_limit() -> None:
    found = judged(proto(2) + b"Nr\xff\xff\xff\x7f0N.")
    assert [trouble.safety for trouble in found.troubles] == [Safety.UNREAD]
    assert "memory" in found.troubles[0].message


class StrictC(pickle._Unpickler):
    """The C unpickler since Python 3.13.15 and 3.14.7, as the one written in Python always was."""

    def __init__(self, file: Reader, seen: Seen) -> None:
        super().__init__(file, encoding="latin1")
        self.find_class = seen.find  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize("strict", [False, True], ids=["this-python", "a-newer-one"])
def test_who_leaves_a_frame_is_dangerous_whatever_the_python(
    strict: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if strict:
        monkeypatch.setattr(unpickling, "CMachine", StrictC)
    reached = proto(4) + b"\x95" + struct.pack("<Q", 3) + b"\x8c\x03abc."
    inside = proto(4) + b"\x95" + struct.pack("<Q", 10) + b"\x95" + struct.pack("<Q", 2) + b"NN0."
    line = proto(4) + b"\x95" + struct.pack("<Q", 2) + b"Vabc\n."
    for content in (reached, inside, line, divergent("x")):
        assert safety(content) is Safety.DANGEROUS, content[:40]
    told = [trouble.message for trouble in judged(reached).troubles]
    assert any("over the end of a frame" in message for message in told), told
    told = [trouble.message for trouble in judged(inside).troubles]
    assert any("a frame inside another" in message for message in told), told
    whole = pickle.dumps(list(range(300)), 4)
    assert safety(whole) is Safety.CLEAN
    assert {safety(whole[:end]) for end in range(12, len(whole))} == {Safety.UNREAD}


OPCODES = st.sampled_from(sorted(pickle._Unpickler.dispatch))  # type: ignore[attr-defined]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.one_of(OPCODES.map(lambda code: bytes([code])), st.binary(max_size=9)), max_size=60)
)
def test_no_opcodes_raise_and_a_call_of_something_foreign_is_never_clean(
    parts: list[bytes],
) -> None:
    content = b"".join(parts)
    judged(content)
    call = pickle.dumps(Call(os.getcwd), 2)
    assert safety(call[:-1] + content) is not Safety.CLEAN
