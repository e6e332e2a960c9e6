"""Lines that a text file of a repository must hold, and adding those that it lacks."""

from __future__ import annotations

from collections.abc import Sequence

from registrar.app.shipped.owning import SECTION, section_for, spaced, unowned
from registrar.app.shipped.program import PROGRAM_PATH, REQUIREMENTS_PATH, SCRIPT_PATH
from registrar.domain.shipping import Line, Shipped, Way
from registrar.ports import Staging

ATTRIBUTES_PATH = ".gitattributes"
_EXACT = ("text", "filter", "ident")
_SHOWN = 5
_WIDE = 120
_ENDS = " \t\r"
_BYTES = "registrar: bytes that git must hand out as they were judged"


def attributes(root: str) -> Shipped:
    """Lines that keep git from changing the bytes of models and of the program."""
    exact = " ".join(f"-{name}" for name in _EXACT)
    texts = [f"{_pattern(root)} {exact}", f"/{PROGRAM_PATH} binary -filter -ident"]
    texts += [f"/{path} {exact}" for path in (SCRIPT_PATH, REQUIREMENTS_PATH)]
    lines = [Line(text, (text,)) for text in texts]
    return _shipped(ATTRIBUTES_PATH, "git hands out models byte for byte", _BYTES, lines)


def changed_by_git(file: Shipped, existing: bytes, root: str, staging: Staging) -> str:
    """What a person must mend where git does not do as our lines say, though they are there."""
    paths = [f"{root}/name-1.0.0/{name}" for name in ("metadata.yaml", "model.onnx")]
    paths += [PROGRAM_PATH, SCRIPT_PATH, REQUIREMENTS_PATH]
    found = staging.attributes(paths, _EXACT)
    wrong = [(p, name) for p in paths for name in _EXACT if found[f"{p}:{name}"] != "unset"]
    if not wrong:
        return ""
    path, name = wrong[0]
    lines = [spaced(line) for line in existing.decode("utf-8", "replace").split("\n")]
    ours = [n for n, text in enumerate(lines, 1) if any(_holds(line, text) for line in file.lines)]
    later = [(n, text) for n, text in enumerate(lines, 1) if n > max(ours) and text.strip("#")]
    told = [
        f"for {path} git says {name} is {found[f'{path}:{name}']}, and not unset as our lines do",
        "what comes after them wins, also from a .gitattributes nearer to the files: put ours last",
    ]
    return "\n".join([*told, *(f"line {n}: {text[:_WIDE]}" for n, text in later[:_SHOWN])])


def missing(shipped: Shipped, existing: str) -> tuple[Line, ...]:
    """The lines that an existing file lacks."""
    if shipped.way is Way.OWNERS:
        return unowned(shipped, existing)
    there = [spaced(line) for line in existing.split("\n")]
    return tuple(line for line in shipped.lines if not any(_holds(line, text) for text in there))


def with_lines(shipped: Shipped, existing: str) -> str:
    """An existing text with what it lacks added at its end, in its own line ends.

    Lines of ours that the new ones take the place of go, and so does their title. Only ``\\n`` ends
    a line: an editor may show more of them, but git and the forges do not.
    """
    end = "\r\n" if "\r\n" in existing else "\n"
    title = shipped.part.split("\n", 1)[0]
    new = missing(shipped, existing)
    old = {line.instead_of for line in new if line.instead_of}
    kept = existing.split("\n")
    if any(text.strip(_ENDS) in old for text in kept):
        kept = [text for text in kept if text.strip(_ENDS) not in {*old, title}]
        while kept and kept[-1].strip(_ENDS) in ("", SECTION):
            kept.pop()
        kept = [*kept, ""] if kept else []
    before = "\n".join(kept)
    gap = "" if not before else end if before.endswith("\n") else end + end
    heading = section_for(shipped, before) if shipped.way is Way.OWNERS else ""
    added = [title, *([heading] if heading else []), *(line.text for line in new)]
    return before + gap + "".join(text + end for text in added)


def _holds(line: Line, text: str) -> bool:
    keys = (spaced(key) for key in line.keys)
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
