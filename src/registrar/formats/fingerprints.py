"""Fingerprints that tell a forge that a finding of today is the one of yesterday."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence

from registrar.domain.findings import Finding

_LINE = re.compile(r"\bline [0-9]+")


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """One SHA-256 a finding, in the order given, each another.

    Over rule, entry, path, message without the line numbers that it names, and the number of
    the finding among identical ones, by place: the same when lines move and when other findings
    come and go.
    """
    made = [""] * len(findings)
    seen: Counter[tuple[str, ...]] = Counter()
    for index in sorted(range(len(findings)), key=lambda index: findings[index].order):
        finding = findings[index]
        message = _LINE.sub("line", finding.message)
        identity = (finding.rule, finding.entry or "", finding.place.path, message)
        seen[identity] += 1
        made[index] = fingerprint(*identity, str(seen[identity]))
    return made


def fingerprint(*parts: str) -> str:
    """SHA-256 over the parts, told apart from each other."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode("ascii")).hexdigest()
