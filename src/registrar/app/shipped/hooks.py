"""The entry of ``.pre-commit-config.yaml``, and adding it to somebody's file, provably."""

from __future__ import annotations

import re
from typing import Any

from registrar.app.shipped import shipped_file
from registrar.app.shipped.program import PROGRAM_PATH, pins
from registrar.domain.shipping import Shipped, Standing, Way

HOOKS_PATH = ".pre-commit-config.yaml"
_MAX_BYTES = 128 * 1024
_MAX_EVENTS = 20_000
_MAX_DEPTH = 32


def hooks(root: str) -> Shipped:
    """The hook that judges the entries of a commit with the vendored program."""
    values = {
        "PATTERN": _quoted(f"^{re.escape(root)}/{_ENTRIES}"),
        "PROGRAM": PROGRAM_PATH,
        "LIBRARIES": ", ".join(pins(shipped_file("registrar-requirements.txt"))),
    }
    part = shipped_file("pre-commit.yaml", values)
    content = f"repos:\n{part}".encode()
    return Shipped(HOOKS_PATH, "judges on commit", content, Way.HOOK, part=part)


_ENTRIES = r"(?!MODEL_METADATA_SCHEMA\.json$|README\.md$|LICENSES/|\.)"
"""What is no entry: given alone, the gate would say that there is nothing to check."""


def hooks_standing(shipped: Shipped, existing: bytes) -> Standing:
    """How an existing configuration stands: our hook as shipped, another one by its id, or none."""
    ours = _loaded(shipped.content)["repos"][0]
    repos = _repos(_loaded(existing))
    if ours in repos:
        return Standing.SAME
    ids = [hook.get("id") for repo in repos for hook in _dicts(_dict(repo).get("hooks"))]
    return Standing.DIFFERS if ours["hooks"][0]["id"] in ids else Standing.LACKS


def hooks_fault(existing: bytes) -> str | None:
    """Why nobody can tell what a configuration means; None where it can be read."""
    return _read(existing)[1]


def with_hook(shipped: Shipped, existing: bytes) -> bytes | None:
    """The configuration with our repository in its list; None where that cannot be proved.

    Text is put in at the end, or in front of the first repository, in the file's own indent and
    line ends; the result must mean what the file meant, and our repository besides.
    """
    before = _loaded(existing)
    place = _place_of_list(existing) if isinstance(before, dict) else None
    if place is None:
        return None
    text = existing.decode("utf-8")
    first_line, column = place
    end = "\r\n" if "\r\n" in text else "\n"
    item = "".join(" " * column + line + end for line in shipped.part.splitlines())
    lines = text.splitlines(keepends=True)
    at_end = text + ("" if text.endswith("\n") else end) + item
    in_front = "".join([*lines[:first_line], item, *lines[first_line:]])
    ours = _loaded(shipped.content)["repos"]
    for joined, repos in ((at_end, before["repos"] + ours), (in_front, ours + before["repos"])):
        if _loaded(joined.encode()) == before | {"repos": repos}:
            return joined.encode()
    return None


def _place_of_list(raw: bytes) -> tuple[int, int] | None:
    """Line and column of the first ``-`` below ``repos:``; None for anything out of the ordinary.

    Only for what ``_read`` has read.
    """
    import yaml

    node = yaml.compose(raw.decode("utf-8"), yaml.BaseLoader)
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value == "repos" and isinstance(value, yaml.SequenceNode) and not value.flow_style:
            return value.start_mark.line, value.start_mark.column
    return None


def _loaded(raw: bytes) -> Any:
    """What a configuration means; None where it is too large or no YAML of the plain kind."""
    return _read(raw)[0]


def _read(raw: bytes) -> tuple[Any, str | None]:
    """What a configuration means, every scalar as text, or why it was not read.

    Its events are looked at before anything is built of them: aliases and merge keys can double
    with every line, and scalars that are taken for numbers can cost the square of their length.
    """
    import yaml

    if len(raw) > _MAX_BYTES:
        return None, f"it is larger than {_MAX_BYTES:,} bytes"
    try:
        text = raw.decode("utf-8")
        fault = _odd(text)
        return (None, fault) if fault else (yaml.BaseLoader(text).get_single_data(), None)
    except (yaml.YAMLError, UnicodeDecodeError):
        return None, "it is no YAML"


def _odd(text: str) -> str | None:
    """What makes a text more than plain YAML; raises YAMLError."""
    import yaml

    depth = 0
    for number, event in enumerate(yaml.parse(text, yaml.BaseLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if number > _MAX_EVENTS or depth > _MAX_DEPTH:
            return "it holds too much"
        if isinstance(event, yaml.AliasEvent):
            return "it has an alias (*name)"
        if getattr(event, "tag", None) is not None:
            return "it has a tag (!name)"
        if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.style is None:
            return "it has a merge key (<<)"
    return None


def _repos(loaded: Any) -> list[Any]:
    found = _dict(loaded).get("repos")
    return found if isinstance(found, list) else []


def _dict(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[Any, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
