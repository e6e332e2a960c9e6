"""registrar init and CODEOWNERS: where it stands, and owners that are named later."""

from __future__ import annotations

import adoption
import pytest
from adoption import adopt, done
from builders import Repo

empty = adoption.empty


def test_owners_named_later_take_the_place_of_nobody(empty: Repo) -> None:
    empty.write(".github/CODEOWNERS", "* @acme/everybody\n")
    adopt(empty)
    assert "names nobody" in adopt(Repo(empty.path.parent / "other")).out
    path = empty.path / ".github/CODEOWNERS"
    assert not [line for line in path.read_text().splitlines()[1:] if line[:1] not in ("", "#")]
    assert done(empty, "--owner", "@acme/ml")[".github/CODEOWNERS"] == "added"
    text = path.read_text()
    assert "@your-org" not in text
    assert text.startswith("* @acme/everybody\n\n# registrar: ")
    assert "\n/registrar.toml @acme/ml\n" in text
    assert done(empty)[".github/CODEOWNERS"] == "same"


@pytest.mark.parametrize(
    ("there", "options", "expected"),
    [
        ((), (), {".github/CODEOWNERS"}),
        (("CODEOWNERS",), (), {"CODEOWNERS"}),
        (("docs/CODEOWNERS",), (), {"docs/CODEOWNERS"}),
        ((".github/CODEOWNERS", "CODEOWNERS"), (), {".github/CODEOWNERS"}),
        ((), ("--no-github", "--gitlab"), {".gitlab/CODEOWNERS"}),
        ((), ("--gitlab",), {"CODEOWNERS"}),
        ((".github/CODEOWNERS",), ("--gitlab",), {".github/CODEOWNERS", ".gitlab/CODEOWNERS"}),
        (("docs/CODEOWNERS",), ("--gitlab",), {"docs/CODEOWNERS"}),
        ((), ("--no-github",), set()),
    ],
)
def test_owners_stand_where_the_forge_looks(
    empty: Repo, there: tuple[str, ...], options: tuple[str, ...], expected: set[str]
) -> None:
    for path in there:
        empty.write(path, "* @acme/all\n")
    assert {path for path in done(empty, *options) if "CODEOWNERS" in path} == expected
