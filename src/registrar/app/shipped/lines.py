"""Lines that a text file of a repository must hold: ``.gitattributes`` and ``CODEOWNERS``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from registrar.app.shipped.program import PROGRAM_PATH, REQUIREMENTS_PATH, SCRIPT_PATH
from registrar.domain.shipping import Line, Shipped, Way

ATTRIBUTES_PATH = ".gitattributes"
GITHUB_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
GITLAB_PLACES = ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where each forge looks, the first that is there being the only one that it reads."""
_BYTES = "registrar: bytes that git must hand out as they were judged"
_OWNED = "registrar: who must approve a change of the gate; keep these lines last"
_NOBODY = "@your-org/your-team"


def attributes(root: str) -> Shipped:
    """Lines that keep git from changing the bytes of models and of the program."""
    exact = "-text -filter -ident"
    texts = [f"{_pattern(root)} {exact}", f"/{PROGRAM_PATH} binary -filter -ident"]
    texts += [f"/{path} {exact}" for path in (SCRIPT_PATH, REQUIREMENTS_PATH)]
    lines = [Line(text, (text,)) for text in texts]
    return _shipped(ATTRIBUTES_PATH, "git hands out models byte for byte", _BYTES, lines)


def code_owners(path: str, owned: Iterable[str], owners: Sequence[str]) -> Shipped:
    """Lines that name the owners of the gate's files; commented out where nobody is named."""
    about = "who must approve a change of the gate"
    by = " ".join(owners)
    lines = []
    for pattern in owned:
        escaped = pattern.replace(" ", "\\ ")
        nobody = f"# {escaped} {_NOBODY}"
        if owners:
            lines.append(Line(f"{escaped} {by}", (escaped,), instead_of=nobody))
        else:
            lines.append(Line(nobody, (escaped, f"# {escaped}")))
    return _shipped(path, about, _OWNED, lines)


def owners_places(there: Collection[str], github: bool, gitlab: bool) -> tuple[str, ...]:
    """The files that must name owners, given those that are there."""
    asked = [GITHUB_PLACES] if github else []
    asked += [GITLAB_PLACES] if gitlab else []
    if len(asked) == 2 and not there:
        return ("CODEOWNERS",)  # both read it
    new = {GITHUB_PLACES: GITHUB_PLACES[0], GITLAB_PLACES: GITLAB_PLACES[-1]}
    found = (next((p for p in places if p in there), new[places]) for places in asked)
    return tuple(dict.fromkeys(found))


def missing(shipped: Shipped, existing: str) -> tuple[Line, ...]:
    """The lines that an existing file lacks."""
    there = [" ".join(line.split()) for line in existing.splitlines()]
    return tuple(line for line in shipped.lines if not any(_holds(line, text) for text in there))


def with_lines(shipped: Shipped, existing: str) -> str:
    """An existing text with what it lacks added at its end, in its own line ends.

    Lines of ours that the new ones take the place of go, and so does their title.
    """
    end = "\r\n" if "\r\n" in existing else "\n"
    title = shipped.part.split("\n", 1)[0]
    new = missing(shipped, existing)
    old = {line.instead_of for line in new if line.instead_of}
    kept = existing.splitlines(keepends=True)
    if any(text.strip() in old for text in kept):
        kept = [text for text in kept if text.strip() not in {*old, title}]
        while kept and not kept[-1].strip():
            kept.pop()
    before = "".join(kept)
    gap = "" if not before else end if before.endswith("\n") else end + end
    return before + gap + "".join(text + end for text in (title, *(line.text for line in new)))


def _holds(line: Line, text: str) -> bool:
    keys = (" ".join(key.split()) for key in line.keys)
    return any(text == key or text.startswith(key + " ") for key in keys)


def _shipped(path: str, about: str, title: str, lines: Sequence[Line]) -> Shipped:
    part = "".join(f"{text}\n" for text in (f"# {title}", *(line.text for line in lines)))
    return Shipped(path, about, part.encode(), Way.LINES, part=part, lines=tuple(lines))


def _pattern(root: str) -> str:
    """Everything below a folder, for gitattributes: globs escaped, quoted where it must be."""
    pattern = "".join(f"\\{c}" if c in "*?[\\" else c for c in root) + "/**"
    if root.startswith("!"):
        pattern = "\\" + pattern
    if pattern.startswith("#") or any(c in ' "\\' for c in pattern):
        return '"' + pattern.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return pattern
