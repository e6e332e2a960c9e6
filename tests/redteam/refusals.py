"""A registry of two entries, and asking for a refusal of one of them."""

from __future__ import annotations

from pathlib import Path

from builders import POLICY, Repo


def two_entries(path: Path) -> Repo:
    """One entry to be damaged, and a good one beside it."""
    made = Repo(path, git=False)
    made.write("registrar.toml", POLICY)
    made.add_entry()
    made.add_entry("good-1.0.0")
    return made


def refused(repo: Repo, rule: str, path: str | None = None) -> str:
    """The messages of a rule; the good entry beside must not be touched by it."""
    result = repo.check()
    assert result.code == 1, result.out + result.err
    assert not [f for f in result.findings if f["entry"] == "good-1.0.0"], result.findings
    found = [f for f in result.findings if f["rule"] == rule]
    assert found, result.findings
    if path is not None:
        assert path in {f["path"] for f in found}
    return "\n".join(f["message"] for f in found)
