"""Policy, schema, waivers, baseline, template: can what judges be read, and is it all there."""

from __future__ import annotations

from collections.abc import Iterator

from registrar.app.doctoring.scene import Question, Scene, shortened, told
from registrar.app.plugins import load_plugins
from registrar.app.rulebook import SCHEMA_NAME
from registrar.app.shipped.registry import CARD_PATH
from registrar.app.top import top_faults
from registrar.domain.diagnosis import Line, Topic
from registrar.domain.findings import Severity
from registrar.domain.metadata import mapping
from registrar.domain.policy import Policy
from registrar.reading.baseline import BASELINE_NAME, read_baseline
from registrar.reading.documents import Flaw
from registrar.reading.policy import POLICY_NAME
from registrar.reading.schema import Schema, SchemaInvalidError, bundled
from registrar.reading.waivers import WAIVERS_NAME, read_waivers
from registrar.rules import RULE_NAMES, RULES

_CORE = frozenset(("gate-intact", "version-immutable", "waiver-valid"))
"""Without these any other rule can be taken away, and what was approved can be replaced."""
_ROOT = Question("root", Topic.REGISTRY)
_POLICY = Question("policy", Topic.REGISTRY, POLICY_NAME)
_WAIVERS = Question("waivers", Topic.REGISTRY, WAIVERS_NAME)
_EXPIRED = Question("waivers-running", Topic.REGISTRY, WAIVERS_NAME, counts=False)
_BASELINE = Question("baseline", Topic.REGISTRY, BASELINE_NAME)
_TEMPLATE = Question("card-template", Topic.REGISTRY, CARD_PATH, counts=False)
_PLUGINS = Question("plugins", Topic.REGISTRY, POLICY_NAME)


def root(scene: Scene) -> Iterator[Line]:
    """The folder of the entries is one, and nothing beside it stands in its way."""
    faults = list(top_faults(scene.tree, scene.root))
    for path, message, hint in faults:
        yield _ROOT.fails(f"{path}: {message}" if path not in message else message, hint)
    if not faults and not scene.here(scene.root):
        yield _ROOT.fails(f"there is no folder {scene.root}", "registrar init")
    elif not faults:
        yield _ROOT.holds(f"entries lie in {scene.root}")


def policy(scene: Scene) -> Iterator[Line]:
    """registrar.toml is there and valid."""
    if scene.policy_flaws:
        text = f"{POLICY_NAME} is not valid: nothing is judged by it, every check ends with 2"
        flaws = told(scene.policy_flaws, POLICY_NAME)
        yield _POLICY.fails(text, "mend the lines that are named", flaws)
    elif not scene.has_policy:
        text = f"there is no {POLICY_NAME}: the built-in policy judges, which is lenient"
        yield _POLICY.fails(text, "registrar init")
    else:
        yield _severities(scene.policy)


def _severities(policy: Policy) -> Line:
    """The rules that shipped as errors still are; some of them are named, the core must be."""
    errors = [rule.name for rule in RULES if rule.severity is Severity.ERROR]
    mild = {name: policy.severity[name] for name in errors if _milder(policy, name)}
    other = sorted(n for n, at in policy.severity.items() if at == "off" and n not in mild)
    milder = [f"{name} is {at}" for name, at in mild.items()]
    named = (*milder, *(f"{name} is off" for name in other))  # all: there are no more than rules
    gone = [name for name in mild if name in _CORE]
    if gone:
        text = f"{POLICY_NAME} takes away what guards the gate itself: {', '.join(gone)}"
        return _POLICY.fails(text, "take these lines out of [rules.severity]", named)
    if set(mild) == set(errors) - _CORE:
        text = f"{POLICY_NAME} leaves no rule about an entry an error: no entry can fail"
        return _POLICY.fails(text, "take lines out of [rules.severity]", named)
    if named:
        return _POLICY.holds(f"{POLICY_NAME} is valid; not every rule is an error", named)
    return _POLICY.holds(f"{POLICY_NAME} is valid")


def _milder(policy: Policy, name: str) -> bool:
    return policy.severity.get(name, Severity.ERROR) != Severity.ERROR


def schema(scene: Scene) -> Iterator[Line]:
    """The registry's schema is a schema, and the one of this program."""
    path = f"{scene.root}/{SCHEMA_NAME}"
    asked = Question("schema", Topic.REGISTRY, path)
    raw = scene.raw(path)
    ours = bundled("metadata")
    if raw is None:
        text = f"there is no {path}: the one of the program judges, and editors have none"
        yield asked.fails(text, "registrar init")
        return
    if raw.replace(b"\r\n", b"\n") == ours.raw:
        yield asked.holds(f"{SCHEMA_NAME} is the one of this program")
        return
    try:
        theirs = Schema(raw)
        theirs.validate_itself()
    except SchemaInvalidError as error:
        yield asked.fails(f"{path} is no schema: {error}", "registrar init writes the shipped one")
        return
    yield _other_schema(asked, path, theirs, ours)


def _other_schema(asked: Question, path: str, theirs: Schema, ours: Schema) -> Line:
    """A schema that is valid and another: older, newer, or a registry's own."""
    known, there = (set(mapping(s.document.get("properties"))) for s in (ours, theirs))
    lacks, more = sorted(known - there), sorted(there - known)
    kind = "older than" if lacks and not more else "newer than" if more and not lacks else "not"
    details = [f"it lacks {key}" for key in lacks] + [f"it has {key} besides" for key in more]
    fix = f"if nobody changed it on purpose: mv {path} {path}.old, then registrar init"
    if kind == "newer than":
        fix = "use the registrar that wrote it: python3 -I scripts/registrar.pyz"
    text = f"{path} is {kind} the one of this program; it is what judges"
    return asked.fails(text, fix, shortened(details))


def waivers(scene: Scene) -> Iterator[Line]:
    """waivers.yaml can be read, and its waivers run."""
    for name in ("waivers.yml", "waivers.json"):
        if scene.here(name):
            yield _WAIVERS.fails(f"{name} is not read by anybody", f"mv {name} {WAIVERS_NAME}")
    raw = scene.raw(WAIVERS_NAME)
    if raw is None:
        return
    book = read_waivers(raw, RULE_NAMES)
    if book.flaws:
        flaws = told(book.flaws, WAIVERS_NAME)
        text = f"{WAIVERS_NAME} has waivers that waive nothing"
        yield _WAIVERS.fails(text, "mend or remove what is named", flaws)
    else:
        yield _WAIVERS.holds(f"{WAIVERS_NAME} can be read: {len(book.waivers)} waivers")
    limit = scene.policy.waiver_max_days
    over = [
        f"{WAIVERS_NAME}:{w.span.line}: {w.rule} of {w.entry} "
        + (f"ran until {w.expires}" if w.expired(scene.today) else f"runs over {limit} days")
        for w in book.waivers
        if w.expired(scene.today) or w.too_long(limit)
    ]
    if over:
        text = f"{len(over)} of the waivers are over, or longer than the policy allows"
        yield _EXPIRED.fails(text, "decide again: mend the entry, or grant anew", shortened(over))


def baseline(scene: Scene) -> Iterator[Line]:
    """baseline.yaml can be read."""
    raw = scene.raw(BASELINE_NAME)
    if raw is None:
        return
    read, flaws = read_baseline(raw, RULE_NAMES)
    if flaws:
        text = f"{BASELINE_NAME} is not valid"
        yield _BASELINE.fails(text, "mend what is named", told(flaws, BASELINE_NAME))
    else:
        yield _BASELINE.holds(f"{BASELINE_NAME} is valid: {sum(read.counts.values())} old errors")


def template(scene: Scene) -> Iterator[Line]:
    """There is a card to copy."""
    if scene.raw(CARD_PATH) is None:
        yield _TEMPLATE.fails(f"there is no {CARD_PATH} to copy", "registrar init")
    else:
        yield _TEMPLATE.holds(f"{CARD_PATH} is there")


def plugins(scene: Scene) -> Iterator[Line]:
    """Rules of the organisation that the policy names are installed, outside the tree."""
    if not scene.policy.plugins:
        return
    found = load_plugins(scene.policy.plugins, scene.plugins)
    for gone in found.missing:
        text = f"the rule {gone.rule} of the organisation is not loaded"
        yield _PLUGINS.fails(
            f"{text}: {gone.reason}",
            "python3 -m pip install the package that your organisation gives you",
        )
    for rule in found.rules:
        yield _PLUGINS.holds(f"the rule {rule.name} comes from {rule.plugin}")


def unreadable(error: Exception) -> Flaw:
    """A file that cannot be read at all, as a flaw of it."""
    return Flaw(str(error), "make it a plain file that can be read")
