"""The gate: an empty repository becomes a registry; real entries, damaged copies, a git server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stage import (
    HERE,
    SurpriseError,
    bare_server,
    commit,
    edit,
    git,
    push,
    registrar,
    run,
    show_changes,
    tell,
    title,
)

ENTRY = "model_registry/wine-cultivar-1.1.0"


@dataclass(frozen=True)
class Damage:
    """One way to break an entry, and the rule that must notice."""

    title: str
    rule: str
    apply: Callable[[Path], None]


def flip_a_byte(entry: Path) -> None:
    """Change one byte of the model, its size and format kept."""
    path = entry / "model.onnx"
    raw = bytearray(path.read_bytes())
    raw[-200] ^= 1
    path.write_bytes(bytes(raw))


def hide_a_pickle(entry: Path) -> None:
    """Put a pickle under the name of the model; it is inert, and is never loaded."""
    (entry / "model.onnx").write_bytes(b"\x80\x04K\x01.")


def share_test_rows(entry: Path) -> None:
    """Let both splits have the same rows."""
    path = entry / "dataset-manifest.yaml"
    text = path.read_text(encoding="utf-8")
    train, test = [line for line in text.splitlines() if "rows_sha256" in line]
    path.write_text(text.replace(test, train), encoding="utf-8")


DAMAGES = (
    Damage(
        "the commit is a branch",
        "source-pinned",
        edit("metadata.yaml", 'commit: "', 'commit: "main" # "'),
    ),
    Damage(
        "the licence is prose",
        "license-valid",
        edit("metadata.yaml", "license: Apache-2.0", "license: Apache 2"),
    ),
    Damage(
        "the version is a number to every YAML reader",
        "metadata-schema",
        edit("metadata.yaml", 'version: "1.1.0"', "version: 1.10"),
    ),
    Damage(
        "nobody wrote what the model must not be used for",
        "card-sections",
        edit("MODEL_CARD.md", "## Limitations", "## Limitations\n\nTODO\n\n## Remarks"),
    ),
    Damage("somebody touched the bytes", "artifact-digest", flip_a_byte),
    Damage("a pickle goes as model.onnx", "artifact-format", hide_a_pickle),
    Damage("the test rows were trained on", "dataset-leakage", share_test_rows),
    Damage(
        "the accuracy is below the gate",
        "metrics-gate",
        edit("metrics.json", '"accuracy": 0.9815', '"accuracy": 0.7815'),
    ),
)


def play(folder: Path) -> None:
    """Show the four acts; raises SurpriseError."""
    _from_nothing(folder)
    copy = _clone(folder / "copy")
    _real_entries(copy)
    _damaged_entries(copy)
    _server(copy, folder / "server.git")


def _from_nothing(folder: Path) -> None:
    title("1. From an empty repository to a refused and an accepted push")
    new, server = folder / "registry", folder / "registry.git"
    git(HERE, "init", "--quiet", "--initial-branch=main", str(new))
    bare_server(server)
    git(new, "remote", "add", "origin", str(server))
    registrar(new, "init", "--owner", "@acme/models", expect=0)
    tell("what init wrote goes in first and alone: policy, schema, program, workflow")
    commit(new, "Make this repository a model registry")
    push(new, server, expect=0)
    entry = _copied(HERE / ENTRY, new / "model_registry/wine-cultivar-1.0.0")
    # in a new repository the commit of this one is no ancestor
    edit("metadata.yaml", 'repository: "."', "repository: https://github.com/acme/wine")(entry)
    card = entry / "MODEL_CARD.md"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace("## Limitations", "## Remarks"), encoding="utf-8")
    tell("a real entry of this repository, all its papers, but for the limitations in the card")
    commit(new, "Add wine-cultivar 1.0.0")
    registrar(new, "check", "--base", "HEAD~1", expect=1)
    push(new, server, expect=1)
    card.write_text(text, encoding="utf-8")
    tell("the card says its limitations now")
    show_changes(new)
    commit(new, "Say what it must not be used for")
    push(new, server, expect=0)


def _clone(target: Path) -> Path:
    shallow = run(["git", "rev-parse", "--is-shallow-repository"], HERE)
    if shallow.stdout.strip() == "true":
        raise SurpriseError("this is a shallow clone; run git fetch --unshallow first")
    git(HERE, "clone", "--quiet", "--no-hardlinks", str(HERE), str(target))
    git(target, "checkout", "--quiet", "-B", "main")
    git(target, "remote", "remove", "origin")
    return target


def _real_entries(copy: Path) -> None:
    title("2. The real entries of this repository")
    registrar(copy, "check", expect=0)


def _damaged_entries(copy: Path) -> None:
    title("3. Damaged entries")
    tell("each damage is done to a good entry, shown, judged, and undone")
    for number, damage in enumerate(DAMAGES, start=1):
        title(f"3.{number} {damage.title}")
        damage.apply(copy / ENTRY)
        show_changes(copy)
        said = registrar(copy, "check", ENTRY, expect=1)
        if f"error[{damage.rule}]" not in said:
            raise SurpriseError(f"{damage.rule} did not speak")
        git(copy, "checkout", "--quiet", "--", ".")


def _server(copy: Path, server: Path) -> None:
    title("4. A git server with the gate as its hook, and a registry with a history")
    bare_server(server)
    tell("the repository as it is, its whole history")
    push(copy, server, expect=0)
    (copy / ENTRY / "MODEL_CARD.md").unlink()
    tell("the card of a merged entry is deleted")
    commit(copy, "Take the card away")
    push(copy, server, expect=1)
    git(copy, "reset", "--quiet", "--hard", "HEAD~1")
    _new_version(copy)
    push(copy, server, expect=0)


def _new_version(copy: Path) -> None:
    """The same model once more under a higher version, with all its papers."""
    _copied(copy / ENTRY, copy / "model_registry/wine-cultivar-1.1.1")
    tell("that is taken back; the same model comes as 1.1.1, with all its papers")
    commit(copy, "Add wine-cultivar 1.1.1")


def _copied(source: Path, target: Path) -> Path:
    """A copy of an entry under another version, which metadata and card say, too."""
    target.mkdir()
    for path in source.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    version = target.name.rpartition("-")[2]
    edit("metadata.yaml", 'version: "1.1.0"', f'version: "{version}"')(target)
    edit("MODEL_CARD.md", "# wine-cultivar 1.1.0", f"# wine-cultivar {version}")(target)
    return target
