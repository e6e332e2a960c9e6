"""A tar is told by the checksum of its first header."""

from __future__ import annotations

import io
import os
import tarfile

import pytest

from registrar.domain.formats import Format


def tarred(members: dict[str, bytes], form: int = tarfile.PAX_FORMAT, mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("name", ["model.pt", "cos", "(dp0", "x" * 90, "ü"])
def test_a_tar_is_told_by_its_checksum(form, name, format_of):
    content = tarred({name: os.urandom(700)}, form)
    assert format_of(content) is Format.TAR
    assert format_of(bytes([content[0] ^ 1]) + content[1:]) is Format.UNKNOWN
    assert format_of(content[:511]) is Format.UNKNOWN


def test_an_old_tar_without_its_magic_is_told(format_of):
    content = bytearray(tarred({"model.pt": b""}, tarfile.USTAR_FORMAT))
    content[257:265] = b"\0" * 8
    content[148:156] = b" " * 8
    content[148:156] = b"%06o\0 " % sum(content[:512])
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        assert archive.getnames() == ["model.pt"]
    assert format_of(bytes(content)) is Format.TAR


@pytest.mark.parametrize("checksum", [b"        ", b"-0000001", b"9999999\0", b"\xff" * 8])
def test_a_block_without_a_checksum_is_no_tar(checksum, format_of):
    content = bytearray(tarred({"model.pt": b""}))
    content[148:156] = checksum
    assert format_of(bytes(content)) is Format.UNKNOWN


def test_an_empty_tar_is_unknown(format_of):
    assert format_of(tarred({})) is Format.UNKNOWN
