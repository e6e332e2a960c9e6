"""DVC: can the bytes behind the pointers of the registry be fetched by anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

from registrar.app.doctoring.scene import Question, Scene, shortened
from registrar.app.shipped.github_remote import REMOTE_WORKFLOW_PATH
from registrar.domain.diagnosis import Line, Topic
from registrar.domain.policy import Policy
from registrar.domain.remotes import DvcConfig
from registrar.reading.dvc_config import CONFIG_PATH, read_dvc_config
from registrar.reading.pointers import is_pointer_name
from registrar.reading.policy import POLICY_NAME

_CONFIG = Question("dvc-config", Topic.DVC, CONFIG_PATH)
_REMOTE = Question("dvc-remote", Topic.DVC, CONFIG_PATH)
_SECRET = Question("dvc-credentials", Topic.DVC, CONFIG_PATH)
_LOCAL = Question("dvc-remote-shared", Topic.DVC, CONFIG_PATH, counts=False)
_ASKED = Question("dvc-remote-asked", Topic.DVC, POLICY_NAME, counts=False)
_KEYS = (
    *("password", "secret_access_key", "access_key_id", "session_token", "connection_string"),
    *(
        "account_key",
        "sas_token",
        "client_secret",
        "gdrive_client_secret",
        "token",
        "oss_key_secret",
    ),
)
_SCHEMES: tuple[str, ...] = (
    "s3",
    "gs",
    "gcs",
    "azure",
    "abfs",
    "http",
    "https",
    "ssh",
    "hdfs",
    "webhdfs",
    "oss",
)
_SCHEMES += ("webdav", "webdavs", "gdrive", "remote")


def dvc(scene: Scene) -> Iterator[Line]:
    """The configuration can be read, and names a default remote that others can reach."""
    pointers = [node.path for node in scene.tree.walk(scene.root) if is_pointer_name(node.path)]
    raw = scene.raw(CONFIG_PATH)
    if raw is None:
        if pointers:
            details = shortened(pointers)
            text = f"{len(pointers)} pointers of DVC, and no {CONFIG_PATH}: nobody finds the bytes"
            fix = "dvc init, then dvc remote add --default storage <url>"
            yield _CONFIG.fails(text, fix, details)
        return
    config = read_dvc_config(raw)
    if config is None:
        yield _CONFIG.fails(f"{CONFIG_PATH} cannot be read", "mend it, or write it by dvc remote")
        return
    yield _CONFIG.holds(f"{CONFIG_PATH} can be read")
    yield from _remotes(config, bool(pointers), scene)


def _told_of_the_workflow(scene: Scene) -> bool:
    """Tell that a line of the remote workflow says already that no remote may be asked."""
    return scene.here(REMOTE_WORKFLOW_PATH) and not scene.policy.dvc_remotes


def _asked(needed: tuple[str, ...], policy: Policy) -> Line:
    """The policy lets the default remote be asked, and those on which it lies."""
    missing = [name for name in needed if name not in policy.dvc_remotes]
    if not missing:
        return _ASKED.holds(f"the policy lets the default remote {needed[0]} be asked")
    text = f"the policy does not let the default remote {needed[0]} be asked"
    if needed[0] not in missing or missing[1:]:
        text += f", which lies on others: it wants {', '.join(missing)} named"
    named = json.dumps([*policy.dvc_remotes, *missing])
    return _ASKED.fails(text, f"write dvc_remotes = {named} under [network] in {POLICY_NAME}")


def _remotes(config: DvcConfig, pointed: bool, scene: Scene) -> Iterator[Line]:
    default = config.default
    if default is None:
        if pointed:
            fix = "dvc remote default <name>, or dvc remote add --default storage <url>"
            yield _REMOTE.fails("there is no default remote, and there are pointers", fix)
        return
    if default not in config.remotes:
        text = f"the default remote {default} is not configured"
        yield _REMOTE.fails(text, f"dvc remote add {default} <url>")
        return
    url = config.remotes[default].get("url", "")
    try:
        scheme, host = urlsplit(url)[:2]
    except ValueError:  # a bracket that is not closed, or what is in it is no address
        text = f"the URL of the default remote {default} is no URL"
        yield _REMOTE.fails(text, f"dvc remote modify {default} url <url>")
        scheme, host = "remote", url.partition("://")[2]
    else:
        yield _REMOTE.holds(f"the default remote is {default}")
    if pointed and not scene.policy_flaws and not _told_of_the_workflow(scene):
        yield _asked((default.lower(), *config.behind(default)), scene.policy)
    if url and scheme not in _SCHEMES:
        text = f"the remote {default} is a folder: others have it only if they share the disk"
        yield _LOCAL.fails(text, "name a remote that everybody reaches")
    found = [
        f"{key} of {name}"
        for name, options in config.remotes.items()
        for key in _KEYS
        if key in options
    ]
    if "@" in host and ":" in host.rpartition("@")[0]:
        found.append(f"a password in the URL of {default}")
    if found:
        text = f"{CONFIG_PATH} holds credentials, for everybody who can read the repository"
        fix = "dvc remote modify --local, and change what was published"
        yield _SECRET.fails(text, fix, shortened(found))
