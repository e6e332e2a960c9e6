"""Entry points of installed packages; nothing of the judged tree is ever loaded."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registrar.ports import PluginError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "registrar.rules"


@dataclass(frozen=True, slots=True)
class InstalledPlugins:
    """The entry points of this interpreter; ``top`` is the judged tree, which is none of it."""

    top: str

    def load(self, name: str) -> tuple[object, str]:
        """Load one entry point; its object, and ``distribution version``."""
        from importlib import metadata  # most policies name no plugin

        found = [point for point in metadata.entry_points(group=GROUP) if point.name == name]
        if not found:
            raise PluginError(
                "no installed package has this rule: install the one that your organisation gives "
                f"you into this Python, {sys.executable or 'python3'}"
            )
        if len(found) > 1:
            named = " and ".join(sorted(_distribution(point) for point in found))
            raise PluginError(f"{named} both have this rule: uninstall one of them")
        point = found[0]
        for place in self._places(point):
            raise PluginError(f"it would be loaded from {place}, which lies in the judged tree")
        try:
            return point.load(), _distribution(point)
        except Exception as error:  # foreign code: whatever it raises, the others are judged
            reason = f"{type(error).__name__}: {error}"[:300]
            raise PluginError(f"{_distribution(point)} cannot be loaded: {reason}") from error

    def _places(self, point: EntryPoint) -> Iterator[str]:
        """Where its package lies in the judged tree: a planted one, or an editable install.

        Asked before anything of it is imported.
        """
        from importlib.util import find_spec

        spec = find_spec(point.module.partition(".")[0])
        where = [] if spec is None else [spec.origin, *(spec.submodule_search_locations or ())]
        for place in where:
            if place and self._judged(place):
                yield place

    def _judged(self, place: str) -> bool:
        import sysconfig

        real = os.path.realpath(place)
        own = (os.path.realpath(sysconfig.get_path(name)) for name in ("purelib", "platlib"))
        if any(real.startswith(folder + os.sep) for folder in own):
            return False  # a virtual environment may lie in the tree
        return real.startswith(os.path.realpath(self.top).rstrip(os.sep) + os.sep)


def _distribution(point: EntryPoint) -> str:
    if point.dist is None:
        return "a package without a name"
    return f"{point.dist.name} {point.dist.version}"
