"""Syntax errors of YAML, said so that a person knows what to type."""

from __future__ import annotations

import yaml

from registrar.domain.places import Span
from registrar.reading.documents import Flaw

_HINTS = (
    ("cannot start any token", "\t", "indent with spaces; YAML does not allow tabs there"),
    ("mapping values are not allowed", "", "quote the text that holds ': ', or mend the indent"),
    ("did not find expected key", "", "check the indent and quotes of this line and the one above"),
    ("could not find expected ':'", "", "write 'key: value'"),
    ("did not find expected ',' or ']'", "", "close the list with ']'"),
    ("did not find expected ',' or '}'", "", "close the mapping with '}'"),
    ("found unexpected end of stream", "", "close the quote"),
    ("undefined tag handle", "", "quote text that begins with '!'"),
    ("while scanning an alias", "", "quote text that begins with '*'"),
    ("while scanning an anchor", "", "quote text that begins with '&'"),
)


def syntax_flaw(text: str, error: yaml.MarkedYAMLError) -> Flaw:
    """Turn an error of the parser into a flaw with a place and a next step."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.split("\n", line)
    written = lines[line - 1] if line <= len(lines) else ""
    said = " ".join(str(part) for part in (error.context, error.problem) if part)
    if written.lstrip().startswith("```"):
        return Flaw(
            "a Markdown fence is not YAML",
            "remove the lines that begin with ```",
            Span(line, 1, line, len(written.rstrip()) + 1),
        )
    hint = "check the syntax of this line and the one above"
    for phrase, char, advice in _HINTS:
        if phrase in said and char in written:
            hint = advice
            break
    return Flaw(f"not YAML: {said}", hint, Span(line, column, line, column + 1))
