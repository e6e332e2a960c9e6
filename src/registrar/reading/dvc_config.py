"""``.dvc/config``: which remotes there are, and which is the default."""

from __future__ import annotations

import configparser

from registrar.domain.remotes import DvcConfig

CONFIG_PATH = ".dvc/config"
MAX_BYTES = 1024 * 1024


def read_dvc_config(raw: bytes) -> DvcConfig | None:
    """Read it; None where DVC could not read it either.

    Names of remotes are compared in small letters, as DVC does it. Source: dvc 3, ``config.py``.
    """
    if len(raw) > MAX_BYTES:
        return None
    config = configparser.ConfigParser(
        interpolation=None, strict=False, comment_prefixes=("#",), default_section="\0"
    )
    try:
        config.read_string(raw.decode("utf-8-sig"))
    except (configparser.Error, UnicodeDecodeError):
        return None
    remotes = {}
    for section in config.sections():
        name = _remote(section)
        if name:
            remotes[name] = {key: _plain(value) for key, value in config.items(section)}
    default = _plain(config.get("core", "remote", fallback="")).lower()
    cache = _plain(config.get("cache", "dir", fallback=""))
    return DvcConfig(default or None, remotes, cache or None)


def _remote(section: str) -> str:
    """``'remote "storage"'`` or ``remote "storage"`` to its name; "" for another section."""
    plain = _plain(section)
    return _plain(plain.removeprefix("remote ")).lower() if plain.startswith("remote ") else ""


def _plain(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value
