"""registrar.toml as a Policy; everything wrong with it at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from typing import Any

from registrar.domain.licences import And, Or
from registrar.domain.metadata import gates_from, mapping, number, text
from registrar.domain.paths import path_fault
from registrar.domain.places import Route, Span
from registrar.domain.policy import IDENTITY, Policy, SmokeLimits
from registrar.domain.sandboxing import Level
from registrar.reading.documents import Document, Flaw
from registrar.reading.nearest import nearest
from registrar.reading.schema import bundled
from registrar.reading.schema_messages import schema_flaws
from registrar.reading.spdx import SpdxError, parse
from registrar.reading.toml import read_toml

POLICY_NAME = "registrar.toml"
_IDENTITY_FILES = (
    *("metadata.yaml", "metadata.yml", "metadata.json", "metrics.json"),
    *("dataset-manifest.yaml", "dvc.lock"),
)
_RULE_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_IMPORT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*")
_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}
_UNITS |= {"kib": 2**10, "mib": 2**20, "gib": 2**30}
_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?) ?([A-Za-z]*)")


def read_policy(
    raw: bytes, rules: Collection[str], profiles: Collection[str]
) -> tuple[Policy | None, tuple[Flaw, ...]]:
    """Read a policy; (None, flaws) where it is not valid.

    ``rules`` and ``profiles`` are the names that it may use.
    """
    document = read_toml(raw)
    if not document.readable:
        return None, document.flaws
    found = schema_flaws(bundled("policy"), document)
    flaws = [flaw for _, _, flaw in found]
    if not any(keyword == "type" for _, keyword, _ in found):
        flaws += _meaning(document, rules, profiles)
    return (None, tuple(flaws)) if flaws else (_policy(document.data), ())


def _meaning(document: Document, rules: Collection[str], profiles: Collection[str]) -> list[Flaw]:
    """What the schema cannot say: unknown rules, licences, and amendments of identity."""
    data = document.data
    flaws: list[Flaw] = []

    def flaw(route: Route, message: str, hint: str) -> None:
        flaws.append(Flaw(message, hint, _span(document, route)))

    plugins = list(_get(data, "rules", "plugins") or ())
    for index, name in enumerate(plugins):
        route: Route = ("rules", "plugins", index)
        if name in rules:
            flaw(route, f'"{name}" is a rule of ours; no plugin may take its name', "rename it")
        elif not _RULE_NAME.fullmatch(name):
            flaw(route, f'"{name}" is no name of a rule', "small letters, digits, and - between")
    known = {*rules, *plugins}
    for name in mapping(_get(data, "rules", "severity")):
        if name not in known:
            guess = nearest(name, sorted(known))
            hint = f'did you mean "{guess}"?' if guess else "see registrar rules"
            flaw(("rules", "severity", name), f'unknown rule "{name}"', hint)
    for item in _get(data, "license", "allow") or ():
        try:
            if isinstance(parse(item), And | Or):
                message = f'"{item}" is an expression, and allows nothing by itself'
                flaw(("license", "allow"), message, "list its licences one by one")
        except SpdxError as error:
            flaw(("license", "allow"), f'"{item}" is no SPDX licence', error.hint)
    for index, item in enumerate(_get(data, "scan", "allow") or ()):
        if not _IMPORT.fullmatch(item):
            message = f'"{item}" is no exact name'
            flaw(("scan", "allow", index), message, 'write "module:name", without wildcards')
    profile = _get(data, "card", "profile")
    if profile is not None and profile not in profiles:
        hint = "one of " + ", ".join(sorted(profiles))
        flaw(("card", "profile"), f'unknown card profile "{profile}"', hint)
    for item in _get(data, "immutable", "amend") or ():
        if _amends_identity(item):
            message = f'"{item}" is identity and may not be amended'
            flaw(("immutable", "amend"), message, "publish a new version instead")
    for pattern, gates in mapping(data.get("metrics")).items():
        for metric, gate in mapping(gates).items():
            for key in ("min", "max", "max_regression"):
                value = mapping(gate).get(key, 0)
                if number(value) is None:
                    route = ("metrics", pattern, metric)
                    flaw(route, f"{key} of {metric} is no finite number", "write one")
    for key in ("max_atol", "max_rtol"):
        if number(_get(data, "smoke", key) or 0) is None:
            flaw(("smoke", key), f"{key} is no finite number", "write one")
    root = _get(data, "registry", "root")
    if root is not None and path_fault(root):
        flaw(("registry", "root"), f"root {path_fault(root)}", "a folder of this repository")
    elif root is not None and root.endswith("/"):
        flaw(("registry", "root"), "root ends with '/'", f'write root = "{root.rstrip("/")}"')
    return flaws


def _amends_identity(item: str) -> bool:
    """Tell an item that names a key or a file which every version is known by.

    Files that one entry names (its artifact, its metrics) are known to version-immutable only.
    """
    if item.endswith(".dvc") or any(fnmatchcase(name, item) for name in _IDENTITY_FILES):
        return True
    return any(fnmatchcase(key, item.split(".")[0]) for key in IDENTITY)


def _policy(data: Any) -> Policy:
    default = Policy()
    allow = _get(data, "license", "allow")
    metrics = mapping(data.get("metrics"))
    amend = _get(data, "immutable", "amend")
    formats = _get(data, "artifact", "formats")
    size = _get(data, "artifact", "max_in_git")
    return Policy(
        root=text(_get(data, "registry", "root")) or default.root,
        severity=dict(mapping(_get(data, "rules", "severity"))),
        allow_dirty=bool(_get(data, "source", "allow_dirty")),
        license_allow=None if allow is None else tuple(allow),
        formats=default.formats if formats is None else tuple(formats),
        max_in_git=default.max_in_git if size is None else size_from(size),
        bytes_required=_get(data, "artifact", "bytes") == "required",
        card_profile=text(_get(data, "card", "profile")) or default.card_profile,
        metrics=tuple((pattern, gates_from(gates)) for pattern, gates in metrics.items()),
        amend=default.amend if amend is None else tuple(amend),
        waiver_max_days=_get(data, "waivers", "max_days") or default.waiver_max_days,
        plugins=tuple(_get(data, "rules", "plugins") or ()),
        dvc_remotes=tuple(name.lower() for name in _get(data, "network", "dvc_remotes") or ()),
        hosts=tuple(name.lower() for name in _get(data, "network", "hosts") or ()),
        mlflow=tuple(_get(data, "network", "mlflow") or ()),
        smoke=_smoke(mapping(data.get("smoke"))),
        scan_allow=tuple(_get(data, "scan", "allow") or ()),
        add=dict(mapping(data.get("add"))),
        program_version=text(_get(data, "program", "version")),
        program_sha256=text(_get(data, "program", "sha256")),
    )


def _smoke(table: Mapping[str, Any]) -> SmokeLimits:
    default = SmokeLimits()
    level, memory = text(table.get("sandbox")), table.get("memory")
    return SmokeLimits(
        sandbox=Level(level) if level is not None else default.sandbox,
        timeout=int(table.get("timeout", default.timeout)),
        memory=default.memory if memory is None else size_from(memory),
        max_atol=table.get("max_atol", default.max_atol),
        max_rtol=table.get("max_rtol", default.max_rtol),
    )


def size_from(value: str | int) -> int:
    """Bytes of ``10 MiB``, ``1.5 GB`` or a bare number; raises ValueError for anything else."""
    match = _SIZE.fullmatch(str(value))
    if match is None or match[2].lower() not in _UNITS:
        raise ValueError(f"{value!r} is no size")
    return int(float(match[1]) * _UNITS[match[2].lower()])


def _get(data: Any, table: str, key: str) -> Any:
    return mapping(data.get(table)).get(key)


def _span(document: Document, route: Route) -> Span:
    return document.span(route)
