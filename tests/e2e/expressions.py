"""The expressions of workflows, as far as ours use them: names, quoted text, and logic.

Comparison, ``&&`` and ``||`` are as GitHub documents them: text is compared without case, and a
logical operator gives one of its operands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_WHOLE = re.compile(r"\$\{\{(.*?)\}\}")
_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|\|\||&&|[=!]=|[a-z_.A-Z-]+(?:\(\))?)")


def evaluate(text: object, context: Mapping[str, Any]) -> str:
    """A text with its expressions replaced."""
    return _WHOLE.sub(lambda found: scalar(value(found[1], context)), scalar(text))


def value(expression: str, context: Mapping[str, Any]) -> Any:
    """What an expression without its braces means; parentheses hold no parentheses."""
    inner = re.compile(r"(?<![a-z])\(([^()']*(?:'[^']*'[^()']*)*)\)")
    while found := inner.search(expression):
        told = "'true'" if value(found[1], context) else "''"
        expression = expression[: found.start()] + told + expression[found.end() :]
    result: Any = None
    for alternative in _split(_tokens(expression), "||"):
        for part in _split(alternative, "&&"):
            result = _compared(part, context)
            if not result:
                break
        if result:
            return result
    return result


def scalar(found: object) -> str:
    """A value as it becomes text."""
    if isinstance(found, bool):
        return "true" if found else "false"
    return "" if found is None else str(found)


def _tokens(expression: str) -> list[str]:
    tokens, at = [], 0
    while expression[at:].strip():
        found = _TOKEN.match(expression, at)
        assert found is not None, f"the harness does not know {expression[at:]!r}"
        tokens.append(found[1])
        at = found.end()
    return tokens


def _split(tokens: list[str], mark: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token == mark:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _compared(tokens: list[str], context: Mapping[str, Any]) -> Any:
    if len(tokens) == 1:
        return _atom(tokens[0], context)
    left, sign, right = tokens
    sides = [scalar(_atom(side, context)).casefold() for side in (left, right)]
    return (sides[0] == sides[1]) is (sign == "==")


def _atom(token: str, context: Mapping[str, Any]) -> Any:
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    if token == "always()":
        return True
    found: Any = context
    for part in token.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
