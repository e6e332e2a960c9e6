"""Which API a remote belongs to, and the caller's own token for it.

A token goes to the host that it is for and to no other: a remote is a line in a file. The names
of the variables are those of ``gh`` and of GitHub's runners.
"""

from __future__ import annotations

import os
import subprocess
from urllib.parse import urlsplit

from registrar.domain.clones import Remote, is_plain_host
from registrar.domain.forges import Access
from registrar.integrations.machine import located

PUBLIC = "github.com"
_ALIASES = {"ssh.github.com": PUBLIC, "www.github.com": PUBLIC}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_TIMEOUT = 10
_OURS = ("GH_TOKEN", "GITHUB_TOKEN")
_ENTERPRISE = ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")


def access_to(remote: Remote, top: str) -> Access:
    """Find the API and a token for a remote; without one, say what would help."""
    host = _ALIASES.get(remote.host or "", remote.host or "")
    if not is_plain_host(host):
        return Access(None, reason="its host is not known as a GitHub")
    named = _named_base(host)
    stored = None if _cloud(host) or named else _from_gh(host, top)
    if not (_cloud(host) or named or stored or host == os.environ.get("GH_HOST")):
        return Access(None, reason=f"{host} is not known as a GitHub")
    base = named or _base(host)
    fault = _base_fault(base)
    if fault:
        return Access(base, reason=fault, hint="mend GITHUB_API_URL")
    token = _from_environment(host, base, named is not None) or stored or _from_gh(host, top)
    if token is None:
        hint = f"gh auth login --hostname {host}, or set GH_TOKEN, and run registrar doctor again"
        return Access(base, reason="there is no token", hint=hint)
    return Access(base, token)


def is_public(base: str) -> bool:
    """Tell github.com itself, whose own app has a number that is known."""
    return base == f"https://api.{PUBLIC}"


def _cloud(host: str) -> bool:
    return host == PUBLIC or host.endswith(".ghe.com")


def _base(host: str) -> str:
    """The API of a host, as the documentation of GitHub's three kinds of server has it."""
    return f"https://api.{host}" if _cloud(host) else f"https://{host}/api/v3"


def _named_base(host: str) -> str | None:
    """``GITHUB_API_URL``, where the caller's environment means this host by it."""
    given = os.environ.get("GITHUB_API_URL")
    if not given:
        return None
    server = os.environ.get("GITHUB_SERVER_URL") or f"https://{PUBLIC}"
    return given.rstrip("/") if host in (_host(server), _host(given)) else None


def _base_fault(base: str) -> str:
    try:
        parts = urlsplit(base)
        plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
    except ValueError:
        return "GITHUB_API_URL is no address"
    if parts.scheme != "https" and not plain:
        return "GITHUB_API_URL is not https"
    return "GITHUB_API_URL holds a user or a query" if "@" in parts.netloc or parts.query else ""


def _from_environment(host: str, base: str, named: bool) -> str | None:
    """The variable that is meant for this host; an enterprise token needs its host named.

    It is for a server of one's own: GitHub's public hosts never see it, whoever names them.
    """
    names: tuple[str, ...] = _OURS if _cloud(host) or named else ()
    public = _cloud(host) or _cloud(_host(base).removeprefix("api."))
    if not public and (named or host == os.environ.get("GH_HOST")):
        names += _ENTERPRISE
    return next((token for name in names if (token := _clean(os.environ.get(name)))), None)


def _from_gh(host: str, top: str) -> str | None:
    """What ``gh`` has stored for exactly this host; its variables would answer for any."""
    gh = located("gh", top)
    if gh is None or not host or host.startswith("-"):
        return None
    env = {k: v for k, v in os.environ.items() if k not in (*_OURS, *_ENTERPRISE)}
    try:
        done = subprocess.run(
            [gh, "auth", "token", "--hostname", host],
            cwd=os.sep,
            env=env | {"GH_PROMPT_DISABLED": "1", "GH_NO_UPDATE_NOTIFIER": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return _clean(done.stdout.decode("utf-8", "replace")) if done.returncode == 0 else None


def _clean(token: str | None) -> str | None:
    """A token as a header may carry it."""
    word = (token or "").strip()
    return word if word and word.isascii() and word.isprintable() and " " not in word else None


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""
