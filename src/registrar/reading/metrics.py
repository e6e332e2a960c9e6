"""What a metrics file measured: every finite number by its dotted path."""

from __future__ import annotations

from registrar.domain.metadata import number


def measured(data: object) -> dict[str, float]:
    """The numbers of nested mappings; a path that two of them have names neither.

    What is no finite number is left out: the rule that owns the file refuses it.
    """
    found: dict[str, float] = {}
    twice: set[str] = set()
    waiting: list[tuple[str, object]] = [("", data)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(f"{path}.{key}" if path else str(key), v) for key, v in value.items()]
            continue
        figure = number(value)
        if figure is not None:
            twice |= {path} & found.keys()
            found[path] = figure
    return {path: value for path, value in found.items() if path not in twice}
