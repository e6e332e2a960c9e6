"""Every case in tests/rules/<rule>/{pass,fail}/<case>.toml, found by this test itself.

A case changes the good entry of ``builders`` and says what is expected::

    remove = ["MODEL_CARD.md"]            # files of the entry
    folder = "wine-1.0"                   # another name of the entry
    policy = "..."                        # another registrar.toml; "" for none
    [[edit]]                              # file, old, new: a text that must be there
    [files]                               # path = text, relative to the entry
    # @SIZE@, @SHA@, @GOOD@: of the good model; @OTHER@: other bytes; both in hexadecimal
    [hex]                                 # path = bytes in hexadecimal
    [top]                                 # path = text, relative to the repository
    args = ["--fail-on", "note"]          # more words for check
    others = ["entry-files"]              # rules besides this one that speak too
    [[expect]]                              # of this rule: severity, message, hint, path, line
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from builders import ONNX, POLICY, SHA, Repo, forget_automation, good_entry

from registrar.integrations.cache import memory
from registrar.reading import card, schema, yaml
from registrar.rules import RULES, TABLE

HERE = Path(__file__).parent
OTHER = ONNX.replace(b"wine", b"beer", 1)
"""A model with other bytes, of the same size and format."""
QUICK_WAYS = [
    (yaml, "read_plainly", None),
    (card, "_plainly_fine", False),
    (schema.Schema, "_accepts", False),
]
"""Quick readers, and how each says "ask the whole one"."""
CASES = sorted(HERE.glob("*/*/*.toml"))


def _build(case: dict[str, Any], path: Path) -> Repo:
    repo = Repo(path, git=False)
    policy = case.get("policy", POLICY)
    if policy:
        repo.write("registrar.toml", policy)
    folder = case.get("folder", "wine-1.0.0")
    files = {k: v for k, v in good_entry().items() if k not in case.get("remove", ())}
    files |= {name: bytes.fromhex(text) for name, text in case.get("hex", {}).items()}
    files |= {name: text.encode() for name, text in case.get("files", {}).items()}
    for name, content in files.items():
        repo.write(f"model_registry/{folder}/{name}", content)
    for name, text in case.get("top", {}).items():
        repo.write(name, text)
    for edit in case.get("edit", ()):
        repo.edit(f"model_registry/{folder}/{edit['file']}", edit["old"], edit["new"])
    return repo


def _load(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8").replace("@SIZE@", str(len(ONNX)))
    text = text.replace("@GOOD@", ONNX.hex()).replace("@ZEROS@", "0" * 390)
    return tomllib.loads(text.replace("@SHA@", SHA).replace("@OTHER@", OTHER.hex()))


@pytest.mark.parametrize("path", CASES, ids=lambda p: "/".join(p.parts[-3:]).removesuffix(".toml"))
def test_case(path: Path, tmp_path: Path) -> None:
    rule, kind = path.parts[-3], path.parts[-2]
    case = _load(path)
    result = _build(case, tmp_path / "repo").check("--at", "2026-11-24", *case.get("args", ()))
    assert result.code not in (2, 70), result.err
    usual = _of_the_good_entry(tmp_path)
    others = [(f["rule"], f["message"]) for f in result.findings if f["rule"] != rule]
    others = [told for told in others if told not in usual]
    assert {name for name, _ in others} == set(case.get("others", ())), others
    left = [finding for finding in result.findings if finding["rule"] == rule]
    expected = case.get("expect", [])
    assert kind == "pass" or expected, "a fail case says what it expects"
    for want in expected:
        matching = [finding for finding in left if _matches(finding, want)]
        assert matching, (want, left)
        assert matching[0]["url"] == f"docs/rules/{rule}.md"
        left.remove(matching[0])
    assert not left
    assert kind == "fail" or all(want["severity"] != "error" for want in expected)


def _of_the_good_entry(path: Path) -> list[tuple[str, str]]:
    """What is said of the entry that every case changes: nothing, until a rule says more."""
    findings = _build({}, path / "good").check("--at", "2026-11-24").findings
    return [(finding["rule"], finding["message"]) for finding in findings]


def _matches(finding: dict[str, Any], want: dict[str, Any]) -> bool:
    return (
        finding["severity"] == want.get("severity", "error")
        and want["message"] in finding["message"]
        and want.get("hint", "") in finding["hint"]
        and finding["path"].endswith(want.get("path", ""))
        and finding["line"] == want.get("line", finding["line"])
    )


def test_every_static_rule_has_cases_of_both_kinds() -> None:
    entry_rules = {rule.name for rule in RULES if rule.entry is not None}
    for kind in ("pass", "fail"):
        covered = {path.parts[-3] for path in CASES if path.parts[-2] == kind}
        assert entry_rules <= covered, f"no {kind} case: {sorted(entry_rules - covered)}"


def test_the_table_is_alphabetical_and_each_rule_is_its_file() -> None:
    assert list(TABLE) == sorted(TABLE)
    files = {path.stem.replace("_", "-") for path in _rule_files()}
    assert set(TABLE) == files - {"rule", "planned", "--init--"}
    for rule in RULES:
        assert rule.name in TABLE
        assert rule.doc.startswith("Refuses"), rule.name
        for part in ("What it does:", "Why this is bad:", "Example", "Use instead:"):
            assert part in rule.doc, (rule.name, part)


def _rule_files() -> list[Path]:
    import registrar.rules

    return list(Path(registrar.rules.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("path", CASES, ids=lambda p: "/".join(p.parts[-3:]).removesuffix(".toml"))
def test_every_way_gives_the_same_report(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = _load(path)
    repo = _build(case, tmp_path / "repo")
    repo.add_entry("good-1.0.0")
    forget_automation(monkeypatch)
    monkeypatch.setattr(memory, "SLACK", -(10**12))  # what was written just now is old enough
    words = ("--at", "2026-11-24", *case.get("args", ()))
    first, remembered = repo.check(*words), repo.check(*words)
    cold = repo.check("--no-cache", *words)
    monkeypatch.setattr(schema, "_MANY", 0)
    fast = repo.check("--no-cache", *words)
    for owner, name, answer in QUICK_WAYS:
        monkeypatch.setattr(owner, name, lambda *args, answer=answer: answer)
    plain = repo.check("--no-cache", *words)
    for other in (first, remembered, cold, fast):
        assert (other.code, other.out, other.err) == (plain.code, plain.out, plain.err)
