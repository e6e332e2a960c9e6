"""All rules that are known here: ours, the planned ones, and those of the plugins."""

from __future__ import annotations

from registrar.app.plugins import PluginRules, load_plugins
from registrar.app.rulebook import read_rulebook
from registrar.errors import PolicyError
from registrar.ports import World
from registrar.rules import ALL_RULES
from registrar.rules.rule import Rule


def known_rules(world: World) -> tuple[tuple[Rule, ...], PluginRules]:
    """Every rule by name, and what the policy of the work tree adds to ours.

    A policy that is not valid adds nothing: ``registrar check`` tells why.
    """
    plugins = PluginRules()
    if world.work_tree is not None:
        try:
            policy = read_rulebook(world.work_tree, "work-tree").policy
        except PolicyError:
            return ALL_RULES, plugins
        plugins = load_plugins(policy.plugins, world.plugins)
    every = (*ALL_RULES, *plugins.rules)
    return tuple(sorted(every, key=lambda rule: rule.name)), plugins
