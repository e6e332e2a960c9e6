"""Plain values as JSON that may be printed anywhere."""

from __future__ import annotations

import json
from typing import Any

from registrar.formats.escape import COMMAND


def dumps(value: Any) -> str:
    """JSON that a terminal or a log may print: ASCII only, DEL and what CI obeys escaped too."""
    text = json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False)
    return COMMAND.sub(r"#\\u0023", text).replace("\x7f", "\\u007f")
