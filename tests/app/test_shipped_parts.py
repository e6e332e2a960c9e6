"""Our part in somebody's file: told when it is there, added provably, or left to a person."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml
from builders import Repo
from hypothesis import given, settings
from hypothesis import strategies as st

from registrar.app.shipped.editor import editor, settings_standing
from registrar.app.shipped.hooks import hooks, hooks_fault, hooks_standing, with_hook
from registrar.app.shipped.lines import attributes, missing, with_lines
from registrar.app.shipped.owning import code_owners
from registrar.app.shipped.program import named_in, program_table, renamed_in
from registrar.domain.shipping import Standing

HOOK = hooks("model_registry")
OWNED = ("/registrar.toml", "/.github/workflows/", "/my file")
PLAIN = "repos:\n- repo: local\n  hooks:\n  - {id: x, name: x, entry: x, language: system}\n"
GOOD = {
    "plain": PLAIN,
    "indented": "repos:\n" + "".join(f"    {line}\n" for line in PLAIN.splitlines()[1:]),
    "windows": PLAIN.replace("\n", "\r\n"),
    "no line end": PLAIN.rstrip("\n"),
    "comment at the end": PLAIN + "# the end\n",
    "more keys behind": PLAIN + "ci:\n  autofix_prs: false\n",
    "document marks": "---\n" + PLAIN + "...\n",
    "block text at the end": PLAIN
    + "\n".join(("- repo: local", "  hooks:", "  - id: |", "      y\n")),
    "not ascii": "# für alle\n" + PLAIN,
}
ODD = {
    "empty": "",
    "no repos": "ci: {}\n",
    "flow": "repos: [{repo: local, hooks: []}]\n",
    "empty flow": "repos: []\n",
    "no list": "repos: none\n",
    "null": "repos:\n",
    "an alias": "x: &x {repo: local, hooks: []}\nrepos:\n- *x\n",
    "a tag of somebody": "repos:\n- !theirs {repo: local}\n",
    "two documents": PLAIN + "---\n" + PLAIN,
    "broken": "repos: [\n",
    "a list": "- repo: local\n",
    "a bomb": "a: &a [x, x]\nb: &b [*a, *a]\nrepos:\n- *b\n",
    "doubling merges": PLAIN
    + "a0: &a0 {k0: v}\n"
    + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 30)),
    "a merge key": "repos:\n- <<: {repo: local}\n  hooks: []\n",
    "many": "repos:\n" + "- [x, x]\n" * 8_000,
    "large": PLAIN + "#" * 200_000,
    "a key that is a list": PLAIN + "? [a]\n: b\n",
    "deep": "repos:\n- " + "[" * 5000 + "]" * 5000 + "\n",
}


@pytest.mark.parametrize("name", GOOD)
def test_a_hook_is_added_and_nothing_else_changes(name: str) -> None:
    before = GOOD[name].encode()
    assert hooks_standing(HOOK, before) is Standing.LACKS
    after = with_hook(HOOK, before)
    assert after is not None
    ours = yaml.safe_load(HOOK.content)["repos"][0]
    old, new = yaml.safe_load(before), yaml.safe_load(after)
    assert [repo for repo in new["repos"] if repo != ours] == old["repos"]
    assert new | {"repos": 0} == old | {"repos": 0}
    assert hooks_standing(HOOK, after) is Standing.SAME
    assert {line for line in before.splitlines() if line} <= set(after.splitlines())
    if b"\r" in before:
        assert after.count(b"\n") == after.count(b"\r\n")


@pytest.mark.parametrize("name", ODD)
def test_what_is_out_of_the_ordinary_is_left_to_a_person(name: str) -> None:
    raw = ODD[name].encode()
    assert hooks_standing(HOOK, raw) is Standing.LACKS
    assert with_hook(HOOK, raw) is None


@pytest.mark.parametrize(
    "more",
    ["  - {id: [a]}\n", "  - {id: {a: b}}\n", "x: " + "1" + ":10" * 40_000 + ".5\n"],
    ids=["a list", "a mapping", "base sixty"],
)
def test_values_of_another_type_are_only_text(more: str) -> None:
    before = (PLAIN + more).encode()
    assert hooks_standing(HOOK, before) is Standing.LACKS
    after = with_hook(HOOK, before)
    assert after is not None
    assert hooks_standing(HOOK, after) is Standing.SAME


def test_what_is_not_read_has_a_reason() -> None:
    for name, reason in (
        ("an alias", "alias"),
        ("doubling merges", "merge key"),
        ("a merge key", "merge key"),
        ("a tag of somebody", "tag"),
        ("many", "too much"),
        ("deep", "too much"),
        ("large", "larger than 131,072 bytes"),
        ("broken", "no YAML"),
        ("two documents", "no YAML"),
    ):
        assert reason in (hooks_fault(ODD[name].encode()) or "")
    assert hooks_fault(PLAIN.encode()) is None
    assert hooks_fault(b"") is None


def test_bytes_that_are_no_yaml_and_files_without_end() -> None:
    for raw in (b"\xff\xfe", b"repos:\n- {}\n" + b"#" * 2_000_000):
        assert hooks_standing(HOOK, raw) is Standing.LACKS
        assert with_hook(HOOK, raw) is None


def test_another_version_of_the_hook_differs() -> None:
    old = HOOK.content.replace(b"jsonschema==", b"jsonschema==0.")
    assert hooks_standing(HOOK, old) is Standing.DIFFERS
    assert hooks_standing(HOOK, HOOK.content) is Standing.SAME


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("model_registry/wine-1.0.0/metadata.yaml", True),
        ("model_registry/wine-1.0.0/MODEL_METADATA_SCHEMA.json", True),
        ("model_registry/stray.txt", True),
        ("model_registry/MODEL_METADATA_SCHEMA.json", False),
        ("model_registry/README.md", False),
        ("model_registry/LICENSES/LicenseRef-x.txt", False),
        ("model_registry/.gitkeep", False),
        ("other/model_registry/wine-1.0.0/metadata.yaml", False),
        ("model_registry_old/wine-1.0.0/x", False),
    ],
)
def test_the_hook_is_asked_for_entries_only(path: str, asked: bool) -> None:
    import re

    pattern = yaml.safe_load(HOOK.content)["repos"][0]["hooks"][0]["files"]
    assert (re.search(pattern, path) is not None) is asked


TEXTS = st.text(st.sampled_from("ab#/ *\t\n@"), max_size=60)


@given(TEXTS, st.booleans())
@settings(max_examples=100)
def test_lines_are_added_once_and_nothing_of_a_person_goes(text: str, owned: bool) -> None:
    """``with_lines`` keeps every line that was there, and then nothing is missing."""
    for shipped in (attributes("a b"), code_owners("CODEOWNERS", OWNED, ("@x",) if owned else ())):
        after = with_lines(shipped, text)
        assert after.startswith(text)
        assert missing(shipped, after) == ()


def test_owners_stand_for_nobody() -> None:
    nobody = code_owners("CODEOWNERS", OWNED, ())
    somebody = code_owners("CODEOWNERS", OWNED, ("@acme/ml",))
    text = with_lines(nobody, "* @all\n\n# theirs @your-org/your-team\n")
    assert not missing(nobody, text)
    assert len(missing(somebody, text)) == len(OWNED)
    named = with_lines(somebody, text)
    assert named.startswith("* @all\n\n# theirs @your-org/your-team\n\n# registrar")
    assert named.count("@your-org") == 1
    assert "/my\\ file @acme/ml\n" in named
    assert not missing(nobody, named)
    theirs = "".join(f"{line.keys[0]}   @devops\n" for line in somebody.lines)
    assert not missing(somebody, theirs), "another owner is an owner"


@pytest.mark.parametrize(
    "root",
    ["a", "ml/my models", "a  b", "!x", "#x", "a*b", "a[b]", 'a"b', "ü/é", "a?", "-x", "a:b"],
)
def test_attributes_of_any_root(tmp_path: Path, root: str) -> None:
    repo = Repo(tmp_path / "repo")
    text = with_lines(attributes(root), "* text=auto\n")
    assert not missing(attributes(root), text)
    repo.write(".gitattributes", text)
    for path, expected in ((f"{root}/w-1.0.0/a/b", "unset"), ("other/x", "auto")):
        command = ["git", "-c", "core.quotePath=false", "check-attr", "-z", "text", "--", path]
        out = subprocess.run(command, cwd=repo.path, capture_output=True, check=True)
        assert (out.stdout.split(b"\0")[2].decode(), out.stderr) == (expected, b""), path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"yaml.schemas": {"./model_registry/MODEL_METADATA_SCHEMA.json": "x"}}', Standing.SAME),
        ('{"yaml.schemas": {"model_registry/MODEL_METADATA_SCHEMA.json": "x"}}', Standing.SAME),
        ('{\n // "model_registry/MODEL_METADATA_SCHEMA.json"\n}', Standing.LACKS),
        ("{}", Standing.LACKS),
        ("", Standing.LACKS),
    ],
)
def test_settings_of_an_editor(text: str, expected: Standing) -> None:
    shipped, _ = editor("model_registry")
    assert settings_standing(shipped, text.encode()) is expected
    assert settings_standing(shipped, shipped.content) is Standing.SAME
    assert settings_standing(shipped, b"\xff") is Standing.LACKS


NEW = b"the new program"


def test_the_two_lines_of_a_policy_follow() -> None:
    table = program_table(b"the old program").replace("0.1.0", "0.0.1")
    policy = f'# [program] version = "0.0.1"\n[waivers]\nmax_days = 30\n\n{table}# end\n'
    after = renamed_in(policy.encode(), NEW)
    assert after is not None
    assert named_in(after) == named_in(program_table(NEW).encode())
    assert after.decode().startswith('# [program] version = "0.0.1"\n[waivers]\nmax_days = 30\n')
    assert after.endswith(b"# end\n")
    assert renamed_in(after, NEW) == after
    inline = b'program = {version = "1", sha256 = "2"}\n'
    assert named_in(renamed_in(inline, NEW) or b"") == named_in(after)


@pytest.mark.parametrize(
    "policy",
    [
        b"",
        b"[program]\n",
        b'[program]\nversion = "1"\n',
        b"[program]\nversion = '1'\nsha256 = '2'\n",
        b'[program]\nversion = "1"\nsha256 = "2"\n# sha256 = "2"\n',
        b'[program]\nversion = "1"\nsha256 = "2"\n\xff',
        b"[program",
    ],
)
def test_a_policy_that_cannot_be_changed_provably_is_left(policy: bytes) -> None:
    assert renamed_in(policy, NEW) is None
