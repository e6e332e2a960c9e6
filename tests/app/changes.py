"""A branch of a good registry, and what a check says of it."""

from __future__ import annotations

from builders import Repo, Result

AT = ("--at", "2026-11-24")


def branch(repo: Repo) -> Repo:
    repo.git("checkout", "--quiet", "-B", "work")
    return repo


def said(result: Result, rule: str, severity: str = "error") -> list[str]:
    return [
        f["message"] for f in result.findings if f["rule"] == rule and f["severity"] == severity
    ]
