"""Write docs/reference.md: every key of an entry's documents, and the sections of its card.

Usage: python scripts/generate_reference.py [--check]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from registrar.reading.card_profiles import profile_of
from registrar.reading.schema import bundled

TARGET = Path(__file__).parent.parent / "docs/reference.md"
HEAD = """# Every key of an entry

<!-- written by scripts/generate_reference.py from the schemas and the card profile -->

Keys of your own begin with `x-`. Every other unknown key is refused.
"""
DOCUMENTS = (
    ("metadata", "metadata.yaml", "Five keys are required; all others are optional."),
    ("dataset-manifest", "dataset-manifest.yaml", "What the model was trained and measured on."),
)


def rows(schema: dict[str, Any], root: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """Table rows of the keys of a schema, those of what is in them behind each."""
    required = schema.get("required", ())
    for key, written in schema.get("properties", {}).items():
        part = root["$defs"][written["$ref"][8:]] if "$ref" in written else written
        name = f"{prefix}{key}"
        example = f"`{json.dumps(part['examples'][0])}`" if "examples" in part else ""
        must = "yes" if key in required else ""
        yield f"| `{name}` | {must} | {part.get('description', '')} | {example} |"
        inner = part.get("items", part.get("additionalProperties"))
        yield from rows(part, root, f"{name}.")
        if isinstance(inner, dict):
            yield from rows(inner, root, f"{name}[]." if "items" in part else f"{name}.<name>.")


def render() -> str:
    """The whole page."""
    lines = [HEAD]
    for name, title, about in DOCUMENTS:
        schema = bundled(name).document
        lines += [f"## {title}\n", f"{about}\n", "| key | required | meaning | example |"]
        lines += ["| --- | --- | --- | --- |", *rows(schema, schema), ""]
    lines += ["## MODEL_CARD.md\n", "| section | other headings that count | at least |"]
    lines += ["| --- | --- | --- |"]
    for section in profile_of("default").sections:
        others = ", ".join(sorted(section.names - {section.title}))
        least = f"{section.least} characters, or a table, list or image"
        lines.append(
            f"| {section.title} | {others} | {least if section.least > 1 else 'not empty'} |"
        )
    lines += ["", "`license` in the front matter stands for the license section. Case, numbers in"]
    lines += ["front and punctuation of a heading do not matter."]
    return "\n".join(lines) + "\n"


def main(argv: list[str]) -> int:
    """Write the page, or with ``--check`` compare it."""
    text = render()
    if "--check" in argv:
        same = TARGET.is_file() and TARGET.read_text("utf-8") == text
        print("" if same else f"{TARGET.name}: differs: run this script", end="" if same else "\n")
        return 0 if same else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
