"""What a scan found, as a person reads it and as versioned JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from registrar.domain.scanning import FileScan, Safety, Scan, Scanner
from registrar.formats.escape import escape

SCAN_VERSION = 1
_WORDS = {Safety.CLEAN: "clean", Safety.UNREAD: "unread", Safety.DANGEROUS: "dangerous"}
_LAYERS = ("landlock", "seccomp")
_NO_CHECKER = "no onnx.checker (python3 -m pip install onnx)"
_LISTED = 20
"""So many files are listed where all is well with them; of more, only the number is told."""


def render_text(scan: Scan, exit_code: int) -> str:
    """Each file with its troubles, and what they come to."""
    blocks = []
    for file in scan.files:
        if file.troubles or len(scan.files) <= _LISTED:
            blocks.append("\n".join(_file(file)))
    gap = "\n\n" if any(file.troubles for file in scan.files) else "\n"
    return gap.join([*blocks, _summary(scan)]) + "\n"


def _file(file: FileScan) -> Iterator[str]:
    yield f"{_WORDS[file.safety]}: {escape(file.path)} ({escape(file.format)})"
    for trouble in file.troubles:
        yield f"  {_WORDS[trouble.safety]}: {escape(trouble.message)}"
        if trouble.hint:
            yield f"    = hint: {escape(trouble.hint)}"


def _summary(scan: Scan) -> str:
    counts = Counter(file.safety for file in scan.files)
    if not scan.files:
        return "NOT CLEAN: nothing was there to read"
    word = {
        Safety.CLEAN: "CLEAN",
        Safety.UNREAD: "NOT CLEAN",
        Safety.DANGEROUS: "DANGEROUS",
    }[scan.safety]
    total = len(scan.files)
    parts = [f"{total} file{'s' if total > 1 else ''}", f"{counts[Safety.DANGEROUS]} dangerous"]
    parts += [f"{counts[Safety.UNREAD]} not read to the end", f"{counts[Safety.CLEAN]} clean"]
    if counts[Safety.CLEAN] and total > _LISTED:
        parts.append("the clean ones not listed (--format json lists all)")
    unasked = any(file.format == "onnx" for file in scan.files) and not _asks_onnx(scan.scanner)
    told = reader(scan.scanner, _NO_CHECKER if unasked else "")
    lines = [f"{word}: {', '.join(parts)}"]
    lines += [f"  read by {escape(told)}"] if scan.scanner.allowlist else []  # else nobody read
    return "\n".join(lines)


def _asks_onnx(who: Scanner) -> bool:
    return "onnx " in (who.second or "")


def reader(who: Scanner, note: str = "") -> str:
    """Who looked, and what held the process that did, in one line."""
    parts = [f"registrar {who.version}", f"Python {who.python}", f"allowlist {who.allowlist[:12]}"]
    parts += [part for part in (who.second, note) if part]
    return f"{', '.join(parts)}; {_confined(who)}"


def _confined(who: Scanner) -> str:
    """What held, and what is lacking here."""
    lacking = [layer for layer in _LAYERS if layer not in who.confinement]
    without = f", not by {' or '.join(lacking)}" if lacking else ""
    return f"confined by {', '.join(who.confinement) or 'nothing'}{without}"


def reader_dict(who: Scanner) -> dict[str, Any]:
    """Who looked, as plain values."""
    return {
        "python": who.python,
        "allowlist_sha256": who.allowlist,
        "second": who.second,
        "confinement": list(who.confinement),
    }


def render_json(scan: Scan, exit_code: int) -> str:
    """The scan as one JSON document, keys in a fixed order."""
    from registrar.formats.dumping import dumps

    who = scan.scanner
    document = {
        "scan_version": SCAN_VERSION,
        "tool": {"name": "registrar", "version": who.version},
        "verdict": _WORDS[scan.safety],
        "exit_code": exit_code,
        "scanner": reader_dict(who),
        "files": [
            {
                "path": file.path,
                "format": file.format,
                "verdict": _WORDS[file.safety],
                "troubles": [
                    {
                        "verdict": _WORDS[trouble.safety],
                        "message": trouble.message,
                        "hint": trouble.hint,
                    }
                    for trouble in file.troubles
                ],
            }
            for file in scan.files
        ],
    }
    return dumps(document) + "\n"
