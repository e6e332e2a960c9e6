"""Show what the gate does: from an empty repository to a refused and an accepted push.

Then real entries, damaged copies of them, and a git server with a whole history.

Run by ``make demo``. Everything happens in a temporary folder; the exit code is 0 only if every
refusal and every acceptance came as announced.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
REGISTRAR = Path(sys.executable).parent / "registrar"
ENTRY = "model_registry/wine-cultivar-1.1.0"
GIT_ENV = {
    "GIT_AUTHOR_NAME": "Demo",
    "GIT_AUTHOR_EMAIL": "demo@example.org",
    "GIT_COMMITTER_NAME": "Demo",
    "GIT_COMMITTER_EMAIL": "demo@example.org",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


class SurpriseError(Exception):
    """Something came out other than announced."""


@dataclass(frozen=True)
class Damage:
    """One way to break an entry, and the rule that must notice."""

    title: str
    rule: str
    apply: Callable[[Path], None]


def edit(file: str, old: str, new: str) -> Callable[[Path], None]:
    """A damage that replaces a text in a file of the entry."""

    def apply(entry: Path) -> None:
        path = entry / file
        text = path.read_text(encoding="utf-8")
        if old not in text:
            raise SurpriseError(f"{old!r} is not in {path}")
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return apply


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


def main() -> int:
    """Run the four acts; 1 where something came out other than announced."""
    with tempfile.TemporaryDirectory(prefix="registrar-demo-") as folder:
        try:
            _from_nothing(Path(folder))
            copy = _clone(Path(folder) / "copy")
            _real_entries(copy)
            _damaged_entries(copy)
            _server(copy, Path(folder) / "server.git")
        except SurpriseError as error:
            print(f"\ndemo: not as announced: {error}", file=sys.stderr)
            return 1
    print("\nEverything came as announced.")
    return 0


def _from_nothing(folder: Path) -> None:
    _title("1. From an empty repository to a refused and an accepted push")
    new, server = folder / "registry", folder / "registry.git"
    _git(HERE, "init", "--quiet", "--initial-branch=main", str(new))
    _bare_server(server)
    _git(new, "remote", "add", "origin", str(server))
    _registrar(new, "init", "--owner", "@acme/models", expect=0)
    _commit(new, "Make this repository a model registry")
    _push(new, server, expect=0)
    entry = new / "model_registry/wine-cultivar-1.0.0"
    entry.mkdir()
    for path in (HERE / ENTRY).iterdir():
        (entry / path.name).write_bytes(path.read_bytes())
    edit("metadata.yaml", 'version: "1.1.0"', 'version: "1.0.0"')(entry)
    # in a new repository the commit of this one is no ancestor
    edit("metadata.yaml", 'repository: "."', "repository: https://github.com/acme/wine")(entry)
    card = entry / "MODEL_CARD.md"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace("## Limitations", "## Remarks"), encoding="utf-8")
    _commit(new, "Add wine-cultivar 1.0.0")
    _registrar(new, "check", "--base", "HEAD~1", expect=1)
    _push(new, server, expect=1)
    card.write_text(text, encoding="utf-8")
    _commit(new, "Say what it must not be used for")
    _push(new, server, expect=0)


def _clone(target: Path) -> Path:
    shallow = _run(["git", "rev-parse", "--is-shallow-repository"], HERE)
    if shallow.stdout.strip() == "true":
        raise SurpriseError("this is a shallow clone; run git fetch --unshallow first")
    _git(HERE, "clone", "--quiet", "--no-hardlinks", str(HERE), str(target))
    _git(target, "checkout", "--quiet", "-B", "main")
    _git(target, "remote", "remove", "origin")
    return target


def _real_entries(copy: Path) -> None:
    _title("2. The real entries of this repository")
    _registrar(copy, "check", expect=0)


def _damaged_entries(copy: Path) -> None:
    for number, damage in enumerate(DAMAGES, start=1):
        _title(f"3.{number} {damage.title}")
        damage.apply(copy / ENTRY)
        said = _registrar(copy, "check", ENTRY, expect=1)
        if f"error[{damage.rule}]" not in said:
            raise SurpriseError(f"{damage.rule} did not speak")
        _git(copy, "checkout", "--quiet", "--", ".")


def _bare_server(server: Path) -> None:
    """A bare repository whose pre-receive hook is the gate."""
    _git(HERE, "init", "--quiet", "--bare", "--initial-branch=main", str(server))
    hook = server / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nexec "{REGISTRAR}" hook pre-receive\n', encoding="utf-8")
    hook.chmod(0o755)


def _server(copy: Path, server: Path) -> None:
    _title("4. A git server with the gate as its hook, and a registry with a history")
    _bare_server(server)
    _push(copy, server, expect=0)
    (copy / ENTRY / "MODEL_CARD.md").unlink()
    _commit(copy, "Take the card away")
    _push(copy, server, expect=1)
    _git(copy, "reset", "--quiet", "--hard", "HEAD~1")
    _new_version(copy)
    _push(copy, server, expect=0)


def _new_version(copy: Path) -> None:
    """The same model once more under a higher version, with all its papers."""
    target = copy / "model_registry/wine-cultivar-1.1.1"
    target.mkdir()
    for path in (copy / ENTRY).iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    edit("metadata.yaml", 'version: "1.1.0"', 'version: "1.1.1"')(target)
    _commit(copy, "Add wine-cultivar 1.1.1")


def _title(text: str) -> None:
    print(f"\n\n=== {text} ===", flush=True)


def _registrar(folder: Path, *arguments: str, expect: int) -> str:
    print(f"\n$ registrar {' '.join(arguments)}\n", flush=True)
    done = _run([str(REGISTRAR), *arguments], folder)
    print(done.stdout + done.stderr, end="", flush=True)
    if done.returncode != expect:
        raise SurpriseError(f"exit code {done.returncode}, not {expect}")
    return done.stdout


def _push(copy: Path, server: Path, expect: int) -> None:
    print("\n$ git push server main\n", flush=True)
    done = _run(["git", "push", str(server), "main"], copy)
    print(done.stderr.replace(str(server), "server"), end="", flush=True)
    if (done.returncode != 0) != bool(expect):
        raise SurpriseError(f"the push was {'refused' if done.returncode else 'taken'}")


def _commit(copy: Path, message: str) -> None:
    _git(copy, "add", "--all")
    _git(copy, "commit", "--quiet", "--message", message)
    print(f"\n$ git commit --message '{message}'", flush=True)


def _git(folder: Path, *arguments: str) -> None:
    done = _run(["git", *arguments], folder)
    if done.returncode:
        raise SurpriseError(f"git {arguments[0]} failed: {done.stderr}")


def _run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return subprocess.run(
        command, cwd=folder, env=kept | GIT_ENV, capture_output=True, text=True, check=False
    )


if __name__ == "__main__":
    sys.exit(main())
