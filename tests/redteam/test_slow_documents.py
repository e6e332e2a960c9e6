"""Documents of at most 1 MiB over which a gate once sat for minutes; here they just end."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import ENTRY, SHA, Repo, good_repo

DOCUMENTS = {
    "unclosed-string": ("metrics.json", "[" + "[]," * 40 + '"' + '\\"' * 500_000),
    "many-times": (
        "metadata.yaml",
        "tags: [" + ", ".join(["12:30"] * 3_000) + "]" + "\n" * 900_000,
    ),
    "many-licences": (
        "metadata.yaml",
        "licenses: {data: [" + ", ".join(f"x-{i}" for i in range(9_000)) + "]}",
    ),
    "blanks-in-a-heading": ("MODEL_CARD.md", "# a" + " " * 900_000 + "b"),
    "a-row-of-blanks": ("MODEL_CARD.md", "| a |\n|-" + " " * 900_000 + "x"),
    "an-open-image": ("MODEL_CARD.md", "![](" + "a" * 900_000),
    "a-run-of-underscores": ("MODEL_CARD.md", "*x a" + "_" * 900_000 + "b"),
    "open-tags": ("MODEL_CARD.md", "<a " * 300_000),
    "open-comments": ("MODEL_CARD.md", "<!--" * 200_000),
    "open-braces": ("MODEL_CARD.md", "{{ " * 300_000),
    "quotes-in-quotes": ("MODEL_CARD.md", "> " * 400_000),
    "a-thousand-zeros": ("metrics.json", '{"test": {"accuracy": -1' + "0" * 900 + "}}"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_ends(name: str, tmp_path: Path) -> None:
    repo: Repo = good_repo(tmp_path / "repo")
    file, text = DOCUMENTS[name]
    repo.write(f"{ENTRY}/{file}", text)
    repo.add_entry("other-1.0.0", {"metadata.yaml": b"- 1\n"})
    result = repo.check("--jobs", "1")
    assert result.code == 1, result.err
    assert {f["entry"] for f in result.findings} >= {"wine-1.0.0", "other-1.0.0"}
    assert len(result.out) < 2_000_000
    assert SHA not in result.err
