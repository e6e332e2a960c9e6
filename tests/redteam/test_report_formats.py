"""Text of a change that means something to the forge that shows the report."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from builders import ENTRY, Repo, good_repo

from registrar.formats.table import FORMATS

ATTACKS = {
    "commands": "::error file=x::taken\\n::stop-commands::y\\n::add-mask::z",
    "old-commands": "x ##[error]taken ##[group]y",
    "azure": "##vso[task.complete result=Succeeded;]taken",
    "properties": "x,file=other.yaml,line=1::taken%0A::error::y",
    "xml": "]]></failure></testcase><testcase name='taken'/>",
    "html": "</code><img src=x onerror=alert(1)><script>taken</script>",
    "markdown": "`` ![taken](http://evil.example/x.png) @octocat #1 | x |",
    "sarif": "[taken](http://evil.example) {0}",
    "surrogate": "\\ud800taken\\u0000",
}
RULE = re.compile(r"[a-z]+(-[a-z]+)*")
OBEYED = re.compile(r"^\s*::(?!(error|warning|notice) title=)|##(\[|[A-Za-z]+\[)", re.MULTILINE)


def plant(repo: Repo, text: str) -> None:
    """The text as a value and a key, in a card, and as a name of a file and of an entry."""
    decoded = text.encode("utf-8").decode("unicode_escape")
    repo.edit(f"{ENTRY}/metadata.yaml", "license: Apache-2.0", f'license: "{text}"\n"{text}": 1')
    name = decoded.replace("/", "_").replace("\x00", "").encode("utf-8", "replace").decode()
    repo.write(f"{ENTRY}/{name}", "x")
    repo.write(f"model_registry/{name}/metadata.yaml", "license: GPL-3.0-only")
    waiver = f'{{rule: license-policy, entry: "{text}", reason: "{text}", owner: "{text}"}}'
    repo.write("waivers.yaml", f"waivers: [{waiver}]\n")


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_format_lets_it_act(attack: str, tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    plant(repo, ATTACKS[attack])
    files = {name: tmp_path / name for name in FORMATS}
    asked = [f"--report={name}={path}" for name, path in files.items()]
    result = repo.check_text(*asked)
    assert (result.code, result.err) == (1, "")
    told = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
    for name, text in (*told.items(), ("stdout", result.out)):
        assert not OBEYED.search(text), (name, OBEYED.search(text))
    assert all(line.startswith("::") for line in told["github"].splitlines()[:-1])
    assert len(told["github"].splitlines()) <= 12
    assert "<img" not in told["markdown"]
    suites = list(ElementTree.fromstring(told["junit"]))
    assert len(suites) <= 3, "the registry, the entry, and the one with the hostile name"
    assert all(RULE.fullmatch(case.attrib["name"]) for case in suites[1].iter("testcase"))
    for name in ("json", "sarif", "gitlab"):
        assert told[name].isascii()
        json.loads(told[name])
    again = {name: path.read_bytes() for name, path in files.items()}
    assert repo.check_text(*asked).out == result.out
    assert again == {name: path.read_bytes() for name, path in files.items()}


def test_a_naive_report_would_be_obeyed() -> None:
    for attack in ("commands", "old-commands", "azure"):
        assert OBEYED.search(ATTACKS[attack].encode().decode("unicode_escape"))
    naive = f"<failure>{ATTACKS['xml']}</failure>"
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(naive)


def test_a_path_that_begins_like_a_command_begins_no_line(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write("registrar.toml", 'schema_version = 1\n[registry]\nroot = "::error::x"\n')
    repo.write("::error::x/wine-1.0.0/metadata.yaml", "license: 1\n")
    for name in FORMATS:
        result = repo.check_text("--format", name)
        assert result.code in (1, 2)
        assert not OBEYED.search(result.out + result.err), (name, result.out)


@pytest.mark.parametrize("key", ["plugins = [{}]", "severity = {{ {} = 'off' }}", "{} = 1"])
def test_what_a_broken_policy_says_begins_no_line(key: str, tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "repo")
    attack = json.dumps("x]\x1b[2J\x9b\u202e\n::error::##[error]</code><b>")
    policy = (repo.path / "registrar.toml").read_text(encoding="utf-8")
    repo.write("registrar.toml", f"{policy}[rules]\n{key.format(attack)}\n")
    result = repo.check_text("--format", "github")
    assert (result.code, result.out) == (2, "")
    assert not OBEYED.search(result.err)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", result.err)
