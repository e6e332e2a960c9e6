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
        _settings(".vscode/settings.json", about, settings, schema[2:]),
        _settings(
            ".vscode/extensions.json",
            "recommends the extension for that",
            {"recommendations": [_EXTENSION]},
            _EXTENSION,
        ),
    )


def settings_standing(shipped: Shipped, existing: bytes) -> Standing:
    """Whether an existing file holds our part: its marker, on a line that is no comment."""
    lines = existing.decode("utf-8", "replace").splitlines()
    code = (line for line in lines if not line.lstrip().startswith(("//", "#")))
    return Standing.SAME if any(shipped.marker in line for line in code) else Standing.LACKS


def _settings(path: str, about: str, value: dict[str, Any], marker: str) -> Shipped:
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    part = "\n".join(line[2:] for line in text.splitlines()[1:-1]) + "\n"
    return Shipped(path, about, text.encode(), Way.SETTINGS, part=part, marker=marker)
