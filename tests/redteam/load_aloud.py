"""A careless program that loads a pickle, and says whether a path was opened: run alone.

Reads a JSON list of [pickle, path] from stdin; prints the JSON list of whether each was opened.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import warnings
from typing import Any

OPENED: set[str] = set()


def _hear(event: str, given: tuple[Any, ...]) -> None:
    if event == "open":
        OPENED.add(os.fspath(given[0]) if not isinstance(given[0], int) else "")


def main() -> None:
    warnings.simplefilter("ignore")
    asked = json.load(sys.stdin)
    sys.addaudithook(_hear)
    heard = []
    for place, path in asked:
        OPENED.clear()
        try:
            with open(place, "rb") as file:
                pickle.load(file)
        except Exception as error:
            print(f"{place}: {error!r:.200}", file=sys.stderr)
        heard.append(path in OPENED)
    print(json.dumps(heard))


if __name__ == "__main__":
    main()
