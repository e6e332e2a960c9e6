"""The seven kinds of HTML blocks of CommonMark 0.31, section 4.6: how they begin and end."""

from __future__ import annotations

import re

_NAMES = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|"
    "dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h1|h2|h3|h4|h5|"
    "h6|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|"
    "option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul"
)
_ATTRIBUTE = (
    r"[ \t]+[A-Za-z_:][A-Za-z0-9_.:-]*(?:[ \t]*=[ \t]*(?:[^ \t\"'=<>`]+|'[^']*'|\"[^\"]*\"))?"
)
_STARTS = (
    re.compile(r"<(?:script|pre|style|textarea)(?:[ \t>]|$)", re.IGNORECASE),
    re.compile(r"<!--"),
    re.compile(r"<\?"),
    re.compile(r"<![A-Za-z]"),
    re.compile(r"<!\[CDATA\["),
    re.compile(rf"</?(?:{_NAMES})(?:[ \t]|/?>|$)", re.IGNORECASE),
    re.compile(
        rf"(?:<[A-Za-z][A-Za-z0-9-]*(?:{_ATTRIBUTE})*[ \t]*/?>"
        r"|</[A-Za-z][A-Za-z0-9-]*[ \t]*>)[ \t]*$"
    ),
)
_ENDS = (
    re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE),
    re.compile(r"-->"),
    re.compile(r"\?>"),
    re.compile(r">"),
    re.compile(r"\]\]>"),
)


def html_start(text: str, interrupts: bool) -> int:
    """The kind (1 to 7) of HTML block that a line begins; 0 for none.

    ``interrupts`` tells that a paragraph is open, which kind 7 cannot interrupt.
    """
    for kind, start in enumerate(_STARTS, start=1):
        if start.match(text):
            return 0 if kind == 7 and interrupts else kind
    return 0


def html_end(kind: int, text: str) -> bool:
    """Tell whether a line ends a block of kind 1 to 5; kinds 6 and 7 end at a blank line."""
    return kind <= 5 and _ENDS[kind - 1].search(text) is not None
