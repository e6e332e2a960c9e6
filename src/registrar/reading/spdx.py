"""SPDX licence expressions over the bundled SPDX list.

The grammar is Annex D of SPDX 2.3 (the same in SPDX 3.0): ``+``, ``WITH``, ``AND``, ``OR`` in
falling precedence, parentheses, ``LicenseRef-…``. Ids are matched without regard to case and
written as the list writes them. Operators may be written in upper or in lower case, as Annex D
of SPDX 3.0 allows, but not mixed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from registrar.domain.licences import And, Expression, License, LicenseRef, Or, With, leaves
from registrar.reading.nearest import nearest as nearest_word
from registrar.reading.spdx_list import nearest, or_later_of, spdx_list

MAX_LENGTH = 1000
MAX_DEPTH = 32

_TOKEN = re.compile(r"\s*(?:([()])|([^\s()]+))")
_REF = re.compile(r"licenseref-([A-Za-z0-9.-]+)", re.IGNORECASE)
_OPERATORS = {"AND": "AND", "and": "AND", "OR": "OR", "or": "OR", "WITH": "WITH", "with": "WITH"}


class SpdxError(ValueError):
    """No SPDX expression; ``start`` and ``end`` are offsets of the fault in the text."""

    def __init__(self, message: str, hint: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Parse an expression; raises SpdxError. Law: ``parse(str(parse(x))) == parse(x)``."""
    if len(text) > MAX_LENGTH:
        message = f"the licence has more than {MAX_LENGTH} characters"
        raise SpdxError(message, "put its text into LICENSES/LicenseRef-<name>.txt", 0, len(text))
    tokens = [
        _Token(match[1] or match[2], match.start(1) if match[1] else match.start(2))
        for match in _TOKEN.finditer(text)
    ]
    if not tokens:
        raise SpdxError("the licence is empty", "write an SPDX id such as Apache-2.0", 0, len(text))
    return _Parser(text, tokens).whole()


class _Parser:
    """Recursive descent over the tokens, its depth bounded by ``MAX_DEPTH``."""

    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def whole(self) -> Expression:
        expression = self.either()
        if self.at < len(self.tokens):
            raise self.free_text(self.tokens[self.at])
        return expression

    def operator(self, name: str) -> bool:
        """Step over an operator if it is the next token."""
        if self.at < len(self.tokens) and _OPERATORS.get(self.tokens[self.at].text) == name:
            self.at += 1
            return True
        return False

    def either(self) -> Expression:
        parts = [self.both()]
        while self.operator("OR"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Or(_flat(parts, Or))

    def both(self) -> Expression:
        parts = [self.leaf()]
        while self.operator("AND"):
            parts.append(self.leaf())
        return parts[0] if len(parts) == 1 else And(_flat(parts, And))

    def leaf(self) -> Expression:
        if self.at == len(self.tokens):
            end = len(self.text)
            raise SpdxError(
                "the expression ends too early", "write a licence here", max(end - 1, 0), end
            )
        token = self.tokens[self.at]
        if token.text == "(":
            return self.group(token)
        if token.text == ")" or token.text in _OPERATORS:
            message = f'"{token.text}" stands where a licence is wanted'
            raise SpdxError(message, "write a licence before it", token.start, token.end)
        self.at += 1
        license_ = self.license(token)
        return With(license_, self.exception()) if self.operator("WITH") else license_

    def group(self, token: _Token) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise SpdxError("too many parentheses", "write it flatter", token.start, token.end)
        self.at += 1
        inner = self.either()
        if self.at == len(self.tokens) or self.tokens[self.at].text != ")":
            message = "this parenthesis is not closed"
            raise SpdxError(message, "close it with ')'", token.start, token.end)
        self.at += 1
        self.depth -= 1
        return inner

    def license(self, token: _Token) -> License | LicenseRef:
        name = token.text
        ref = _REF.fullmatch(name)
        if ref:
            return LicenseRef(f"LicenseRef-{ref[1]}")
        known = spdx_list().licenses.get(name.lower())
        if known is not None:
            return License(known)
        known = spdx_list().licenses.get(name[:-1].lower()) if name.endswith("+") else None
        if known is not None:
            return License(known, or_later=True)
        raise self.unknown(token)

    def exception(self) -> str:
        if self.at == len(self.tokens):
            end = len(self.text)
            raise SpdxError("WITH has no exception", "name one of the SPDX list", end - 1, end)
        token = self.tokens[self.at]
        self.at += 1
        known = spdx_list().exceptions.get(token.text.lower())
        if known is None:
            guess = nearest_word(token.text, list(spdx_list().exceptions.values()))
            hint = f'did you mean "{guess}"?' if guess else "name an exception of the SPDX list"
            message = f'"{token.text}" is no SPDX exception'
            raise SpdxError(message, hint, token.start, token.end)
        return known

    def unknown(self, token: _Token) -> SpdxError:
        name = token.text
        if name.upper() in ("NONE", "NOASSERTION"):
            message, hint = f"{name} says that there is no licence", "name the licence"
        elif name.lower().startswith("documentref-"):
            message, hint = f"{name} points out of this registry", "write LicenseRef-<name>"
        elif name.lower().startswith("licenseref-"):
            allowed = re.sub(r"[^A-Za-z0-9.-]+", "-", name[11:]).strip("-") or "name"
            message = f'"{name}" holds characters that a LicenseRef may not'
            hint = f"write LicenseRef-{allowed}"
        elif len(self.tokens) > 1 and self.text.strip().lower() in spdx_list().hints:
            return self.free_text(token)
        elif any(t.text in _OPERATORS or t.text in "()" for t in self.tokens) or (
            len(self.tokens) == 1
        ):
            message, hint = f'"{name}" is no SPDX licence', _advice(name)
        else:
            return self.free_text(token)
        return SpdxError(message, hint, token.start, token.end)

    def free_text(self, token: _Token) -> SpdxError:
        shown = self.text.strip()
        shown = shown if len(shown) <= 60 else shown[:57] + "…"
        if token.text == ")":
            message = "this parenthesis was never opened"
            return SpdxError(message, "remove it", token.start, token.end)
        message = f'"{shown}" is free text, not an SPDX expression'
        return SpdxError(message, _advice(self.text.strip()), 0, len(self.text))


def _flat(parts: list[Expression], kind: type[And] | type[Or]) -> tuple[Expression, ...]:
    """Join nested parts of the same kind, so that text and tree agree."""
    flat: list[Expression] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else [part]
    return tuple(flat)


def _advice(text: str) -> str:
    guess = nearest(text)
    if guess and " OR " in guess and "," in text:
        return f'write "{guess}" if one may choose, "{guess.replace(" OR ", " AND ")}" if both hold'
    if guess and guess.startswith("LicenseRef-"):
        return f"write {guess}, with its text in LICENSES/{guess}.txt"
    if guess:
        later = or_later_of(guess) if "only" not in text.lower() else None
        return f'did you mean "{guess}"' + f' or "{later}"' * bool(later) + "?"
    name = re.sub(r"[^A-Za-z0-9.]+", "-", text[:40]).strip("-.") or "name"
    return f"write LicenseRef-{name}, with its text in LICENSES/LicenseRef-{name}.txt"


@lru_cache(maxsize=4096)
def deprecated(expression: Expression) -> tuple[tuple[str, str | None], ...]:
    """The deprecated ids of an expression, each with its replacement where there is one."""
    found: list[tuple[str, str | None]] = []
    for leaf in leaves(expression):
        license_ = leaf.license if isinstance(leaf, With) else leaf
        if isinstance(license_, License) and license_.id in spdx_list().deprecated:
            found.append((str(license_), spdx_list().deprecated[license_.id]))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def other_case(text: str) -> tuple[tuple[int, int, str], ...]:
    """The ids of a parsed expression that the SPDX list writes in another case.

    Each as offsets in the text, and as the list writes it.
    """
    return tuple(
        (start, start + len(word), right)
        for start, word in _words(text)
        if (right := _listed(word)) is not None and right != word
    )


def places_of(text: str, name: str) -> list[tuple[int, int]]:
    """Offsets of an id in a parsed expression, in whatever case."""
    same = [(start, word) for start, word in _words(text) if word.lower() == name.lower()]
    return [(start, start + len(word)) for start, word in same]


def _words(text: str) -> list[tuple[int, str]]:
    return [(m.start(2), m[2]) for m in _TOKEN.finditer(text) if m[2] and m[2] not in _OPERATORS]


def _listed(word: str) -> str | None:
    """An id or exception as the list writes it; a LicenseRef with its prefix as SPDX does."""
    ref = _REF.fullmatch(word)
    if ref:
        return f"LicenseRef-{ref[1]}"
    folded = word.lower()
    for known in (spdx_list().licenses, spdx_list().exceptions):
        if folded in known:
            return known[folded]
    base = spdx_list().licenses.get(folded.removesuffix("+"))
    return f"{base}+" if base is not None else None
