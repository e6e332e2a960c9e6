"""Hostile documents: each named, shown to fool a naive reader where it does, refused by ours.

Every attack stands beside a good entry and a plainly bad one: neither is hidden by it.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from builders import ENTRY, POLICY, Repo, good_entry
from naive import naive_accepts, naive_load

M = "metadata.yaml"
GOOD = good_entry()[M].decode()


@dataclass(frozen=True)
class Attack:
    """One file of an entry, what the naive way makes of it, and the rule that refuses it."""

    name: str
    content: bytes
    rule: str
    fooled: bool = True
    file: str = M
    line: int | None = None


def swap(old: str, new: str) -> bytes:
    assert old in GOOD, old
    return GOOD.replace(old, new).encode()


LICENCE = "license: Apache-2.0"
LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(8)
)
ATTACKS = [
    Attack("empty", b"", "metadata-readable", fooled=False),
    Attack("only-a-comment", b"# nothing\n", "metadata-readable", fooled=False),
    Attack("nul-bytes", b"\x00\x01\x02", "metadata-readable", fooled=False),
    Attack("latin-1", swap("name: wine", "description: caf\xe9").decode().encode("latin-1"),
           "metadata-readable", fooled=False, line=3),
    Attack("utf-16-le", b"\xff\xfe" + GOOD.encode("utf-16-le"), "metadata-readable"),
    Attack("utf-16-be", b"\xfe\xff" + GOOD.encode("utf-16-be"), "metadata-readable"),
    Attack("byte-order-mark", b"\xef\xbb\xbf" + GOOD.encode(), "metadata-readable"),
    Attack("lone-carriage-return", swap("name: wine\n", "name: wine\r"), "metadata-readable"),
    Attack("billion-laughs", (LAUGHS + GOOD).encode(), "metadata-readable"),
    Attack("ten-thousand-values", (GOOD + "x-a: [" + "1," * 10_001 + "]\n").encode(),
           "metadata-readable"),
    Attack("fifty-megabytes", GOOD.encode() + b"# " + b"x" * 50_000_000, "metadata-readable"),
    Attack("deep-blocks", (GOOD + "x-a:\n" + "".join(" " * i + "- \n" for i in range(1, 90)))
           .encode(), "metadata-readable"),
    Attack("duplicate-key", swap(LICENCE, f"{LICENCE}\nlicense: MIT"), "metadata-readable", line=9),
    Attack("duplicate-key-quoted", swap(LICENCE, f'{LICENCE}\n"license": MIT'),
           "metadata-readable", line=9),
    Attack("anchor-and-alias", swap(LICENCE, "license: &l Apache-2.0\nx-l: *l"),
           "metadata-readable", line=8),
    Attack("merge-key", swap(LICENCE, "<<: {license: GPL-3.0-only}\nlicense: Apache-2.0"),
           "metadata-readable", line=8),
    Attack("python-tag", swap(LICENCE, "license: !!python/name:os.system"), "metadata-readable",
           fooled=False, line=8),
    Attack("binary-tag", swap(LICENCE, f"{LICENCE}\nx-b: !!binary aGk="), "metadata-readable",
           line=9),
    Attack("string-tag", swap(LICENCE, "license: !!str Apache-2.0"), "metadata-readable", line=8),
    Attack("tag-directive", b"%TAG ! tag:yaml.org,2002:\n---\n" + GOOD.encode(),
           "metadata-readable"),
    Attack("second-document", (GOOD + "---\nlicense: MIT\n").encode(), "metadata-readable",
           fooled=False, line=16),
    Attack("complex-key", (GOOD + "? [a]\n: b\n").encode(), "metadata-readable", fooled=False),
    Attack("tab-indent", swap("  metrics:", "\tmetrics:"), "metadata-readable", fooled=False),
    Attack("markdown-fence", f"```yaml\n{GOOD}```\n".encode(), "metadata-readable", fooled=False,
           line=1),
    Attack("pasted-line-numbers", "".join(f"{i} {line}\n" for i, line in
           enumerate(GOOD.splitlines(), 1)).encode(), "metadata-readable", fooled=False),
    Attack("escape-sequence-raw", swap("name: wine", "description: \x1b[2J"), "metadata-readable",
           fooled=False, line=3),
    Attack("escape-sequence-written-out", swap("name: wine", 'description: "\\e[2J"'),
           "metadata-readable", line=3),
    Attack("bidi-override", swap("name: wine", "description: a\u202eb"), "metadata-readable",
           line=3),
    Attack("bidi-override-written-out", swap("name: wine", 'description: "\\u202e"'),
           "metadata-readable", line=3),
    Attack("c1-control", swap("name: wine", "description: a\x85b"), "metadata-readable",
           fooled=False, line=3),
    Attack("line-separator", swap("name: wine", "description: a\u2028b"), "metadata-readable",
           fooled=False, line=3),
    Attack("key-taken-for-a-boolean", swap(LICENCE, f"{LICENCE}\nx-on: {{on: 1}}"),
           "metadata-readable", line=9),
    Attack("control-character-in-a-key", swap(LICENCE, f'{LICENCE}\n"x-\\e": 1'),
           "metadata-readable", line=9),
    Attack("a-list", b"- 1\n- 2\n", "metadata-schema", fooled=False),
    Attack("a-text", b"just text\n", "metadata-schema", fooled=False),
    Attack("licence-no", swap(LICENCE, "license: NO"), "metadata-schema", line=8),
    Attack("licence-yes", swap(LICENCE, "license: y"), "metadata-schema", line=8),
    Attack("version-number", swap('version: "1.0.0"', "version: 1.0"), "metadata-schema", line=4),
    Attack("commit-number", swap("commit: 3f786850e387550fdab836ed7e6dc881de23001b",
           "commit: " + "1" * 40), "metadata-schema", line=5),
    Attack("commit-float", swap("commit: 3f786850e387550fdab836ed7e6dc881de23001b",
           "commit: 1234567e8"), "metadata-schema", line=5),
    Attack("commit-infinity", swap("commit: 3f786850e387550fdab836ed7e6dc881de23001b",
           "commit: 12e4567"), "metadata-schema", line=5),
    Attack("commit-octal", swap("commit: 3f786850e387550fdab836ed7e6dc881de23001b",
           "commit: 0123456"), "metadata-schema", line=5),
    Attack("date", swap(LICENCE, f"{LICENCE}\ncreated: 2026-11-23"), "metadata-schema", line=9),
    Attack("sexagesimal", swap(LICENCE, f"{LICENCE}\ntask: 12:30:45"), "metadata-schema", line=9),
    Attack("hundred-thousand-digits", swap(LICENCE, f"{LICENCE}\ntask: {'9' * 100_000}"),
           "metadata-schema", fooled=False, line=9),
    Attack("tolerance-nan", swap(LICENCE, f"{LICENCE}\nsmoke_test: {{input: i, expected: e, "
           "atol: .nan}}".replace("}}", "}")), "metadata-schema", line=9),
    Attack("newline-in-a-name", swap("name: wine", 'name: "wine\\n"'), "metadata-schema", line=3),
    Attack("newline-in-a-version", swap('version: "1.0.0"', 'version: "1.0.0\\n"'),
           "metadata-schema", line=4),
    Attack("newline-in-a-commit", swap("001b}", "001b\\n\"}").replace(b"commit: ", b'commit: "'),
           "metadata-schema", line=5),
    Attack("block-scalar-licence", swap(LICENCE, "license: |\n  Apache-2.0"), "metadata-schema",
           line=8),
    Attack("artifact-climbs", swap("artifact: model.onnx", "artifact: ../wine-1.0.0/model.onnx"),
           "metadata-schema", line=9),
    Attack("artifact-absolute", swap("artifact: model.onnx", "artifact: /etc/passwd"),
           "metadata-schema", line=9),
    Attack("artifact-of-another-drive", swap("artifact: model.onnx", "artifact: C:/model.onnx"),
           "metadata-schema", fooled=False, line=9),
    Attack("artifact-backslash", swap("artifact: model.onnx", "artifact: ..\\model.onnx"),
           "metadata-schema", fooled=False, line=9),
    Attack("manifest-climbs", swap("manifest: dataset", "manifest: ../../dataset"),
           "metadata-schema", line=6),
    Attack("metrics-climb", swap("metrics: metrics.json", "metrics: ../../../etc/passwd"),
           "metadata-schema", line=13),
    Attack("password-in-the-url", swap("https://github", "https://me:secret@github"),
           "source-pinned", line=5),
    Attack("branch-for-a-commit", swap("3f786850e387550fdab836ed7e6dc881de23001b", "main"),
           "source-pinned", line=5),
    Attack("option-for-a-repository", swap("https://github.com/acme/wine", "--upload-pack=x"),
           "source-pinned", line=5),
    Attack("metrics-nan", b'{"test": {"accuracy": NaN}}', "metrics-gate", file="metrics.json",
           line=1),
    Attack("metrics-infinity", b'{"test": {"accuracy": 1e999}}', "metrics-gate",
           file="metrics.json", line=1),
    Attack("metrics-duplicate", b'{"test": {"accuracy": 0.1, "accuracy": 0.99}}', "metrics-gate",
           file="metrics.json", line=1),
    Attack("metrics-true", b'{"test": {"accuracy": true}}', "metrics-gate", file="metrics.json",
           line=1),
    Attack("metrics-deep", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "metrics-gate", fooled=False,
           file="metrics.json", line=1),
    Attack("metrics-digits", b'{"test": {"accuracy": ' + b"9" * 5_000 + b"}}", "metrics-gate",
           fooled=False, file="metrics.json", line=1),
    Attack("metrics-lone-surrogate", b'{"\\ud800": 1}', "metrics-gate", file="metrics.json",
           line=1),
    Attack("metrics-empty", b"", "metrics-gate", fooled=False, file="metrics.json"),
    Attack("card-empty", b"", "card-sections", file="MODEL_CARD.md"),
    Attack("card-binary", b"\x00\xff", "card-sections", file="MODEL_CARD.md"),
    Attack("card-escapes", good_entry()["MODEL_CARD.md"] + b"\x1b[8m", "card-sections",
           file="MODEL_CARD.md", line=23),
    Attack("card-in-a-comment", b"<!--\n" + good_entry()["MODEL_CARD.md"], "card-sections",
           file="MODEL_CARD.md"),
    Attack("manifest-laughs", LAUGHS.encode(), "dataset-manifest", file="dataset-manifest.yaml"),
    Attack("manifest-same-rows",
           good_entry()["dataset-manifest.yaml"].replace(b"c" * 64, b"b" * 64), "dataset-leakage",
           file="dataset-manifest.yaml", line=9),
]  # fmt: skip


def build(path: Path, attack: Attack) -> Repo:
    repo = Repo(path / "repo", git=False)
    repo.write("registrar.toml", POLICY)
    repo.add_entry()
    repo.write(f"{ENTRY}/{attack.file}", attack.content)
    repo.add_entry("good-1.0.0")
    repo.add_entry("bad-1.0.0")
    repo.edit("model_registry/bad-1.0.0/metadata.yaml", "Apache-2.0", "GPL-3.0-only")
    return repo


def naive_says(entry: Path) -> bool:
    try:
        return naive_accepts(entry)
    except (ValueError, TypeError, KeyError, OSError, RecursionError):
        return False
    except Exception as error:
        if type(error).__module__.startswith("yaml"):
            return False
        raise


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_document(attack: Attack, tmp_path: Path) -> None:
    repo = build(tmp_path, attack)
    assert naive_says(repo.path / ENTRY) is attack.fooled, "what the naive way makes of it"
    result = repo.check()
    assert result.code == 1, result.err
    by_entry: dict[str, list[dict[str, Any]]] = {}
    for finding in result.findings:
        by_entry.setdefault(finding["entry"], []).append(finding)
    assert attack.rule in {f["rule"] for f in by_entry["wine-1.0.0"]}, by_entry["wine-1.0.0"]
    mine = [f for f in by_entry["wine-1.0.0"] if f["rule"] == attack.rule]
    assert mine[0]["path"] == f"{ENTRY}/{attack.file}"
    assert mine[0]["line"], "a place in the text"
    if attack.line:
        assert attack.line in {f["line"] for f in mine}
    assert {f["rule"] for f in by_entry["bad-1.0.0"]} == {"license-policy"}
    assert "good-1.0.0" not in by_entry
    assert "Traceback" not in result.out + result.err


def test_crlf_is_no_attack_and_keeps_its_lines(tmp_path: Path) -> None:
    attack = Attack("crlf", GOOD.replace("Apache-2.0", "prose").replace("\n", "\r\n").encode(), "")
    (finding,) = build(tmp_path, attack).check(ENTRY).findings
    assert (finding["rule"], finding["line"]) == ("license-valid", 8)


def test_a_hundred_kilobytes_of_brackets_kill_the_naive_reader(tmp_path: Path) -> None:
    code = "import yaml; yaml.load('[' * 100_000, Loader=yaml.CSafeLoader)"
    died = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert died.returncode < 0, "a segmentation fault, no exception"
    attack = Attack("brackets", b"[" * 100_000, "metadata-readable", fooled=False)
    repo = Repo(tmp_path / "repo", git=False)
    repo.add_entry()
    repo.write(f"{ENTRY}/{M}", attack.content)
    (finding,) = [f for f in repo.check().findings if f["rule"] == "metadata-readable"]
    assert "nested more than 32 levels" in finding["message"]


def test_values_that_the_naive_reader_makes_of_plain_words() -> None:
    read = naive_load(b"a: NO\nb: 1.10\nc: 0123456\nd: 2026-11-23\ne: 12:30\nf: 1\nf: 2\n")
    assert [type(value).__name__ for value in read.values()] == [
        *("bool", "float", "int", "date", "int", "int"),
    ]
    assert read["f"] == 2


POLICIES = {
    "unknown-key": ("[artifcat]\n", 'did you mean "artifact"?'),
    "unknown-rule": ('[rules]\nseverity = {artifact-fromat = "off"}\n', "artifact-format"),
    "identity-amended": ('[immutable]\namend = ["license"]\n', "identity"),
    "identity-by-a-star": ('[immutable]\namend = ["*"]\n', "identity"),
    "not-toml": ("schema_version = \n", "registrar.toml:1:"),
    "duplicate-table": ("[license]\n[license]\n", "registrar.toml:2:"),
    "root-climbs": ('[registry]\nroot = "../elsewhere"\n', "leaves the entry"),
    "no-spdx": ('[license]\nallow = ["Apache"]\n', "Apache-2.0"),
    "no-size": ('[artifact]\nmax_in_git = "ten"\n', "10 MiB"),
    "unknown-format": ('[artifact]\nformats = ["onxx"]\n', "onnx"),
    "control-characters": ("# \x1b[2J\n", "U+001B"),
    "brackets": ("a = " + "[" * 50_000, "registrar.toml"),
    "binary": ("\x00", "binary"),
}


@pytest.mark.parametrize("name", POLICIES)
def test_a_broken_policy_judges_nothing(name: str, tmp_path: Path) -> None:
    text, hint = POLICIES[name]
    repo = Repo(tmp_path / "repo", git=False)
    repo.add_entry()
    repo.write("registrar.toml", text)
    result = repo.check()
    assert (result.code, result.out) == (2, "")
    assert hint in result.err
    assert "\x1b" not in result.err


def test_a_schema_never_fetches_and_an_invalid_one_judges_nothing(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo", git=False)
    repo.add_entry()
    path = "model_registry/MODEL_METADATA_SCHEMA.json"
    for text in (
        *('{"$ref": "http://127.0.0.1:9/x"}', '{"$ref": "file:///etc/passwd"}', "[]", "{"),
        *('{"type": "objekt"}', '{"properties": {"license": {"pattern": "("}}}'),
    ):
        repo.write(path, text)
        result = repo.check()
        assert (result.code, result.out) == (2, ""), text
        assert path in result.err
