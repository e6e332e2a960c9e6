"""zip: what zipfile and its like write is clean; whatever two readers could read differently is not."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from looking import (
    BOUNDED,
    CLEAN,
    DANGEROUS,
    UNREAD,
    Watched,
    clean_when_cut,
    damaged,
    look_at,
    verdict,
    wrong,
)
from zip_maker import DEFLATED, Part, deflate, extra, streamed, two_ends, zipped

from registrar.integrations.scanning.headers import zips
from registrar.integrations.scanning.headers.zips import look


class Pipe(io.RawIOBase):
    """A stream that cannot go back, as a pipe is."""

    def __init__(self) -> None:
        super().__init__()
        self.content = b""

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self.content += bytes(piece)
        return len(piece)


def by_zipfile(
    names: dict[str, bytes],
    method: int = zipfile.ZIP_STORED,
    comment: bytes = b"",
    wide: bool = False,
) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as made:
        made.comment = comment
        for name, content in names.items():
            with made.open(name, "w", force_zip64=wide) as member:
                member.write(content)
    return stream.getvalue()


def piped(method: int, wide: bool = False) -> bytes:
    stream = Pipe()
    with zipfile.ZipFile(stream, "w", method) as made:  # type: ignore[arg-type]
        with made.open("a/data.pkl", "w", force_zip64=wide) as member:
            member.write(b"some content" * 20)
        made.writestr("b", b"")
    return stream.content


def npz(compressed: bool) -> bytes:
    stream = io.BytesIO()
    save = np.savez_compressed if compressed else np.savez
    save(stream, a=np.arange(1000), b=np.ones((3, 4)))
    return stream.getvalue()


def reordered(content: bytes) -> bytes:
    """The same zip with the entries of its directory the other way round."""
    first, second = content.index(b"PK\1\2"), content.rindex(b"PK\1\2")
    end = content.index(b"PK\5\6")
    return content[:first] + content[second:end] + content[first:second] + content[end:]


FILES = {"model/data.pkl": b"pickle" * 300, "model/version": b"3\n", "größe.txt": b"", "x/": b""}
PLAIN = by_zipfile(FILES)
A, B = Part(b"a"), Part(b"b")
SHARED = Part(b"b", central={"offset": 0})
BOMB = bytes(100 * 1024 * 1024)

BENIGN = {
    "stored": (CLEAN, PLAIN),
    "deflated": (CLEAN, by_zipfile(FILES, zipfile.ZIP_DEFLATED)),
    "a comment": (CLEAN, by_zipfile(FILES, comment=b"made by hand")),
    "zip64 fields": (CLEAN, by_zipfile(FILES, zipfile.ZIP_DEFLATED, wide=True)),
    "into a pipe, stored": (CLEAN, piped(zipfile.ZIP_STORED)),
    "into a pipe, deflated": (CLEAN, piped(zipfile.ZIP_DEFLATED)),
    "into a pipe, zip64": (CLEAN, piped(zipfile.ZIP_DEFLATED, wide=True)),
    "descriptors without signature": (CLEAN, zipped(streamed(b"a", b"data", signed=False), Part(b"c"))),
    "wide descriptors": (CLEAN, zipped(streamed(b"a", b"data", signed=False, wide=True))),
    "npz": (CLEAN, npz(False)),
    "npz, compressed": (CLEAN, npz(True)),
    "padded as torch does": (CLEAN, zipped(Part(b"m/data.pkl", local={"extra": extra(0x4246, b"Z" * 20)}))),
    "padded with zeros": (CLEAN, zipped(Part(b"a", local={"extra": bytes(3)}))),
    "the name once more in Unicode": (CLEAN, zipped(Part(b"a", central={"extra": extra(0x7075, b"\1" + struct.pack("<L", zlib.crc32(b"a")) + b"a")}))),
    "names in another Unicode form": (CLEAN, by_zipfile({"gro\u0308ße": b"x"})),
    "many zeros": (CLEAN, lambda: by_zipfile({"zeros.npy": bytes(32 * 1024 * 1024)}, zipfile.ZIP_DEFLATED)),
    "directory in another order": (CLEAN, reordered(zipped(Part(b"a", b"x" * 9), B))),
    "a zip within": (CLEAN, by_zipfile({"inner.zip": PLAIN})),
}  # fmt: skip
MALICIOUS = {
    "a name twice": (DANGEROUS, zipped(A, Part(b"a", b"evil"))),
    "names equal but for case": (DANGEROUS, zipped(Part(b"data.pkl"), Part(b"Data.pkl"))),
    "names equal but for Unicode form": (DANGEROUS, by_zipfile({"gr\u00f6ße": b"x", "gro\u0308ße": b"y"})),
    "a file that is a folder as well": (DANGEROUS, zipped(A, Part(b"a/b"))),
    "a thousand folders": (DANGEROUS, lambda: zipped(*(Part(f"{n}/".encode() + b"a/" * 30_000 + b"b") for n in range(200)))),
    "seventy folders": (DANGEROUS, zipped(Part(b"a/" * 70 + b"b"))),
    "a folder with content": (DANGEROUS, zipped(Part(b"a/", b"evil"))),
    "dots": (DANGEROUS, zipped(Part(b"../../evil"))),
    "dots within": (DANGEROUS, zipped(Part(b"a/../../evil"))),
    "absolute": (DANGEROUS, zipped(Part(b"/etc/cron.d/evil"))),
    "a drive": (DANGEROUS, zipped(Part(b"C:evil"))),
    "a backslash": (DANGEROUS, zipped(Part(b"..\\evil"))),
    "a NUL in the name": (DANGEROUS, zipped(Part(b"good.npy\0.pkl"))),
    "a control character": (DANGEROUS, zipped(Part(b"a\x1b[2J"))),
    "an empty name": (DANGEROUS, zipped(Part(b""))),
    "a symbolic link": (DANGEROUS, zipped(Part(b"a", b"/etc/passwd", central={"mode": stat.S_IFLNK | 0o777}))),
    "a device": (DANGEROUS, zipped(Part(b"a", central={"mode": stat.S_IFCHR | 0o666}))),
    "a pipe": (DANGEROUS, zipped(Part(b"a", central={"mode": stat.S_IFIFO | 0o666}))),
    "another name in the local header": (DANGEROUS, zipped(Part(b"good", local={"name": b"evil"}))),
    "another method in the local header": (DANGEROUS, zipped(Part(b"a", b"x" * 50, DEFLATED, local={"method": 0}))),
    "another size in the local header": (DANGEROUS, zipped(Part(b"a", local={"size": 2, "packed": 2}))),
    "another checksum in the local header": (DANGEROUS, zipped(Part(b"a", local={"crc": 7}))),
    "encrypted in the local header alone": (DANGEROUS, zipped(Part(b"a", local={"flags": 1}))),
    "another name in a Unicode field": (DANGEROUS, zipped(Part(b"good", central={"extra": extra(0x7075, b"\1" + struct.pack("<L", zlib.crc32(b"good")) + b"evil")}))),
    "the same in the local header": (DANGEROUS, zipped(Part(b"good", local={"extra": extra(0x7075, b"\1" + struct.pack("<L", zlib.crc32(b"good")) + b"evil")}))),
    "two zip64 fields": (DANGEROUS, zipped(Part(b"a", central={"extra": extra(1, bytes(8)) * 2}))),
    "broken extra fields": (DANGEROUS, zipped(Part(b"a", central={"extra": b"\1\0\xff\xff"}))),
    "two members share bytes": (DANGEROUS, zipped(A, SHARED)),
    "a member within another": (DANGEROUS, zipped(Part(b"a", zipped(B)), Part(b"b", listed=False), end={"count": 1})),
    "a member that is the bytes of another": (DANGEROUS, zipped(Part(b"a", zipped(B)[:35]), Part(b"b", written=False, central={"offset": 31}))),
    "a bomb beside much that is none": (DANGEROUS, lambda: zipped(Part(b"a", BOMB, DEFLATED), Part(b"b", bytes(range(256)) * 4096))),
    "an unlisted member": (DANGEROUS, zipped(A, Part(b"evil", listed=False), B)),
    "an unlisted last member": (DANGEROUS, zipped(A, Part(b"evil", listed=False))),
    "bytes before the first": (DANGEROUS, b"MZ\x90" + PLAIN),
    "bytes before the first, counted": (DANGEROUS, zipped(A, prefix=b"#!/bin/sh\n")),
    "bytes between members": (DANGEROUS, zipped(Part(b"a", behind=b"cos\nsystem\n."), B)),
    "bytes before the directory": (DANGEROUS, zipped(A, between=b"evil")),
    "bytes behind the end": (DANGEROUS, PLAIN + b"evil"),
    "a second zip behind": (DANGEROUS, PLAIN + zipped(Part(b"evil"))),
    "a second zip in the comment": (DANGEROUS, zipped(A, comment=zipped(Part(b"evil")))),
    "a zip in the comment of a member": (DANGEROUS, zipped(Part(b"a", central={"comment": zipped(B)}))),
    "a comment longer than the file": (DANGEROUS, zipped(A, end={"length": 9})),
    "two ends, in zip64": (DANGEROUS, two_ends(b"good", b"evil")),
    "a wrong descriptor": (DANGEROUS, zipped(Part(b"a", b"data", 0, {"flags": 8}, {"flags": 8}, b"PK\7\x08" + bytes(12)))),
    "no descriptor where one is told": (DANGEROUS, zipped(Part(b"a", b"data", 0, {"flags": 8}, {"flags": 8}))),
    "a bomb": (DANGEROUS, lambda: by_zipfile({"a": BOMB}, zipfile.ZIP_DEFLATED)),
    "a bomb of many members": (DANGEROUS, lambda: by_zipfile({str(n): bytes(2**22) for n in range(20)}, zipfile.ZIP_DEFLATED)),
    "a bomb that tells of 10 bytes": (DANGEROUS, zipped(Part(b"a", bytes(10), DEFLATED, packed=deflate(bytes(10_000_000))))),
    "a stored member that tells of more": (DANGEROUS, zipped(Part(b"a", local={"size": 9000}, central={"size": 9000}))),
    "2^63 unpacked bytes": (DANGEROUS, zipped(Part(b"a", b"x", DEFLATED, central={"size": 0xFFFFFFFF, "extra": extra(1, struct.pack("<Q", 2**63))}))),
    "2^63 packed bytes": (DANGEROUS, zipped(Part(b"a", central={"size": 0xFFFFFFFF, "packed": 0xFFFFFFFF, "extra": extra(1, struct.pack("<QQ", 2**63, 2**63))}))),
    "2^63 as offset": (UNREAD, zipped(Part(b"a", central={"offset": 0xFFFFFFFF, "extra": extra(1, struct.pack("<Q", 2**63))}))),
    "more bytes behind the deflate stream": (UNREAD, zipped(Part(b"a", b"data", DEFLATED, packed=deflate(b"data") + b"evil"))),
    "not deflate": (UNREAD, zipped(Part(b"a", b"data", DEFLATED, packed=b"\xff\xff\xff\xff"))),
    "unpacks to less": (UNREAD, zipped(Part(b"a", b"data", DEFLATED, packed=deflate(b"da")))),
    "another checksum": (UNREAD, zipped(Part(b"a", b"data", DEFLATED, packed=deflate(b"evil")))),
    "another checksum of a stored member": (UNREAD, PLAIN.replace(b"pickle", b"evil!!", 1)),
    "a version that is not yet": (UNREAD, zipped(Part(b"a", central={"needs": 90}))),
    "encrypted": (UNREAD, zipped(Part(b"a", local={"flags": 1}, central={"flags": 1}))),
    "an encrypted directory": (UNREAD, zipped(Part(b"a", local={"flags": 0x2000}, central={"flags": 0x2000}))),
    "bzip2": (UNREAD, by_zipfile(FILES, zipfile.ZIP_BZIP2)),
    "lzma": (UNREAD, by_zipfile(FILES, zipfile.ZIP_LZMA)),
    "a flag that nobody knows": (UNREAD, zipped(Part(b"a", local={"flags": 0x20}, central={"flags": 0x20}))),
    "a name that is not UTF-8": (UNREAD, zipped(Part(b"a\xff", local={"flags": 0x800}, central={"flags": 0x800}))),
    "nothing in it": (UNREAD, zipped()),
    "another count": (DANGEROUS, zipped(A, B, end={"count": 1})),
    "2^16 members that are not there": (DANGEROUS, zipped(A, end={"count": 0xFFFF})),
    "no local header": (UNREAD, zipped(A, B).replace(b"PK\3\4", b"PK\0\0", 2).replace(b"PK\0\0", b"PK\3\4", 1)),
    "0 bytes": (UNREAD, b""),
    "no zip": (UNREAD, b"PK\1\1" + bytes(100)),
}  # fmt: skip


def test_verdicts():
    assert wrong(look, BENIGN) == []
    assert wrong(look, MALICIOUS) == []


def names_of(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as read:
        return read.namelist()


def test_zipfile_is_fooled():
    """What Python's own reader makes of some of them, without a word."""
    twice = zipfile.ZipFile(io.BytesIO(MALICIOUS["a name twice"][1]))
    assert twice.read("a") == b"evil"  # the first one is never seen
    assert names_of(MALICIOUS["a NUL in the name"][1]) == ["good.npy"]
    assert names_of(MALICIOUS["bytes before the first"][1]) == names_of(PLAIN)
    assert names_of(MALICIOUS["a second zip behind"][1]) == ["evil"]
    assert names_of(MALICIOUS["a second zip in the comment"][1]) == ["evil"]
    assert names_of(MALICIOUS["an unlisted member"][1]) == ["a", "b"]
    with zipfile.ZipFile(io.BytesIO(MALICIOUS["bytes between members"][1])) as read:
        assert read.testzip() is None


def test_zipfile_looks_beside_the_locator():
    """The locator leads to the list with ``good``; zipfile takes the other (CVE-2025-8291).

    Later releases of Python, of each version that is still mended, refuse the file instead.
    """
    try:
        names = names_of(two_ends(b"good", b"evil"))
    except zipfile.BadZipFile:
        names = ["evil"]
    assert names == ["evil"]
    (found,) = look_at(look, two_ends(b"good", b"evil"))
    assert found.message == "readers of this zip differ: bytes behind its zip64 end"


def test_where_and_what_to_do():
    (found,) = look_at(look, MALICIOUS["bytes between members"][1])
    assert found.message == "bytes 35 to 46 belong to no member: anything may hide there"
    (found,) = look_at(look, MALICIOUS["a member that is the bytes of another"][1])
    assert found.message == 'member "a" shares bytes with what follows at byte 31'
    (found,) = look_at(look, MALICIOUS["a symbolic link"][1])
    assert found.message == 'member "a" is a symbolic link'
    (found,) = look_at(look, MALICIOUS["encrypted"][1])
    assert (found.message, found.hint) == ('member "a" is encrypted', "pack it without a password")


def test_cut_anywhere_it_is_not_clean():
    assert clean_when_cut(look, PLAIN, len(PLAIN)) == []
    large = by_zipfile({str(n): bytes([n]) * 5000 for n in range(20)}, zipfile.ZIP_DEFLATED)
    assert clean_when_cut(look, large, len(large)) == []


def test_stored_members_are_not_read():
    content = by_zipfile({"weights": b"x" * 20_000_000})
    stream = Watched(content)
    assert list(look(stream, len(content), {})) == []
    assert stream.handed_out < 200_000


def test_a_bomb_is_not_unpacked(monkeypatch):
    """Of a member that tells of ten bytes, eleven are unpacked."""
    content = MALICIOUS["a bomb that tells of 10 bytes"][1]
    (found,) = look_at(look, content)
    assert found.message == 'member "a" unpacks to more than the 10 bytes that it tells of'
    monkeypatch.setattr(zips, "MAX_UNPACKED", 1000)
    assert verdict(look, by_zipfile({"a": b"x" * 2000}, zipfile.ZIP_DEFLATED)) is UNREAD


@BOUNDED
@given(
    st.one_of(
        damaged(PLAIN, len(PLAIN)),
        damaged(by_zipfile(FILES, zipfile.ZIP_DEFLATED, b"c", wide=True), 2000),
        damaged(two_ends(b"good", b"evil"), 2000),
        damaged(zipped(streamed(b"a", b"data"), streamed(b"b", b"")), 2000),
        st.binary(max_size=300).map(b"PK\3\4".__add__),
    )
)
def test_never_raises_and_zipfile_reads_what_is_clean(content):
    if verdict(look, content) is CLEAN:
        with zipfile.ZipFile(io.BytesIO(content)) as read:
            assert {entry.compress_type for entry in read.infolist()} <= {0, 8}
            for name in read.namelist():
                assert not name.startswith("/")
