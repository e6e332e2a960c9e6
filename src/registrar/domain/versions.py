"""SemVer 2.0.0 versions and the names of entries (``<name>-<version>``)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, total_ordering

MAX_NAME = 64
MAX_FOLDER = 200
RESERVED = "sha256"
"""No model's name: ``sha256:<hex>`` is a reference by digest."""

_NUMBER = r"(?:0|[1-9][0-9]*)"
_PRE = rf"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_SEMVER = re.compile(
    rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})"
    rf"(?:-({_PRE}(?:\.{_PRE})*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
)
_NAME = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")
_OTHER_SIGN = re.compile(r"([A-Za-z][A-Za-z0-9_-]*?)[_. ](v?[0-9]+\.[0-9]+(?:\.[0-9]+)?)")
"""A version behind another sign than ``-``: ``wine_1.0.0``."""
_ENDS_IN_VERSION = re.compile(r"[-_. ]v?[0-9]+$")
_FOUR = re.compile(r"v?[0-9]+(?:\.[0-9]+){3,}")
_SHORT = re.compile(r"v?([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.([0-9]{1,9}))?")


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """A SemVer 2.0.0 version; ordered by SemVer precedence (section 11), build left out.

    Law: ``str(Version.parse(x)) == x``. Equality is of the whole text, build included.
    """

    major: int
    minor: int
    patch: int
    pre: tuple[str, ...] = ()
    build: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Version | None:
        """Read a version; None where the text is none."""
        match = _SEMVER.fullmatch(text) if len(text) <= MAX_FOLDER else None
        if match is None:
            return None
        major, minor, patch, pre, build = match.groups()
        return cls(
            int(major),
            int(minor),
            int(patch),
            tuple(pre.split(".")) if pre else (),
            tuple(build.split(".")) if build else (),
        )

    def __str__(self) -> str:
        text = f"{self.major}.{self.minor}.{self.patch}"
        text += "-" + ".".join(self.pre) if self.pre else ""
        return text + ("+" + ".".join(self.build) if self.build else "")

    @property
    def precedence(self) -> tuple[object, ...]:
        """A sort key that follows SemVer section 11."""
        pre = tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in self.pre)
        return (self.major, self.minor, self.patch, not self.pre, pre)

    def __lt__(self, other: Version) -> bool:
        return self.precedence < other.precedence


@dataclass(frozen=True, slots=True)
class EntryName:
    """The name and version that an entry's folder stands for."""

    name: str
    version: Version

    def __str__(self) -> str:
        return f"{self.name}-{self.version}"


def is_model_name(text: str) -> bool:
    """Tell whether a model may be called so."""
    return len(text) <= MAX_NAME and _NAME.fullmatch(text) is not None and text != RESERVED


@lru_cache(maxsize=4096)
def split_folder(folder: str) -> EntryName | None:
    """Split at the first ``-`` after which the rest is a version; None where there is none."""
    if len(folder) > MAX_FOLDER:
        return None
    for index, char in enumerate(folder):
        version = Version.parse(folder[index + 1 :]) if char == "-" else None
        if version is not None:
            name = folder[:index]
            return EntryName(name, version) if is_model_name(name) else None
    return None


def lower_versions(folders: Iterable[str]) -> dict[str, str]:
    """Each folder of which a lower version is there, to that of the next lower one.

    Versions that differ in build metadata only are the same version, and collide elsewhere.
    """
    models: dict[str, list[tuple[tuple[object, ...], str]]] = {}
    for folder in folders:
        name = split_folder(folder)
        if name is not None:
            models.setdefault(name.name, []).append((name.version.precedence, folder))
    found: dict[str, str] = {}
    for versions in models.values():
        below: tuple[tuple[object, ...], str] | None = None
        last: tuple[tuple[object, ...], str] | None = None
        for version in sorted(versions):
            if last is not None and last[0] != version[0]:
                below = last
            if below is not None:
                found[version[1]] = below[1]
            last = version
    return found


def suggest_folder(folder: str) -> str | None:
    """Guess the folder that was meant: ``resnet-50`` gives ``resnet-50-1.0.0``."""
    if len(folder) > MAX_FOLDER:
        return None
    other = _OTHER_SIGN.fullmatch(folder)
    if other is not None and _ENDS_IN_VERSION.search(other[1]):
        other = None  # wine-v1.2.3: the sign is within the version
    folder = f"{other[1]}-{other[2]}" if other else folder
    head, _, tail = folder.rpartition("-")
    if _FOUR.fullmatch(tail):
        return None  # which of the numbers is to go, only a person knows
    short = _SHORT.fullmatch(tail)
    name = re.sub(r"[^a-z0-9_]+", "-", (head or folder).lower()).strip("-_")
    name = re.sub(r"([_-])[_-]+", r"\1", name)[:MAX_NAME].strip("-_")
    if short is None or not head:
        whole = re.sub(r"[^a-z0-9_]+", "-", folder.lower()).strip("-_")
        whole = re.sub(r"([_-])[_-]+", r"\1", whole)[:MAX_NAME].strip("-_")
        return f"{whole}-1.0.0" if is_model_name(whole) else None
    if short.group(2) is None and not tail.startswith("v"):
        name = f"{name}-{tail}"  # resnet-50: the number belongs to the name
        return f"{name}-1.0.0" if is_model_name(name) else None
    numbers = [int(part or 0) for part in short.groups()]
    version = ".".join(str(number) for number in numbers)
    return f"{name}-{version}" if is_model_name(name) else None
