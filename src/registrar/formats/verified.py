"""What ``registrar verify`` found, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from registrar.domain.verifying import Difference, How, Source, Verified
from registrar.formats.escape import escape

_SHOWN = 10
_WORDS = {
    How.MISSING: "is missing",
    How.EXTRA: "is there, and is not recorded",
    How.SIZE: "has {found:,} bytes, not {recorded:,}",
    How.LONGER: "has more than {found:,} bytes, not {recorded:,}",
    How.BYTES: "has other bytes: SHA-256 {found}, recorded {recorded}",
    How.DIGEST: "is as files records it, and training_hash says {recorded}, not {found}",
    How.FOLDER: "has the folder digest {found}, recorded {recorded}; without files in the metadata "
    "nothing says which file differs",
}

_SIZES = (How.SIZE, How.LONGER)
_WHERE = {
    Source.HERE: "here",
    Source.CACHE: "in DVC's cache",
    Source.REMOTE: "on the DVC remote",
}


def text(answers: Sequence[Verified]) -> str:
    """A line an entry, and below it what differs, the first in order of paths first."""
    return "".join(line + "\n" for answer in answers for line in _lines(answer))


def _lines(answer: Verified) -> Iterator[str]:
    files = "1 file" if answer.files == 1 else f"{answer.files:,} files"
    where = " and ".join(_WHERE[source] for source in answer.sources)
    read = f"{files}, {answer.size:,} bytes {where}".rstrip()
    name = escape(answer.entry)
    if answer.verdict == "pass":
        yield f"PASS: {name}: {read}: as recorded"
        return
    if answer.differences:
        count = len(answer.differences)
        yield f"FAIL: {name}: {read}: {count:,} {'differs' if count == 1 else 'differ'}"
    else:
        yield f"INCOMPLETE: {name}: {read}"
    for one in answer.differences[:_SHOWN]:
        words = _WORDS[one.how].format(**_values(one))
        if one.pushed_by is not None:
            words = "is not on the DVC remote"
        yield f"  {escape(one.path)} {words}"
    if len(answer.differences) > _SHOWN:
        yield f"  and {len(answer.differences) - _SHOWN:,} more (--format json names them all)"
    for typed in dict.fromkeys(one.pushed_by for one in answer.differences if one.pushed_by):
        yield f"  = hint: {escape(typed)}, where the bytes are, sends them"
    for reason in answer.unchecked:
        yield f"  unchecked: {escape(reason)}"


def as_json(answers: Sequence[Verified], exit_code: int) -> str:
    """Versioned JSON of everything."""
    data = {
        "verify_version": 1,
        "exit_code": exit_code,
        "verified": [
            {
                "entry": answer.entry,
                "verdict": answer.verdict,
                "files": answer.files,
                "bytes": answer.size,
                "sources": list(answer.sources),
                "differences": [_plain(one) for one in answer.differences],
                "unchecked": list(answer.unchecked),
            }
            for answer in answers
        ],
    }
    return json.dumps(data, indent=2) + "\n"


def _plain(one: Difference) -> dict[str, str | int]:
    return {"path": one.path, "how": one.how, **_values(one)}


def _values(one: Difference) -> dict[str, str | int]:
    """What is recorded and what was found: sizes as numbers."""
    values = {"recorded": one.recorded, "found": one.found}
    return {key: int(value) if one.how in _SIZES else value for key, value in values.items()}
