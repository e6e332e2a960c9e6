"""The rules: an explicit alphabetical table, one file a rule."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

from registrar.rules.planned import PLANNED
from registrar.rules.rule import Rule

TABLE = (
    "artifact-digest",
    "artifact-format",
    "artifact-pointer",
    "artifact-present",
    "artifact-remote",
    "artifact-scan",
    "artifact-size",
    "artifact-smoke",
    "base-model-pinned",
    "card-consistent",
    "card-links",
    "card-sections",
    "dataset-leakage",
    "dataset-manifest",
    "entry-files",
    "entry-name",
    "gate-intact",
    "license-policy",
    "license-valid",
    "metadata-readable",
    "metadata-schema",
    "metrics-gate",
    "metrics-regression",
    "run-recorded",
    "source-in-history",
    "source-pinned",
    "source-reachable",
    "training-hash",
    "version-immutable",
    "waiver-valid",
)
"""The rules that run; each is the file of its name in this folder."""


def _load(name: str) -> Rule:
    module = import_module(f"registrar.rules.{name.replace('-', '_')}")
    rule: Rule = module.RULE
    return replace(rule, doc=module.__doc__ or "")


RULES: tuple[Rule, ...] = tuple(_load(name) for name in TABLE)

ALL_RULES: tuple[Rule, ...] = tuple(sorted((*RULES, *PLANNED), key=lambda rule: rule.name))
"""The rules that run and those that are planned, by name."""

RULE_NAMES = frozenset(rule.name for rule in ALL_RULES)
