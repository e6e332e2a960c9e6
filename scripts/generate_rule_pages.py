"""Write docs/rules/*.md and the table of the README from the rules' docstrings.

Usage: python scripts/generate_rule_pages.py [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from registrar.app.rule_pages import page, table
from registrar.rules import ALL_RULES, RULES

TOP = Path(__file__).parent.parent
MARKS = ("<!-- rules: written by scripts/generate_rule_pages.py -->\n", "<!-- /rules -->")


def render() -> Mapping[Path, str]:
    """Every generated text by its file."""
    pages = {TOP / "docs/rules" / f"{rule.name}.md": page(rule) for rule in RULES}
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    before, _, rest = readme.partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    return {**pages, TOP / "README.md": before + MARKS[0] + table(ALL_RULES) + MARKS[1] + after}


def main(argv: list[str]) -> int:
    """Write the files, or with ``--check`` compare them."""
    texts = render()
    stray = set((TOP / "docs/rules").glob("*.md")) - texts.keys()
    if "--check" in argv:
        old = [p for p, text in texts.items() if not p.is_file() or p.read_text("utf-8") != text]
        for path in (*old, *stray):
            print(f"{path.relative_to(TOP)}: differs: run this script")
        return 1 if old or stray else 0
    (TOP / "docs/rules").mkdir(exist_ok=True)
    for path in stray:
        path.unlink()
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
