"""What judges: policy, schema, waivers, baseline and rules, read from one tree."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from registrar.app.plugins import NO_PLUGINS, PluginRules
from registrar.domain.baseline import Baseline
from registrar.domain.findings import Phase
from registrar.domain.policy import BUILT_IN, Policy
from registrar.domain.report import JudgedBy
from registrar.domain.trees import Kind, UnreadableError
from registrar.errors import PolicyError
from registrar.formats.escape import escape
from registrar.ports import Tree
from registrar.reading.baseline import BASELINE_NAME, read_baseline
from registrar.reading.card_profiles import PROFILES
from registrar.reading.documents import MAX_BYTES, Flaw
from registrar.reading.policy import POLICY_NAME, read_policy
from registrar.reading.schema import Schema, SchemaInvalidError, bundled
from registrar.reading.waivers import WAIVERS_NAME, WaiverBook, read_waivers
from registrar.rules import RULE_NAMES, RULES
from registrar.rules.rule import Rule

SCHEMA_NAME = "MODEL_METADATA_SCHEMA.json"


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Policy, schema, waivers and baseline of one tree, and where they came from."""

    policy: Policy
    schema: Schema
    waivers: WaiverBook
    judged_by: JudgedBy
    has_policy: bool
    baseline: Baseline = Baseline()
    plugins: PluginRules = NO_PLUGINS
    phases: frozenset[Phase] = frozenset((Phase.STATIC, Phase.HISTORY))
    """The phases that were asked for; a rule of another one is not run."""

    @property
    def off(self) -> tuple[str, ...]:
        """The rules that the policy switches off."""
        severity = self.policy.severity
        return tuple(sorted(name for name, level in severity.items() if level == "off"))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that run, by name."""
        every = sorted((*RULES, *self.plugins.rules), key=lambda rule: rule.name)
        return tuple(r for r in every if r.name not in self.off and r.phase in self.phases)


def built_in() -> Rulebook:
    """What judges where there is no tree to read a policy from."""
    return Rulebook(BUILT_IN, bundled("metadata"), WaiverBook(), JudgedBy("built-in"), False)


def read_rulebook(tree: Tree, source: str) -> Rulebook:
    """Read what judges from a tree; raises PolicyError where any of it is invalid.

    ``source`` is ``base``, ``policy-from`` or ``work-tree``; without a registrar.toml the
    built-in policy judges. Rules of plugins are not loaded here: only a policy that judges may
    name them.
    """
    raw = _file(tree, POLICY_NAME)
    policy = BUILT_IN
    if raw is not None:
        read, flaws = read_policy(raw, RULE_NAMES, PROFILES)
        if read is None:
            raise PolicyError(_told(POLICY_NAME, flaws), _where(tree))
        policy = read
    revision = None if tree.label == "work tree" else tree.label
    digest = hashlib.sha256(raw).hexdigest() if raw is not None else None
    source = source if raw is not None else "built-in"
    return Rulebook(
        policy,
        read_schema(tree, policy.root),
        read_book(tree, policy),
        JudgedBy(source, revision, digest),
        raw is not None,
        _read_baseline(tree, policy),
    )


def read_schema(tree: Tree, root: str) -> Schema:
    """The registry's own schema, or the bundled one; raises PolicyError for an invalid one."""
    path = f"{root}/{SCHEMA_NAME}"
    raw = _file(tree, path)
    if raw is None or raw == bundled("metadata").raw:
        return bundled("metadata")
    try:
        schema = Schema(raw)
        schema.validate_itself()
    except SchemaInvalidError as error:
        raise PolicyError(f"{path}: {error}", _where(tree)) from error
    return schema


def read_book(tree: Tree, policy: Policy) -> WaiverBook:
    """The waivers of a tree; none where there is no file."""
    raw = _file(tree, WAIVERS_NAME)
    return read_waivers(raw, names_under(policy)) if raw is not None else WaiverBook()


def names_under(policy: Policy) -> frozenset[str]:
    """The names of all rules, those of the policy's plugins among them."""
    return RULE_NAMES | frozenset(policy.plugins)


def _read_baseline(tree: Tree, policy: Policy) -> Baseline:
    """The baseline of a tree; an empty one where there is no file."""
    raw = _file(tree, BASELINE_NAME)
    if raw is None:
        return Baseline()
    baseline, flaws = read_baseline(raw, names_under(policy))
    if flaws:
        raise PolicyError(_told(BASELINE_NAME, flaws), _where(tree))
    return baseline


def _file(tree: Tree, path: str) -> bytes | None:
    node = tree.node(path)
    if node is None:
        return None
    try:
        if node.kind is not Kind.FILE:
            raise UnreadableError(f"it is a {node.kind.value}")
        return tree.read(path, MAX_BYTES)
    except UnreadableError as error:
        raise PolicyError(f"{path} cannot be read: {error}", _where(tree)) from error


def _told(name: str, flaws: tuple[Flaw, ...]) -> str:
    lines = [f"{name} is not valid"]
    for flaw in flaws:
        place = f"{name}:{flaw.span.line}:{flaw.span.column}"
        hint = f" ({flaw.hint})" if flaw.hint else ""
        lines.append(escape(f"  {place}: {flaw.message}{hint}"))  # a flaw is one line
    return "\n".join(lines)


def _where(tree: Tree) -> str:
    where = "the work tree" if tree.label == "work tree" else f"revision {tree.label[:12]}"
    return f"mend it in {where}; nothing is judged by a broken policy"
