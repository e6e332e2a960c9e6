"""Rules of installed packages that the judging policy names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from registrar.domain.findings import Phase, Unchecked
from registrar.ports import PluginError, Plugins
from registrar.rules.rule import Rule

_PHASES = (Phase.STATIC, Phase.HISTORY)


@dataclass(frozen=True, slots=True)
class PluginRules:
    """The rules that could be loaded, and what is to be said of the others."""

    rules: tuple[Rule, ...] = ()
    missing: tuple[Unchecked, ...] = ()


NO_PLUGINS = PluginRules()


def load_plugins(names: Iterable[str], plugins: Plugins) -> PluginRules:
    """Load the rules of these names; whatever cannot be had is unchecked, with the reason."""
    rules, missing = [], []
    for name in sorted(set(names)):
        try:
            rules.append(_rule(name, *plugins.load(name)))
        except PluginError as error:
            missing.append(Unchecked(name, None, str(error)))
    return PluginRules(tuple(rules), tuple(missing))


def _rule(name: str, found: object, distribution: str) -> Rule:
    """The rule of one entry point; raises PluginError for anything else."""
    if not isinstance(found, Rule):
        raise PluginError(f"{distribution} gives a {type(found).__name__}, not a Rule")
    if found.name != name:
        raise PluginError(f'{distribution} gives a rule that is called "{found.name}"')
    if found.phase not in _PHASES:
        raise PluginError(f"{distribution}: a rule of the phase {found.phase.value} cannot run yet")
    if (found.entry is None) == (found.change is None):
        raise PluginError(f"{distribution}: a rule sets one of entry and change")
    return replace(found, plugin=distribution)
