"""Write docs/README.md, the list of all pages by their titles.

Usage: python scripts/generate_docs_index.py [--check]

A new page appears by itself, in the last group; its name in ``GROUPS`` puts it where it belongs.
"""

from __future__ import annotations

import sys
from pathlib import Path

TOP = Path(__file__).parent.parent
TARGET = TOP / "docs/README.md"
HEAD = """# All pages

<!-- written by scripts/generate_docs_index.py from the titles of the pages -->

The [README](../README.md) says what Registrar is, how it is installed, and lists its commands.
"""
MORE = "More"
GROUPS = {
    "Begin": ("tutorial", "adopting", "baseline", "model_registry_policy"),
    "Publish a model": (
        "add",
        "reference",
        "model_card_template",
        "digests",
        "fix",
        "dvc",
        "mlflow",
    ),
    "Run the gate": ("github", "gitlab", "git_server", "platforms", "doctor", "exit_codes"),
    "Look at the bytes": ("verify", "scan", "smoke", "runtime"),
    "Decide what it asks": ("writing_policy", "plugins", "trust"),
    "Build on it": ("report", "formats", "speed"),
    MORE: (),
}
"""Pages by group, in this order; one that is not there is left out."""
TITLES = {"model_card_template": "The template of a model card"}
"""Where the first heading is none of ours."""


def title(page: Path) -> str:
    """The first heading of a page."""
    lines = page.read_text(encoding="utf-8").splitlines()
    heading = next((line for line in lines if line.startswith("# ")), None)
    if heading is None:
        raise SystemExit(f"generate_docs_index: {page.name} has no title")
    return TITLES.get(page.stem, heading.removeprefix("# "))


def render() -> str:
    """The whole page."""
    pages = {path.stem: path for path in sorted((TOP / "docs").glob("*.md")) if path != TARGET}
    grouped = {name for names in GROUPS.values() for name in names}
    lines = [HEAD]
    for group, names in GROUPS.items():
        chosen = [name for name in names if name in pages]
        if group == MORE:
            chosen += sorted(pages.keys() - grouped)
        if chosen:
            lines += [f"## {group}\n"]
            lines += [f"- [{title(pages[name])}]({name}.md)" for name in chosen]
            lines += [""]
    rules = sorted(path.stem for path in (TOP / "docs/rules").glob("*.md"))
    lines += ["## The rules\n", "Each rule has its page, which `registrar rules NAME` prints, too:"]
    lines += ["", *(f"- [`{rule}`](rules/{rule}.md)" for rule in rules)]
    return "\n".join(lines) + "\n"


def main(argv: list[str]) -> int:
    """Write the page, or with ``--check`` compare it."""
    text = render()
    if "--check" in argv:
        same = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text
        print("" if same else f"{TARGET.name}: differs: run this script", end="" if same else "\n")
        return 0 if same else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
