"""A change that makes the top of the tree look like a bare repository, with objects of its own."""

from __future__ import annotations

import hashlib
import struct
import subprocess
import zlib
from pathlib import Path

import pytest
from builders import ENTRY, GIT_ENV, Repo, good_repo, run

METADATA = f"{ENTRY}/metadata.yaml"


def pack(name: str, content: bytes) -> tuple[bytes, bytes, str]:
    """A pack that gives a content under the name of another, its index, and the pack's name.

    git does not hash what it reads from a pack.
    """
    oid, size = bytes.fromhex(name), len(content)
    head, size = (3 << 4) | (size & 15), size >> 4
    body = b""
    while size:
        body, head, size = body + bytes([head | 0x80]), size & 127, size >> 7
    body += bytes([head]) + zlib.compress(content)
    whole = b"PACK" + struct.pack(">II", 2, 1) + body
    end = hashlib.sha1(whole, usedforsecurity=False).digest()
    whole += end
    fan = b"".join(struct.pack(">I", first >= oid[0]) for first in range(256))
    index = b"\xfftOc" + struct.pack(">I", 2) + fan + oid
    index += struct.pack(">I", zlib.crc32(body)) + struct.pack(">I", 12) + end
    index += hashlib.sha1(index, usedforsecurity=False).digest()
    return whole, index, f"pack-{end.hex()}"


def plant(repo: Repo, evil: str, benign: bytes) -> None:
    """Files at the top that git takes for a repository where it is told to."""
    whole, index, name = pack(evil, benign)
    repo.write("HEAD", "ref: refs/heads/main\n")
    repo.write("refs/heads/keep", "")
    repo.write("objects/info/alternates", "../.git/objects\n")
    repo.write(f"objects/pack/{name}.pack", whole)
    repo.write(f"objects/pack/{name}.idx", index)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A change whose licence is foreign, on a tree that would hide it."""
    repo = good_repo(tmp_path / "r")
    benign = (repo.path / METADATA).read_bytes()
    repo.edit(METADATA, "license: Apache-2.0", "license: Evil")
    plant(repo, repo.git("hash-object", METADATA), benign)
    repo.git("checkout", "--quiet", "-b", "change")
    repo.commit("change")
    return repo


def test_a_naive_reader_falls_for_it(repo: Repo) -> None:
    show = ["git", f"--git-dir={repo.path}", "cat-file", "blob", f"change:{METADATA}"]
    env = GIT_ENV | {"PATH": "/usr/bin:/bin"}
    repo.write("refs/heads/change", repo.git("rev-parse", "change") + "\n")
    said = subprocess.run(show, env=env, capture_output=True, check=True).stdout
    assert b"license: Apache-2.0" in said


def test_ours_judges_what_git_has(repo: Repo) -> None:
    said = repo.check("--base", "main", "--head", "change")
    assert "version-immutable" in said.rules
    assert "license-valid" in said.rules
    assert "license-valid" in repo.check().rules
    assert run("doctor", "--offline", "--format", "json", cwd=repo.path).code == 1


def test_nor_after_the_files_alone_were_merged(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.git("checkout", "--quiet", "change", "--", "HEAD", "objects", "refs")
    repo.commit("fixtures")
    repo.git("checkout", "--quiet", "-b", "second")
    repo.git("checkout", "--quiet", "change", "--", METADATA)
    repo.commit("change")
    repo.git("checkout", "--quiet", "main")
    said = repo.check("--base", "main", "--head", "second")
    assert "version-immutable" in said.rules
