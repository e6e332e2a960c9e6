"""``registrar add`` of an artifact or data file that does not hold still, or cannot be copied whole.

The change happens while bytes are being read: the progress callback, which the copy calls between
two blocks, makes it; so no test depends on how fast this machine is.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from added import OPTIONS, add, training_repo
from adoption import snapshot
from builders import ONNX, Repo

from registrar.errors import OutputError, UsageError
from registrar.integrations.workshop.bench import EntryBench
from registrar.integrations.workshop.copying import _BLOCK
from registrar.integrations.workshop.source import MAX_FILES


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[EntryBench]:
    made = EntryBench.at(str(tmp_path), "registry", "wine-1.0.0")
    yield made
    made.abandon()
    assert list((tmp_path / "registry").iterdir()) == [], "nothing is left of it"


class Once:
    """A callback that does something at the first block, and nothing later."""

    def __init__(self, action: Callable[[], object]) -> None:
        self.action: Callable[[], object] | None = action

    def __call__(self, done: int, total: int) -> None:
        action, self.action = self.action, None
        if action is not None:
            action()


def rewritten(path: Path) -> None:
    """Other bytes of the same size, and the old time of modification."""
    before = path.stat()
    path.write_bytes(bytes(before.st_size))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced(path: Path) -> None:
    """Another file of the same size in its place."""
    other = path.with_name("other")
    other.write_bytes(bytes(path.stat().st_size))
    other.rename(path)


FILE = {
    "longer": lambda path: os.truncate(path, 4 * _BLOCK),
    "cut short": lambda path: os.truncate(path, _BLOCK + 1),
    "emptied": lambda path: os.truncate(path, 0),
    "rewritten": rewritten,
    "replaced": replaced,
    "removed": lambda path: path.unlink(),
}


@pytest.mark.parametrize("change", FILE)
def test_a_file(tmp_path: Path, bench: EntryBench, change: str) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(b"x" * (3 * _BLOCK))
    with pytest.raises(UsageError, match=r"model\.onnx changed while it was read") as told:
        bench.bring(str(model), "model.onnx", Once(lambda: FILE[change](model)))
    assert told.value.hint == "wait until it is written"


FOLDER = {
    "a file that was read already": lambda folder: (folder / "a.onnx").write_bytes(b"other"),
    "a file that comes later": lambda folder: (folder / "b.onnx").write_bytes(b"longer than it"),
    "a new file": lambda folder: (folder / "sub/new").write_bytes(b""),
    "a file that is gone": lambda folder: (folder / "sub/c.onnx").unlink(),
    "a file that is a link now": lambda folder: (
        (folder / "sub/c.onnx").unlink(),
        (folder / "sub/c.onnx").symlink_to("/etc/passwd"),
    ),
}


@pytest.mark.parametrize("change", FOLDER)
def test_a_folder(tmp_path: Path, bench: EntryBench, change: str) -> None:
    folder = tmp_path / "model"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.onnx", "b.onnx", "sub/c.onnx"):
        (folder / name).write_bytes(ONNX)
    with pytest.raises(UsageError) as told:
        bench.bring(str(folder), "model", Once(lambda: FOLDER[change](folder)))
    assert any(word in told.value.message for word in ("changed", "cannot be read", "neither"))


def test_a_folder_that_holds_still(tmp_path: Path, bench: EntryBench) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    for number in range(MAX_FILES):
        (folder / f"{number:05}").write_bytes(b"x")
    assert len(bench.bring(str(folder), "model")) == MAX_FILES
    (folder / "one more").write_bytes(b"")
    with pytest.raises(UsageError, match=f"has {MAX_FILES + 1:,} files, more than") as told:
        bench.bring(str(folder), "model")
    assert "pack what belongs together" in told.value.hint


def test_paths_that_are_too_long_for_metadata(tmp_path: Path, bench: EntryBench) -> None:
    folder = tmp_path / "model"
    deep = folder / ("a" * 200) / ("b" * 200) / ("c" * 200)
    deep.mkdir(parents=True)
    for number in range(MAX_FILES):
        (deep / f"{number:05}").write_bytes(b"")
    with pytest.raises(UsageError, match=r"more than metadata\.yaml can list \(1,4"):
        bench.bring(str(folder), "model")


def test_a_disk_that_is_full(tmp_path: Path, bench: EntryBench) -> None:
    """RLIMIT_FSIZE stands for the full disk: it, too, makes the last write a short one."""
    model = tmp_path / "model.onnx"
    model.write_bytes(b"x" * 3_000_000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, before[1]))
    try:
        with pytest.raises(OutputError, match=r"model\.onnx cannot be copied"):
            bench.bring(str(model), "model.onnx")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return training_repo(tmp_path / "r")


def test_what_never_ends_is_no_artifact(repo: Repo, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "folder/fifo")
    before = snapshot(repo.path)
    for artifact in ("../fifo", "../folder", "/dev/zero"):
        said = add(repo, *OPTIONS, artifact=artifact)
        assert (said.code, "neither file nor folder" in said.err) == (2, True), artifact
    for option in ("--dataset", "--card", "--metrics", "--dataset-manifest"):
        for path in ("../fifo", "/dev/zero", "../folder", "../nothing"):
            said = add(repo, *OPTIONS, "--dataset-name", "wine", option, path)
            assert (said.code, said.out, path in said.err) == (2, "", True), (option, path)
    (tmp_path / "long.md").write_bytes(b"x" * 2_000_000)
    said = add(repo, *OPTIONS, "--card", "../long.md")
    assert (said.code, "has more than 1,048,576 bytes" in said.err) == (2, True)
    assert snapshot(repo.path) == before
