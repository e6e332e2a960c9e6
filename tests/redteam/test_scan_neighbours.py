"""A file that harms the process which reads it: no other is judged by that, and none believed."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registrar.domain.scanning import FileScan, Safety
from registrar.integrations.scanning import process, settling
from registrar.integrations.scanning.limits import Limits
from registrar.integrations.scanning.process import Job, Said, StartError
from registrar.integrations.scanning.scanner import ChildScanner
from registrar.ports.scanning import ToScan

GOOD = pickle.dumps([1])
POISON = b"cposix\nsystem\n(Vtrue\ntR."
PLANT = """
import os, signal
from registrar.integrations.scanning import child
from registrar.integrations.scanning.parts import Sure
real, state = child._judged, {}
def planted(engine, request):
    name = os.path.basename(request["path"])
    state["read"] = state.get("read", 0) + 1
    if name.startswith("dies") or state.get("spoiled") == 1 or state["read"] > %(most)d:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "spoiled" in state:
        state["spoiled"] -= 1
    if name.startswith("spoils"):
        state["spoiled"] = int(name.split("-")[1])
    if name.startswith("leaks"):
        state.setdefault("kept", []).append(bytearray(3 << 28))
    if state.get("forges"):
        return Sure("pickle", ()), None
    state["forges"] = "forges" in name
    if state.get("babbles"):
        child._say(state["to"], n=state["read"] - 1, format="pickle", troubles=[], external=[])
    state["babbles"] = name.startswith("babbles")
    if name.startswith("lurks"):
        os._exit = lambda code: os.kill(os.getpid(), signal.SIGSEGV)
    return real(engine, request)
channel = child._channel
def kept():
    state["to"] = channel()
    return state["to"]
child._judged, child._channel = planted, kept
sys.exit(child.main())
"""
"""The child with planted faults, by the names of files: no flaw is known that does the same.

It dies at ``dies``, at the Nth file behind ``spoils-N``, at its own end after ``lurks``, or at each
file after the first ``most``; ``leaks`` leaves less memory; ``forges`` speaks for all behind
it, ``babbles`` for the next one, which speaks for itself, too.
"""


def scanned(folder: Path, *names: str, **limits: int) -> list[FileScan]:
    files = []
    for name in names:
        content = POISON if name.startswith("poison") else GOOD
        (folder / name).write_bytes(content)
        files.append(ToScan(name, str(folder / name), len(content)))
    return list(ChildScanner(Limits(**limits), second=False).scan(files).files)


def plant(monkeypatch: pytest.MonkeyPatch, most: int = 10_000) -> None:
    start = process._BOOT.rpartition("from registrar")[0]
    monkeypatch.setattr(process, "_BOOT", start + PLANT % {"most": most})


def told(found: Sequence[FileScan]) -> dict[str, str]:
    """What is not clean, and why."""
    return {file.path: file.troubles[0].message for file in found if file.troubles}


CRASHED = "the reading process crashed (SIGSEGV)"
LATER = "whoever has read it comes to harm later: " + CRASHED


@pytest.mark.parametrize(
    ("names", "faults"),
    [
        ("a b", {}),
        ("dies", {"dies": CRASHED}),
        ("a b dies c", {"dies": CRASHED}),
        ("dies1 dies2 a dies3", {"dies1": CRASHED, "dies2": CRASHED, "dies3": CRASHED}),
        ("a b spoils-1 c d", {"spoils-1": LATER}),
        ("spoils-1 a", {"spoils-1": LATER}),
        ("a spoils-1", {}),
        ("spoils-1 a b spoils-1- c d", {"spoils-1": LATER, "spoils-1-": LATER}),
        ("a lurks", {"lurks": LATER}),
        ("lurks a b c d", {"lurks": LATER}),
        ("spoils-1 dies a b", {"dies": CRASHED}),
        ("a spoils-2 b c d", {}),
    ],
)
def test_the_file_at_fault_is_named_and_no_neighbour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: str, faults: dict[str, str]
) -> None:
    """What kills by itself is named first; who could not harm a fresh process is not refused."""
    plant(monkeypatch)
    assert told(scanned(tmp_path, *names.split())) == faults


def test_what_a_process_said_before_it_came_to_harm_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file speaks for those behind it, and then its process dies of another."""
    plant(monkeypatch)
    names = ["poison0", "a", "spoils-4-forges", "poison1", "b", "poison2", "c", "poison3"]
    found = scanned(tmp_path, *names)
    dangerous = {file.path for file in found if file.safety is Safety.DANGEROUS}
    assert dangerous == {name for name in names if name.startswith("poison")}
    assert told(found).keys() == dangerous, "what it forged is asked again, and nobody is refused"


@pytest.mark.parametrize("behind", ["", "b"])
def test_an_answer_that_was_given_beforehand_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behind: str
) -> None:
    plant(monkeypatch)
    said = told(scanned(tmp_path, *f"a babbles poison {behind}".split()))
    assert "imports posix.system" in said.pop("poison")
    later = "whoever has read it comes to harm later: the reading process answered out of turn"
    assert said == ({"babbles": later} if behind else {})


def test_what_was_found_dangerous_counts_whatever_became_of_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    found = scanned(tmp_path, "poison", "a", "spoils-1", "b")
    assert [file.safety for file in found] == [
        *(Safety.DANGEROUS, Safety.CLEAN, Safety.UNREAD, Safety.CLEAN)
    ]


def test_a_limit_that_many_files_use_up_refuses_none_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each process dies at its sixth file, whichever that is."""
    plant(monkeypatch, most=5)
    assert told(scanned(tmp_path, *map("file{}".format, range(23)))) == {}


def test_memory_that_others_have_used_up_is_no_fault_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No process dies: the third file of each finds that no memory is left."""
    plant(monkeypatch)
    names = ["leaks1", "leaks2", "leaks3", "leaks4", "poison", "leaks5", "leaks6", "a"]
    assert told(scanned(tmp_path, *names)).keys() == {"poison"}
    alone = told(scanned(tmp_path, "a", "leaks", memory=1 << 29))
    assert alone == {"leaks": "a limit was reached: more memory than it may have"}


@pytest.mark.slow
def test_a_thousand_files_each_of_which_kills_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    names = [f"{'a' if index % 100 == 50 else 'dies'}{index}" for index in range(1010)]
    said = told(scanned(tmp_path, *names))
    assert said == {name: CRASHED for name in names if name.startswith("dies")}


@pytest.mark.parametrize("answer", ['"n": 0, "short": true', '"n": 0, "troubles": 1', '"n": 0'])
def test_a_process_that_answers_nonsense_is_no_endless_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    liar = "import sys\nsys.stdin.readline()\nprint('{}', flush=True)\n"
    liar += "for line in sys.stdin: print('{%s}', flush=True)\n"
    monkeypatch.setattr(process, "_BOOT", liar % answer)
    assert told(scanned(tmp_path, "a", "b", "c")).keys() == {"a", "b", "c"}


def test_where_no_process_can_be_started_nothing_is_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_BOOT", "import sys\nsys.exit(3)")
    message = "nothing was read: at its start, the reading process failed (exit 3)"
    assert told(scanned(tmp_path, "a", "b")) == {"a": message, "b": message}
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-python"))
    said = told(scanned(tmp_path, "a", "b"))
    assert set(said.values()) == {"no process can be started to read it: No such file or directory"}


class Model:
    """Processes that are not there, for many cases: what ``process.read`` would give.

    ``deadly`` kill, ``harmful`` kill at the next file or at the end, ``most`` files use one up.
    """

    def __init__(self, kinds: Sequence[str], most: int) -> None:
        self.kinds = kinds
        self.most = most
        self.reads = self.starts = 0

    def read(self, files: Sequence[ToScan], job: Job, on_answer: object = None) -> Said:
        self.starts += 1
        said = Said({"holds": ["limits"]})
        harmed = False
        for number, file in enumerate(files):
            self.reads += 1
            kind = self.kinds[int(file.path)]
            if harmed or kind == "deadly" or number >= self.most:
                said.fault = "crashed"
                return said
            harmed = kind == "harmful"
            troubles = [["dangerous", "x", ""]] if kind == "dangerous" else []
            said.answers.append({"n": number, "format": file.path, "troubles": troubles})
        said.fault = "crashed" if harmed else ""
        return said


KINDS = st.lists(st.sampled_from(["good"] * 6 + ["deadly", "harmful", "dangerous"]), max_size=60)


@settings(max_examples=300, deadline=None)
@given(KINDS, st.sampled_from([1, 2, 5, 1000]))
def test_no_order_of_files_refuses_an_innocent_one(kinds: list[str], most: int) -> None:
    model = Model(kinds, most)
    files = [ToScan(str(number), "", 0) for number in range(len(kinds))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settling, "read", model.read)
        patch.setattr(settling, "_EACH", 25)
        answers = settling.Asking(files, Job(Limits(), (), False)).answers()
    for number, (kind, answer) in enumerate(zip(kinds, answers, strict=True)):
        if kind in ("good", "dangerous"):
            assert isinstance(answer, dict), kind
            assert answer["format"] == str(number), "the answer of another file"
            assert bool(answer["troubles"]) is (kind == "dangerous")
        elif kind == "deadly":
            assert isinstance(answer, process.ChildError)
    count = len(kinds) + 1
    assert model.starts <= 4 * count
    assert model.reads <= 7 * count


def test_who_needs_as_much_time_as_it_may_have_is_no_proof_against_a_neighbour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Behind the second file a third one takes too long, and behind itself it does not."""
    late = f"{process.LIMIT}it took too long to read"
    read: list[str] = []

    def timed(files: Sequence[ToScan], *_: object) -> Said:
        names = [file.path for file in files]
        read.extend(names)
        said = Said({}, [{"n": n, "format": name, "troubles": []} for n, name in enumerate(names)])
        for before, name in itertools.pairwise(names):
            if (before, name) == ("1", "2"):
                said.answers, said.fault = said.answers[: names.index(name)], late
                break
        return said

    monkeypatch.setattr(settling, "read", timed)
    files = [ToScan(str(number), "", 0) for number in range(4)]
    answers = settling.Asking(files, Job(Limits(), (), False)).answers()
    assert [isinstance(it, dict) and it["format"] for it in answers] == ["0", "1", "2", "3"]
    assert len(read) <= 8 * len(files)


def test_what_is_doubted_is_not_clean_where_nobody_can_be_asked_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The process died, and no other can be started: neither at once nor to ask again."""
    files = [ToScan(str(number), "", 0) for number in range(5)]
    for starts in (1, 2, 3, 4):
        model = Model(["good", "dangerous", "harmful", "good", "good"], 1000)

        def read(*asked: Any, model: Model = model, starts: int = starts) -> Said:
            if model.starts == starts:
                raise StartError("no process")
            return model.read(*asked)

        monkeypatch.setattr(settling, "read", read)
        answers = settling.Asking(files, Job(Limits(), (), False)).answers()
        clean = [number for number, it in enumerate(answers) if not isinstance(it, StartError)]
        assert clean == {1: [1], 2: [1, 3, 4], 3: [1, 3, 4], 4: [0, 1, 3, 4]}[starts]


def test_an_error_at_a_start_is_no_crash_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> Said:
        raise StartError("no process")

    monkeypatch.setattr(settling, "read", fails)
    (answer,) = settling.Asking([ToScan("a", "", 0)], Job(Limits(), (), False)).answers()
    assert isinstance(answer, StartError)
