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
    **{
        f"links-{n}": ("MODEL_CARD.md", "## License\n\n" + piece * (300_000 // len(piece)))
        for n, piece in enumerate(
            (
                *("[", "](", "[a](", "[a](b ", '[a](b "', "[a](b '", "[a](((", "![", "[a]", "&"),
                *("```a`", "<a b='", '<a b="', "<a href=x", "<!--", "<?", "\\", "[[]", "[](x)"),
                *("[a](x)[", "[x](/y) ", "![a](b\\", "[" * 400 + "]" * 400, "<a>`", "[a](<b"),
                *("]:", "](a/b/c/d/e/f/g)\n", "[a](q/", "<img src='"),
            )
        )
    },
    "labels": ("MODEL_CARD.md", "[a]: b\n\n" + "[a" * 450_000),
    "many-tables": ("MODEL_CARD.md", "## Results\n\n" + "|a|\n|-|\n|accuracy|1|\n\n" * 45_000),
    "one-table": ("MODEL_CARD.md", "## Results\n\n|a|b|\n|-|-|\n" + "|accuracy|1|\n" * 70_000),
    "a-wide-table": ("MODEL_CARD.md", "## Results\n\n" + "|a" * 200_000 + "\n" + "|-" * 200_000),
    "a-wide-table-of-many-rows": (
        "MODEL_CARD.md",
        "## Results\n\n"
        + "|unit" * 40_000
        + "\n"
        + "|-" * 40_000
        + "\n"
        + "|accuracy|1\n" * 40_000,
    ),
    "many-headings": (
        "MODEL_CARD.md",
        "## Results\n\n" + "### B1\n\n|a|value|\n|-|-|\n|accuracy|1|\n\n" * 20_000,
    ),
    "names-above-a-table": (
        "MODEL_CARD.md",
        f"## Results\n\n### {'A1.-' * 90_000}\n\n{'on A1 ' * 60_000}:\n\n|a|b|\n|-|-|\n|accuracy|1|\n",
    ),
    "clauses-about-licences": (
        "MODEL_CARD.md",
        "## License\n\n" + "the code is LicenseRef-1 and the model is MIT, " * 1_000,
    ),
    "an-open-clause": ("MODEL_CARD.md", "## License\n\nApache-2.0 " + "and the " * 6_000),
    "many-licences-named": ("MODEL_CARD.md", "## License\n\n" + "MIT Apache-2.0 GPLv3\n" * 40_000),
    "one-line-of-licences": ("MODEL_CARD.md", "## License\n\n" + "`MIT` bsd 3 cc " * 60_000),
    "many-sections": ("MODEL_CARD.md", "## Results\n|\n" * 60_000),
    "front-matter": ("MODEL_CARD.md", "---\n" + "a: [" * 200_000 + "\n---\n"),
    "blanks-before-front-matter": ("MODEL_CARD.md", "\n" * 900_000 + "---\na: b: c\n---\n"),
    "a-thousand-results": (
        "MODEL_CARD.md",
        "---\nmodel-index: [{results: [{dataset: {split: test}, metrics: ["
        + "{type: accuracy, value: 1}, " * 3_000
        + "]}]}]\n---\n",
    ),
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


def test_many_metrics_and_many_rows_end(tmp_path: Path) -> None:
    repo: Repo = good_repo(tmp_path / "repo")
    metrics = ", ".join(f'"s{i}": {{"accuracy": 0.{i + 1}}}' for i in range(4_000))
    repo.write(f"{ENTRY}/metrics.json", f'{{"test": {{"accuracy": 0.95}}, {metrics}}}')
    head = "|".join(f"s{i}" for i in range(200))
    rows = "accuracy|" + "0.77|" * 200 + "\n"
    repo.edit(
        f"{ENTRY}/MODEL_CARD.md", "## License", f"m|{head}\n{'-|' * 201}\n{rows * 500}\n## License"
    )
    result = repo.check("--jobs", "1")
    assert result.code == 1, result.err
    found = [f for f in result.findings if f["rule"] == "card-consistent"]
    assert "there is more of this kind" in [f["message"] for f in found]
