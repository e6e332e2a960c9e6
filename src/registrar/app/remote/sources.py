"""What the source repositories of entries say of their commits: each repository is asked once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import urlsplit

from registrar.domain.clones import remote_from
from registrar.domain.digests import is_commit
from registrar.ports.others import AskError, Repositories
from registrar.rules.rule import Record, SourceAnswer

_URL = re.compile(r"[a-z]+://(?:[A-Za-z0-9._~-]+@)?[A-Za-z0-9.-]+(?::[0-9]{1,5})?/[^\s?#\\]*")
_SCP = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9.-]*:[^\s?#\\]+")
"""git decodes what stands before the host, and cuts a URL where others do not: what it might read
in another way is not asked."""
_PORTS = {"https": 443, "ssh": 22, "git": 9418}


def ask_sources(
    records: Iterable[Record], hosts: frozenset[str], repositories: Repositories
) -> dict[str, SourceAnswer]:
    """By folder, what the repository of each entry answers; none where it is this repository."""
    wanted: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for record in records:
        url, commit = record.repository or ".", record.commit or ""
        if url == "." or not is_commit(commit):
            continue  # source-pinned, source-in-history
        wanted[url].append((record.folder, commit))
    answers: dict[str, SourceAnswer] = {}
    for url, asked in wanted.items():
        reason = _refused(url, hosts)
        try:
            told = {} if reason else repositories.reachable(url, {commit for _, commit in asked})
        except AskError as error:
            reason = str(error)
        for folder, commit in asked:
            there = not reason and told.get(commit, False)
            answers[folder] = SourceAnswer(there, reason)
    return answers


def _refused(url: str, hosts: frozenset[str]) -> str:
    """Why a repository is not asked; "" where the policy names its host."""
    host = host_of(url)
    if host is None:
        return "source.repository is no address of a repository"
    if host in hosts:
        return ""
    return (
        f"the judging policy does not let {host} be asked: "
        f'[network] hosts = ["{host}"] in registrar.toml does'
    )


def host_of(url: str) -> str | None:
    """The host of a repository's URL, with its port where that is not the usual one."""
    host = remote_from("source", url).host
    if host in (None, "?"):
        return None
    if "://" not in url:
        return host if _SCP.fullmatch(url) else None
    if not _URL.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS:
        return None
    return host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
