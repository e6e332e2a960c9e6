"""Settings of VS Code: the registry's schema completes and checks metadata while it is typed."""

from __future__ import annotations

import json
from typing import Any

from registrar.app.rulebook import SCHEMA_NAME
from registrar.domain.shipping import Shipped, Standing, Way

_EXTENSION = "redhat.vscode-yaml"


def editor(root: str) -> tuple[Shipped, Shipped]:
    """The workspace's settings and the extension that they need."""
    schema = f"./{root}/{SCHEMA_NAME}"
    names = [f"{root}/*/metadata.{suffix}" for suffix in ("yaml", "yml")]
    settings = {
        "yaml.schemas": {schema: names},
        "json.schemas": [{"fileMatch": [f"/{root}/*/metadata.json"], "url": schema}],
    }
    about = "completes metadata.yaml in VS Code"
    return (
        _settings(".vscode/settings.json", about, settings, schema),
        _settings(
            ".vscode/extensions.json",
            "recommends the extension for that",
            {"recommendations": [_EXTENSION]},
            _EXTENSION,
        ),
    )


def editor_standing(shipped: Shipped, existing: bytes) -> Standing:
    """Whether an existing file holds our part, outside of lines that are comments."""
    text = existing.decode("utf-8", "replace")
    code = (line for line in text.splitlines() if not line.lstrip().startswith("//"))
    quoted = json.dumps(shipped.marker, ensure_ascii=False)
    plain = quoted.replace('"./', '"')
    found = any(quoted in line or plain in line for line in code)
    return Standing.SAME if found else Standing.LACKS


def _settings(path: str, about: str, value: dict[str, Any], marker: str) -> Shipped:
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    part = "\n".join(line[2:] for line in text.splitlines()[1:-1]) + "\n"
    return Shipped(path, about, text.encode(), Way.SETTINGS, part=part, marker=marker)
