"""What is refused of a card, and a card with another section."""

from __future__ import annotations

from builders import CARD

from registrar.domain.metadata import metadata_from
from registrar.reading.card import Card, read
from registrar.reading.card_licence import licence_contradictions
from registrar.reading.contradictions import Facts

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


def foreign(section: str, licence: str = "Apache-2.0") -> list[str]:
    """What a license section is refused for."""
    card = Card(f"# Card\n\n## License\n\n{section}\n")
    metadata = metadata_from({"name": "wine", "license": licence})
    facts = Facts(metadata, "1.0.0", {}, "metrics.json")
    return [found.message for found in licence_contradictions(card, facts)]
