"""skops files: the types come from our allowlist, never from the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registrar.integrations.smoke.estimators import run as run
from registrar.integrations.smoke.estimators import versions


def runtime() -> str:
    """skops and scikit-learn with their versions."""
    return versions("skops", "sklearn")


def load(path: str, argument: Mapping[str, Any]) -> Any:
    """Load, where each type is skops' own choice or on our list."""
    import skops.io

    unknown = set(skops.io.get_untrusted_types(file=path))
    refused = sorted(unknown - set(argument["trusted"]))
    if refused:
        raise ValueError(f"it holds types that are not on the allowlist: {', '.join(refused[:10])}")
    return skops.io.load(path, trusted=sorted(unknown))
