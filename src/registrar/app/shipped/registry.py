"""What a registry is made of: the one list that ``init`` writes and ``doctor`` looks after."""

from __future__ import annotations

import json

from registrar import __version__
from registrar.app.rulebook import SCHEMA_NAME
from registrar.app.shipped import github, gitlab, shipped_file
from registrar.app.shipped.editor import editor, settings_standing
from registrar.app.shipped.github_remote import REMOTE_WORKFLOW_PATH, remote_workflow
from registrar.app.shipped.hooks import hooks, hooks_standing
from registrar.app.shipped.lines import attributes, missing
from registrar.app.shipped.owning import code_owners
from registrar.app.shipped.program import (
    PROGRAM_PATH,
    REMOTE_REQUIREMENTS_PATH,
    REQUIREMENTS_PATH,
    SCRIPT_PATH,
    named_in,
    program_table,
)
from registrar.domain.shipping import Options, Shipped, Standing, Way
from registrar.reading.policy import POLICY_NAME
from registrar.reading.schema import bundled_bytes

CARD_PATH = "docs/model_card_template.md"
GITLAB_PATH = ".gitlab-ci.yml"
DOCUMENT_PATH = "docs/model_registry_policy.md"


def shipped(options: Options, program: bytes) -> tuple[Shipped, ...]:
    """Every file of a registry, in the order in which a person should look at them.

    ``program`` are the bytes of the program to vendor, ``app.build_pyz.program_bytes()``.
    """
    root = options.root
    return (
        _policy(root, program),
        Shipped(f"{root}/{SCHEMA_NAME}", "what metadata may say", bundled_bytes("metadata")),
        Shipped(PROGRAM_PATH, "the program that judges", program, executable=True),
        Shipped(SCRIPT_PATH, "runs it", shipped_file("validate_model_metadata.py.txt").encode()),
        Shipped(
            REQUIREMENTS_PATH,
            "the libraries that it needs, locked",
            shipped_file("registrar-requirements.txt").encode(),
        ),
        *_gates(options),
        attributes(root),
        hooks(root),
        *editor(root),
        _document(CARD_PATH, "copy it for each model", root),
        _document(DOCUMENT_PATH, "the rules, for people", root),
    )


def standing(file: Shipped, existing: bytes | None) -> Standing:
    """How a file of a repository stands to the one that is shipped; None where there is none."""
    if existing is None:
        return Standing.ABSENT
    if existing == file.content and file.way is not Way.POLICY:
        return Standing.SAME
    match file.way:
        case Way.FILE:
            return Standing.SAME if _unix(file, existing) == file.content else Standing.DIFFERS
        case Way.LINES | Way.OWNERS:
            lacks = missing(file, existing.decode("utf-8", "replace"))
            return Standing.LACKS if lacks else Standing.SAME
        case Way.HOOK:
            return hooks_standing(file, existing)
        case Way.SETTINGS:
            return settings_standing(file, existing)
        case Way.POLICY:
            said = named_in(existing)
            if said is None:
                return Standing.LACKS
            return Standing.SAME if said == named_in(file.part.encode()) else Standing.DIFFERS


def _unix(file: Shipped, existing: bytes) -> bytes:
    """Bytes without the line ends of another system, but for a program."""
    return existing if file.executable else existing.replace(b"\r\n", b"\n")


def _policy(root: str, program: bytes) -> Shipped:
    table = program_table(program)
    values = {
        "ROOT": root,
        "QUOTED_ROOT": json.dumps(root, ensure_ascii=False),
        "VERSION": __version__,
        "DIGEST": str((named_in(table.encode()) or {})["sha256"]),
    }
    content = shipped_file("registrar.toml", values).encode()
    return Shipped(POLICY_NAME, "the policy: read it first", content, Way.POLICY, part=table)


def _gates(options: Options) -> tuple[Shipped, ...]:
    files = []
    if options.github_event is not None:
        workflow = github.workflow(options.branch, options.github_event)
        ruleset = github.ruleset(options.branch)
        files += [
            Shipped(github.WORKFLOW_PATH, "the gate on GitHub", workflow.encode()),
            Shipped(github.RULESET_PATH, "makes the gate required", ruleset.encode()),
        ]
        if options.remote:
            files += _remote(options.branch, options.github_event)
    if options.gitlab:
        pipeline = gitlab.pipeline(options.branch)
        files.append(Shipped(gitlab.PIPELINE_PATH, "the gate on GitLab", pipeline.encode()))
        include = f"include:\n- local: {gitlab.PIPELINE_PATH}\n"
        files.append(
            Shipped(
                GITLAB_PATH,
                "includes it",
                include.encode(),
                Way.SETTINGS,
                part=include,
                marker=gitlab.PIPELINE_PATH,
            )
        )
    owned, owners = github.CODEOWNED, options.owners
    files += [code_owners(path, owned, owners, options.root) for path in options.codeowners]
    return tuple(files)


def _remote(branch: str, event: str) -> list[Shipped]:
    """The workflow that asks for the bytes, and the libraries that it installs."""
    libraries = shipped_file("registrar-remote-requirements.txt").encode()
    workflow = remote_workflow(branch, event).encode()
    return [
        Shipped(REMOTE_WORKFLOW_PATH, "asks for the bytes, on GitHub", workflow),
        Shipped(REMOTE_REQUIREMENTS_PATH, "the libraries that it needs, locked", libraries),
    ]


def _document(path: str, about: str, root: str) -> Shipped:
    text = shipped_file(path.removeprefix("docs/"))
    return Shipped(path, about, text.replace("model_registry/", f"{root}/").encode())
