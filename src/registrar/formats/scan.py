"""What a scan found, as a person reads it and as versioned JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from registrar.domain.scanning import FileScan, Safety, Scan, Scanner
from registrar.formats.escape import escape

SCAN_VERSION = 1
_WORDS = {Safety.CLEAN: "clean", Safety.UNREAD: "unread", Safety.DANGEROUS: "dangerous"}
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
    told = reader(scan.scanner)
    if any(file.format == "onnx" for file in scan.files) and "onnx " not in told:
        told += ", no onnx.checker (python3 -m pip install onnx)"
    lines = [f"{word}: {', '.join(parts)}"]
    lines += [f"  read by {escape(told)}"] if scan.scanner.allowlist else []  # else nobody read
    return "\n".join(lines)


def reader(who: Scanner) -> str:
    """Who looked, in one line."""
    parts = [f"registrar {who.version}", f"Python {who.python}", f"allowlist {who.allowlist[:12]}"]
    parts += [who.second] if who.second else []
    return ", ".join(parts)


def reader_dict(who: Scanner) -> dict[str, str | None]:
    """Who looked, as plain values."""
    return {
        "python": who.python,
        "allowlist_sha256": who.allowlist,
        "second": who.second,
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
