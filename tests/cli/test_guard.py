"""The guard: what it keeps on the path, and what it says where the program cannot start."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from environments import bare_python, call, link_gate

from registrar.cli.guard import tree_around

HARDEN = """
import sys
sys.path.insert(0, {source!r})
from registrar.cli.guard import harden
sys.path[:] = {path!r}
sys.argv[0] = {script!r}
{more}
harden()
import json, os
print(json.dumps([sys.path, os.environ.get("PYTHONPATH"), os.environ["PYTHONSAFEPATH"]]))
"""


def hardened(
    top: Path, cwd: Path, path: list[str], script: str = "", more: str = "", **env: str
) -> tuple[list[str], str | None]:
    """The path that is left of ``path``, but for the interpreter's own, and PYTHONPATH."""
    own = [entry for entry in sys.path if entry.startswith(sys.base_prefix)]
    code = HARDEN.format(source=str(top / "src"), path=path + own, script=script, more=more)
    done = call(sys.executable, "-I", "-c", code, cwd=cwd)
    if env:
        done = call(sys.executable, "-s", "-c", code, cwd=cwd, **env)
    assert done.returncode == 0, done.stderr
    left, variable, safe = json.loads(done.stdout)
    assert safe == "1"
    assert [entry for entry in left if entry in own] == own
    return [entry for entry in left if entry not in own], variable


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "tree/.git").mkdir(parents=True)
    (tmp_path / "tree/deep/er").mkdir(parents=True)
    (tmp_path / "tree-beside").mkdir()
    return tmp_path / "tree"


def test_the_tree_is_what_git_encloses(tree: Path) -> None:
    assert tree_around(str(tree / "deep/er")) == str(tree)
    assert tree_around(str(tree)) == str(tree)


def test_a_linked_work_tree_has_a_file_for_git(tree: Path) -> None:
    (tree / "deep/.git").write_text("gitdir: elsewhere", encoding="utf-8")
    assert tree_around(str(tree / "deep/er")) == str(tree / "deep")


def test_without_git_the_folder_itself_is_the_tree() -> None:
    assert tree_around("/") == "/"
    assert tree_around("/proc") == "/proc"


@pytest.mark.parametrize("entry", ["", ".", "er", "..", "/proc/self/cwd"])
def test_ways_to_write_the_current_tree_go(top: Path, tree: Path, entry: str) -> None:
    assert hardened(top, tree / "deep", [entry]) == ([], None)


def test_absolute_folders_of_the_tree_and_links_to_them_go(top: Path, tree: Path) -> None:
    (tree.parent / "link").symlink_to(tree / "deep")
    inside = [str(tree), str(tree / "deep"), str(tree.parent / "link"), str(tree / "code.zip")]
    assert hardened(top, tree, inside) == ([], None)


def test_what_lies_outside_stays_in_its_order(top: Path, tree: Path) -> None:
    outside = [str(tree.parent / "tree-beside"), str(tree.parent)]
    assert hardened(top, tree / "deep", [*outside, str(tree)]) == (outside, None)


def test_a_link_in_the_tree_that_points_out_stays(top: Path, tree: Path) -> None:
    """What counts is where the code lies; the link could be replaced, its target could not."""
    (tree / "out").symlink_to(tree.parent / "tree-beside")
    assert hardened(top, tree, [str(tree / "out")]) == ([str(tree / "out")], None)


def test_the_folder_of_the_script_goes_wherever_it_is(top: Path, tree: Path) -> None:
    script = tree.parent / "tree-beside/program"
    script.write_text("", encoding="utf-8")
    assert hardened(top, tree, [str(script.parent)], script=str(script)) == ([], None)


def test_the_folder_of_the_users_own_packages_stays(top: Path, tree: Path) -> None:
    """A home folder under git holds what ``pip install --user`` installed."""
    user = str(tree / ".local/lib/python3/site-packages")
    more = f"import site; site.ENABLE_USER_SITE, site.USER_SITE = True, {user!r}"
    assert hardened(top, tree, [user], more=more) == ([user], None)
    off = f"import site; site.ENABLE_USER_SITE, site.USER_SITE = False, {user!r}"
    assert hardened(top, tree, [user], more=off) == ([], None)


def test_the_variable_for_children_is_cleaned_too(top: Path, tree: Path) -> None:
    beside = str(tree.parent / "tree-beside")
    given = f":{tree}:{beside}:deep"
    assert hardened(top, tree, [], PYTHONPATH=given) == ([], beside)


def test_at_the_root_of_the_machine_only_the_interpreters_own_stays(top: Path, tree: Path) -> None:
    assert hardened(top, Path("/"), [str(tree), "/"]) == ([], None)


START = "import sys; sys.path.insert(0, {!r}); {}; from registrar.cli.guard import run; run()"


def start(top: Path, python: Path | str, cwd: Path, before: str = "pass") -> tuple[int, str, str]:
    code = START.format(str(top / "src"), before)
    done = call(python, "-I", "-c", code, cwd=cwd)
    return done.returncode, done.stdout, done.stderr


def test_missing_libraries_are_named_with_the_line_that_installs_them(
    top: Path, tmp_path: Path
) -> None:
    python = bare_python(tmp_path / "venv", None)
    assert start(top, python, tmp_path) == (
        2,
        "",
        "registrar: jsonschema and PyYAML cannot be imported\n"
        "  = hint: python3 -m pip install jsonschema pyyaml\n",
    )


def test_one_missing_library_is_named_alone(top: Path, tmp_path: Path) -> None:
    gate = link_gate(tmp_path / "gate")
    (gate / "yaml").unlink()
    (tmp_path / "here").mkdir()
    code, out, err = start(top, bare_python(tmp_path / "venv", gate), tmp_path / "here")
    assert (code, out) == (2, "")
    assert err.startswith("registrar: PyYAML cannot be imported\n")


def test_an_old_python_is_told_so(top: Path, tmp_path: Path) -> None:
    code, out, err = start(top, sys.executable, tmp_path, "sys.hexversion = 0x030A0DF0")
    assert (code, out) == (2, "")
    assert "run it with Python 3.11 or newer" in err
    assert "Traceback" not in err


def test_a_current_folder_that_is_gone_is_told(top: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    code, out, err = start(top, sys.executable, gone, f"__import__('os').rmdir({str(gone)!r})")
    assert (code, out) == (2, "")
    assert err.startswith("registrar: the current folder does not exist any more\n")


def test_the_guard_can_be_read_by_an_old_python(top: Path) -> None:
    """It gives the message about the version, so nothing in it may be newer than the message."""
    import ast

    text = (top / "src/registrar/cli/guard.py").read_text(encoding="utf-8")
    ast.parse(text, feature_version=(3, 7))
    imports = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Import | ast.ImportFrom)]
    first = [alias.name for node in imports[:2] for alias in node.names]
    assert first == ["os", "sys"]
    assert "__future__" not in {getattr(node, "module", None) for node in imports}
