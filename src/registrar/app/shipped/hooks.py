"""The entry of ``.pre-commit-config.yaml``, and adding it to somebody's file, provably."""

from __future__ import annotations

import re
from typing import Any

from registrar.app.shipped import shipped_file
from registrar.app.shipped.program import PROGRAM_PATH, pins
from registrar.domain.shipping import Shipped, Standing, Way

HOOKS_PATH = ".pre-commit-config.yaml"
_MAX_BYTES = 1024 * 1024


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


def with_hook(shipped: Shipped, existing: bytes) -> bytes | None:
    """The configuration with our repository in its list; None where that cannot be proved.

    Text is put in at the end, or in front of the first repository, in the file's own indent and
    line ends; the result must mean what the file meant, and our repository besides.
    """
    place = _place_of_list(existing)
    before = _loaded(existing)
    if place is None or not isinstance(before, dict):
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

    Aliases and tags are out of it: what they stand for may be told apart only by following each.
    """
    import yaml

    try:
        text = raw.decode("utf-8")
        for event in yaml.parse(text, yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None) is not None:
                return None
        node = yaml.compose(text, yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return None
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value == "repos" and isinstance(value, yaml.SequenceNode) and not value.flow_style:
            return value.start_mark.line, value.start_mark.column
    return None


def _loaded(raw: bytes) -> Any:
    """What a configuration means; None where it is too large or no YAML of the plain kind."""
    import yaml

    if len(raw) > _MAX_BYTES:
        return None
    try:
        # everything is text: no number is worked out, and no merge key is followed
        return yaml.load(raw.decode("utf-8"), yaml.BaseLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
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
