"""Attacks on the cache: whatever stands in its place, the verdict is that of judging anew.

The naive reader of each attack is one that takes the file as it is: it would say that the bad
entry is good, which the forged cache of these tests claims.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import cached_registry
import pytest
from builders import Repo
from cached_registry import WINE, needs_root

import registrar
from registrar.integrations.cache import file as cache_file
from registrar.integrations.cache.program import program_digest

repo = cached_registry.repo
cache = cached_registry.cache


def forge(path: Path) -> bytes:
    """A cache as the program writes it, which claims of a bad entry that it is good."""
    body = path.read_bytes().partition(b"\n")[2]
    data = json.loads(body)
    (folder,) = data["folders"].values()
    folder[2] = [[], ["wine-1.0.0", "metadata.yaml", *[None] * 6]]
    return written(json.dumps(data).encode())


def written(body: bytes) -> bytes:
    return b"registrar-cache 1 " + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def test_the_forgery_works_where_the_user_writes_it(repo: Repo, cache: Path) -> None:
    """All the attacks below could succeed: it is the user's own file that is believed."""
    cache.write_bytes(forge(cache))
    assert repo.check().code == 0
    assert repo.check("--no-cache").code == 1


def _world_writable(cache: Path) -> None:
    cache.chmod(0o602)


def _readable(cache: Path) -> None:
    cache.chmod(0o644)


def _open_folder(cache: Path) -> None:
    cache.parent.chmod(0o777)


def _a_link(cache: Path) -> None:
    cache.rename(cache.with_name("real"))
    cache.symlink_to("real")


def _a_linked_folder(cache: Path) -> None:
    cache.parent.rename(cache.parent.with_name("real"))
    cache.parent.symlink_to("real")


def _a_pipe(cache: Path) -> None:
    cache.unlink()
    os.mkfifo(cache, 0o600)


def _a_folder(cache: Path) -> None:
    cache.unlink()
    cache.mkdir(mode=0o700)


def _gone(cache: Path) -> None:
    cache.unlink()


def _a_device(cache: Path) -> None:
    cache.unlink()
    cache.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    "attack",
    [
        *(_world_writable, _readable, _open_folder, _a_link, _a_linked_folder, _a_pipe),
        *(_a_folder, _gone, _a_device),
    ],
)
def test_what_is_not_plainly_our_own_file(
    repo: Repo, cache: Path, attack: Callable[[Path], None]
) -> None:
    cache.write_bytes(forge(cache))
    attack(cache)
    assert repo.check().code == 1
    assert repo.check().code == 1


@needs_root
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_belongs_to_another_user(repo: Repo, cache: Path, what: str) -> None:
    cache.write_bytes(forge(cache))
    os.chown(cache if what == "file" else cache.parent, 65534, 65534)
    assert repo.check().code == 1


def test_a_cache_that_the_change_itself_brings(
    repo: Repo, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = repo.path / ".cache/registrar" / cache.name
    inside.parent.mkdir(parents=True, mode=0o700)
    inside.write_bytes(forge(cache))
    inside.chmod(0o600)
    monkeypatch.setenv("XDG_CACHE_HOME", str(repo.path / ".cache"))
    assert repo.check().code == 1
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(repo.path))
    assert repo.check().code == 1
    monkeypatch.setenv("XDG_CACHE_HOME", ".cache")
    monkeypatch.setenv("HOME", "")
    assert repo.check().code == 1


def test_damage_at_every_place(repo: Repo, cache: Path) -> None:
    raw = forge(cache)
    for at in range(0, len(raw), 7):
        for damaged in (raw[:at], raw[:at] + bytes([raw[at] ^ 0x20]) + raw[at + 1 :]):
            assert cache_file.load(str(_put(cache, damaged))) is None
    _put(cache, raw[: len(raw) // 2])
    assert repo.check().code == 1
    assert cache_file.load(str(cache)) is not None


def _put(cache: Path, raw: bytes) -> Path:
    cache.unlink(missing_ok=True)
    cache.write_bytes(raw)
    cache.chmod(0o600)
    return cache


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff", b"[" * 100_000, b'{"program": 1}'),
        *(
            b'{"program": "P", "key": 1, "folders": {}}',
            b'{"program": "P", "key": "", "folders": []}',
        ),
        *(b'{"program": "P", "key": "", "folders": {"W": 1}}', b'{"program": "P", "key": ""}'),
        b'{"program": "P", "key": "", "folders": {"W": [1, 2, 3]}}',
        b'{"program": "P", "key": "", "folders": {"W": ["D", null, {"a": [1]}]}}',
        b'{"program": "P", "key": "K", "folders": {"W": ["D", "not hexadecimal", [[], 5]]}}',
        b'{"program": "P", "key": "K", "folders": {"W": ["D", null, [[["a", 1]], []]]}}',
        b'{"program": "P", "key": "K", "folders": {"W": ["D", null, [[], ["x"]]]}}',
        b'{"program": "P", "key": "K", "folders": {"W": ["D"]}}',
        b'{"program": "P", "key": "K", "folders": {"W": ["D", null, [[], "wine-1.0.0"]]}}',
    ],
)
def test_whole_files_of_wrong_types(repo: Repo, cache: Path, body: bytes) -> None:
    data = json.loads(cache.read_bytes().partition(b"\n")[2])
    ((path, (digest, _, _)),) = data["folders"].items()
    for mark, real in (
        (b'"P"', data["program"]),
        (b'"K"', data["key"]),
        (b'"D"', digest),
        (b'"W"', path),
    ):
        body = body.replace(mark, json.dumps(real).encode())
    plain = repo.check("--no-cache")
    _put(cache, written(body))
    seen = repo.check()
    assert seen.code == 1
    assert seen.out == plain.out or b"not hexadecimal" in body  # the user's own lie about git's ids


def test_a_cache_that_is_too_large(
    repo: Repo, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.write_bytes(forge(cache))
    monkeypatch.setattr(cache_file, "MAX_BYTES", 100)
    assert repo.check().code == 1
    (repo.path / WINE / "README.md").write_text("x\n", encoding="utf-8")
    assert repo.check().code == 1
    assert not cache.exists()


def test_a_cache_of_another_program(repo: Repo, cache: Path) -> None:
    data = json.loads(forge(cache).partition(b"\n")[2])
    data["program"] = "0" * 64 + " sha1"
    _put(cache, written(json.dumps(data).encode()))
    assert repo.check().code == 1


def test_a_program_that_changed_by_one_byte_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "registrar"
    shutil.copytree(Path(registrar.__file__).parent, copy)
    monkeypatch.setattr(registrar, "__file__", str(copy / "__init__.py"))
    digests = {program_digest(), program_digest()}
    assert len(digests) == 1
    source = copy / "rules/entry_name.py"
    raw = source.read_bytes()
    for changed in (raw + b"\n", raw.replace(b"is not", b"is nit", 1)):
        source.write_bytes(changed)
        digests.add(program_digest())
    (copy / "reading/data/more.json").write_bytes(b"")
    digests.add(program_digest())
    assert len(digests) == 4
