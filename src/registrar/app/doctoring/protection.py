"""What a GitHub enforces on one branch, out of the answers of its API.

Rulesets and classic branch protection hold side by side. Fields: docs.github.com, REST API
"Rules", "Repository rulesets", "Protected branches". ``bypass_actors`` is only shown to those who
may edit the ruleset, and the whole of a classic protection only to administrators.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from registrar.domain.forges import Answer
from registrar.domain.metadata import mapping, sequence, text
from registrar.ports import Forge

UNPROTECTED = "branch not protected"
"""What the API says, with 404, to somebody who may see the protection of a branch."""
_MAX_RULESETS = 20


@dataclass(frozen=True, slots=True)
class Source:
    """One thing that enforces something: a ruleset, or the classic protection."""

    name: str
    bypass: tuple[str, ...] | None = None
    """Who is exempt; None where that was not shown."""
    reason: str = ""
    """Why it was not shown."""


@dataclass(frozen=True, slots=True)
class Required:
    """A status check that a merge waits for, and the app that must report it."""

    context: str
    app: int | None
    source: Source


@dataclass(frozen=True, slots=True)
class Protection:
    """All that is enforced on a branch, by what; ``unseen`` says what could not be read."""

    checks: tuple[Required, ...] = ()
    owners: tuple[Source, ...] = ()
    """Code owners must approve."""
    stale: tuple[Source, ...] = ()
    """A push takes approvals back."""
    requests: tuple[Source, ...] = ()
    """Changes come by pull request."""
    linear: tuple[Source, ...] = ()
    """Nobody pushes with force."""
    kept: tuple[Source, ...] = ()
    """Nobody deletes the branch."""
    fresh: tuple[Source, ...] = ()
    """A merge waits until the check ran on what is merged."""
    queue: tuple[Source, ...] = ()
    """Changes are merged by a merge queue."""
    unseen: tuple[str, ...] = ()


def protection_of(forge: Forge, repository: str, branch: str) -> Protection:
    """Ask for everything that is enforced on a branch; ``repository`` is ``owner/name``."""
    name = quote(branch, safe="")
    rules = forge.listed(f"/repos/{repository}/rules/branches/{name}")
    unseen = [] if rules.good else [f"the rulesets: {rules.reason}"]
    found = [mapping(rule) for rule in rules.data] if rules.good else []
    sources = _rulesets(forge, repository, found)
    parts = list(_of_rules(found, sources))
    where = f"/repos/{repository}/branches/{name}"
    answer = forge.get(f"{where}/protection")
    if answer.good:
        parts += _of_classic(mapping(answer.data))
    elif not _known_absent(answer):
        summary = forge.get(where)
        parts += _of_summary(mapping(summary.data)) if summary.good else []
        if not summary.good or mapping(summary.data).get("protected") is not False:
            unseen.append(f"the branch protection: {answer.reason}")
    return _joined(parts, tuple(unseen))


def _known_absent(answer: Answer) -> bool:
    """Tell "there is none" from "you may not see it", which is a 404, too."""
    message = str(mapping(answer.data).get("message", "")).lower()
    return answer.status == 404 and message.startswith(UNPROTECTED)


_Part = tuple[str, Any]


def _joined(parts: list[_Part], unseen: tuple[str, ...]) -> Protection:
    by_name: dict[str, list[Any]] = {}
    for name, value in parts:
        by_name.setdefault(name, []).append(value)
    return Protection(unseen=unseen, **{name: tuple(found) for name, found in by_name.items()})


def _rulesets(forge: Forge, repository: str, rules: list[Mapping[str, Any]]) -> dict[int, Source]:
    """Every ruleset that has a rule on the branch, with who may bypass it."""
    wanted = list(dict.fromkeys(r["ruleset_id"] for r in rules if type(r.get("ruleset_id")) is int))
    sources = {}
    for number in wanted[:_MAX_RULESETS]:
        answer = forge.get(f"/repos/{repository}/rulesets/{number}")
        detail = mapping(answer.data) if answer.good else {}
        name = f'ruleset "{text(detail.get("name")) or number}"'
        actors = detail.get("bypass_actors")
        reason = answer.reason or "GitHub shows it to those who may edit the ruleset only"
        if isinstance(actors, list):
            sources[number] = Source(name, tuple(_actor(mapping(actor)) for actor in actors))
        else:
            sources[number] = Source(name, None, reason)
    return sources


_ROLES = {1: "read", 2: "maintain", 3: "triage", 4: "write", 5: "admin"}
"""The ids of the built-in roles (1 and 3 cannot be chosen)."""


def _actor(actor: Mapping[str, Any]) -> str:
    kind, number = str(actor.get("actor_type")), actor.get("actor_id")
    mode = str(actor.get("bypass_mode", "always")).replace("_", " ")
    if kind == "RepositoryRole" and isinstance(number, int):
        return f"everybody with the role {_ROLES.get(number, number)} ({mode})"
    return f"{kind}{'' if number is None else f' {number}'} ({mode})"


def _of_rules(rules: list[Mapping[str, Any]], sources: dict[int, Source]) -> Iterator[_Part]:
    for rule in rules:
        given = mapping(rule.get("parameters"))
        number = rule.get("ruleset_id")
        hidden = Source(f"ruleset {number}", None, "it was not asked for")
        source = sources.get(number, hidden) if type(number) is int else hidden
        match rule.get("type"):
            case "required_status_checks":
                for item in sequence(given.get("required_status_checks")):
                    yield "checks", _required(item, "integration_id", source)
                if given.get("strict_required_status_checks_policy") is True:
                    yield "fresh", source
            case "merge_queue":
                yield "fresh", source
                yield "queue", source
            case "pull_request":
                yield "requests", source
                if given.get("require_code_owner_review") is True:
                    yield "owners", source
                if given.get("dismiss_stale_reviews_on_push") is True:
                    yield "stale", source
            case "non_fast_forward":
                yield "linear", source
            case "deletion":
                yield "kept", source


def _required(item: object, key: str, source: Source) -> Required:
    fields = mapping(item)
    app = fields.get(key)
    pinned = app if type(app) is int and app > 0 else None  # -1 is any app
    return Required(str(fields.get("context", "")), pinned, source)


def _of_classic(data: Mapping[str, Any]) -> Iterator[_Part]:
    """The whole of a classic protection."""
    name = "branch protection"
    exempt = () if _enabled(data, "enforce_admins") else ("administrators (not enforced on them)",)
    source = Source(name, exempt)
    checks = mapping(data.get("required_status_checks"))
    yield from _classic_checks(checks, source)
    reviews = data.get("required_pull_request_reviews")
    if isinstance(reviews, dict):
        allowed = mapping(reviews.get("bypass_pull_request_allowances"))
        names = [
            f"{kind[:-1]} {mapping(who).get('login') or mapping(who).get('slug')}"
            for kind in ("users", "teams", "apps")
            for who in sequence(allowed.get(kind))
        ]
        reviewed = Source(name, (*exempt, *names))
        yield "requests", reviewed
        if reviews.get("require_code_owner_reviews") is True:
            yield "owners", reviewed
        if reviews.get("dismiss_stale_reviews") is True:
            yield "stale", reviewed
    if not _enabled(data, "allow_force_pushes"):
        yield "linear", source
    if not _enabled(data, "allow_deletions"):
        yield "kept", source


def _of_summary(data: Mapping[str, Any]) -> Iterator[_Part]:
    """The part of a classic protection that everybody sees who sees the branch."""
    checks = mapping(mapping(data.get("protection")).get("required_status_checks"))
    level = checks.get("enforcement_level")
    if level not in ("everyone", "non_admins"):
        return
    exempt = () if level == "everyone" else ("administrators (not enforced on them)",)
    yield from _classic_checks(checks, Source("branch protection", exempt))


def _classic_checks(checks: Mapping[str, Any], source: Source) -> Iterator[_Part]:
    listed = sequence(checks.get("checks"))
    named = [mapping(item).get("context") for item in listed]
    old = [c for c in sequence(checks.get("contexts")) if c not in named]
    for item in [*listed, *({"context": context} for context in old)]:
        yield "checks", _required(item, "app_id", source)
    if checks.get("strict") is True:
        yield "fresh", source


def _enabled(data: Mapping[str, Any], key: str) -> bool:
    """A switch of the protection, which is written as ``{"enabled": true}``."""
    return mapping(data.get(key)).get("enabled") is True
