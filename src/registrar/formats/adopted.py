"""What ``registrar init`` did: for people, and as versioned JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from registrar.domain.shipping import Adopted, Done, Outcome
from registrar.formats.dumping import dumps
from registrar.formats.escape import escape
from registrar.formats.steps import numbered

INIT_VERSION = 1
_WORDS = {
    Done.WROTE: "wrote",
    Done.ADDED: "added to",
    Done.UPDATED: "updated",
    Done.SAME: "as it is",
    Done.KEPT: "kept",
    Done.DIFFERS: "differs",
    Done.BY_HAND: "by hand",
}
_COUNTED = _WORDS | {Done.WROTE: "written", Done.BY_HAND: "to be changed by hand"}
_COUNTED |= {Done.SAME: "as they should be", Done.DIFFERS: "left alone though different"}
_PLANNED = {
    Done.WROTE: "would write",
    Done.ADDED: "would add to",
    Done.UPDATED: "would update",
}
_CHANGES = (Done.WROTE, Done.ADDED, Done.UPDATED)


def text(adopted: Adopted) -> str:
    """The answer for people: each file, what needs a hand, and what to do next."""
    return "\n".join(_lines(adopted)) + "\n"


def as_json(adopted: Adopted) -> str:
    """The answer as one JSON document, keys in a fixed order."""
    files = [_file(outcome) for outcome in adopted.outcomes]
    said: dict[str, Any] = {
        "init_version": INIT_VERSION,
        "top": adopted.top,
        "root": adopted.root,
        "branch": adopted.branch,
        "branch_from": adopted.branch_from,
        "dry_run": adopted.dry_run,
        "files": files,
        "next": list(adopted.next_steps),
    }
    return dumps(said) + "\n"


def _file(outcome: Outcome) -> dict[str, Any]:
    return {
        "path": outcome.path,
        "about": outcome.about,
        "done": outcome.done.value,
        "told": outcome.told,
        "ignored": outcome.ignored,
    }


def _lines(adopted: Adopted) -> Iterator[str]:
    top = ", the top of the repository" if adopted.below else ""
    yield f"registry {escape(adopted.root)}/ in {escape(adopted.top)}{top}"
    yield f"default branch {escape(adopted.branch)} ({escape(adopted.branch_from)})"
    yield ""
    wide = max(len(escape(outcome.path)) for outcome in adopted.outcomes)
    words = _WORDS | (_PLANNED if adopted.dry_run else {})
    broad = max(map(len, words.values()))
    for outcome in adopted.outcomes:
        ignored = " (git ignores it)" if outcome.ignored else ""
        word, path = words[outcome.done], escape(outcome.path)
        yield f"{word:<{broad}}  {path:<{wide}}  {outcome.about}{ignored}"
        yield from (f"            {escape(line)}" for line in outcome.told.splitlines())
    yield ""
    yield _summary(adopted)
    yield ""
    yield "next:"
    yield from numbered(adopted.next_steps)


def _summary(adopted: Adopted) -> str:
    counts = Counter(outcome.done for outcome in adopted.outcomes)
    said = ", ".join(f"{counts[done]} {_COUNTED[done]}" for done in Done if counts[done])
    if adopted.dry_run:
        return f"dry run, nothing was written; it would be: {said}"
    return said if any(counts[done] for done in _CHANGES) else f"nothing to write: {said}"
