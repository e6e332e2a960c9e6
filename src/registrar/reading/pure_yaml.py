"""PyYAML's own parser, for an installation without libyaml: the same events, slower."""

from __future__ import annotations

from yaml.parser import Parser as _Parser
from yaml.reader import Reader
from yaml.scanner import Scanner


class Parser(Reader, Scanner, _Parser):
    """Put together as PyYAML's loaders do."""

    def __init__(self, stream: str) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        _Parser.__init__(self)
