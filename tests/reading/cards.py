"""What is refused of a card, and a card with another section."""

from __future__ import annotations

from builders import CARD

from registrar.reading.card import read

TITLES = (
    *("model description", "intended use", "limitations", "dataset sources"),
    *("evaluation metrics", "license", "contact"),
)


def missing(text: str) -> set[str]:
    """The titles of the sections that are refused."""
    return {title for title in TITLES for p in read(text).problems if f'"{title}"' in p.message}


def with_limitations(body: str) -> str:
    lead, _, rest = CARD.partition("## Limitations\n")
    return lead + "## Limitations\n" + body + "\n\n## Dataset" + rest.partition("\n## Dataset")[2]
