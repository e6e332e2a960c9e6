"""Publishing: trained and logged, made an entry, its bytes pushed and proved, registered."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

from stage import (
    BIN,
    ENV,
    HERE,
    SurpriseError,
    bare_server,
    commit,
    git,
    push,
    registrar,
    run,
    show,
    tell,
    title,
)

ENTRY = "model_registry/wine-cultivar-1.2.0"
POINTER = f"{ENTRY}/model.dvc"
OURS = {
    "DVC_NO_ANALYTICS": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "PYTHONWARNINGS": "ignore",
}
SENTENCES = (
    "A logistic regression that tells three cultivars of wine apart by thirteen measurements.",
    "Teaching, and trying out a registry. It must not be used to sell or to tax wine.",
    "178 bottles of one region in Italy. Any other grape gets an answer, too: a wrong one.",
)
IN_MLFLOW = """
import mlflow
client = mlflow.MlflowClient()
for version in client.search_model_versions("name='wine-cultivar'"):
    print("registered model", version.name, "version", version.version, "of run", version.run_id)
    for key, value in sorted(version.tags.items()):
        print("  tag", key, "=", value)
    print("  description:", version.description.splitlines()[0])
"""


def play(folder: Path) -> None:
    """Show the acts; raises SurpriseError."""
    folder.mkdir()
    uri = f"sqlite:///{folder}/mlflow.db"
    ENV.update(OURS, DVC_SITE_CACHE_DIR=str(folder / "dvc"), MLFLOW_TRACKING_URI=uri)
    team = folder / "team"
    _registry_of_dvc(team, folder / "team.git", uri)
    _train_and_add(team)
    _forgotten_push(team)
    _accepted(team, folder / "team.git")
    _tampered(team, folder)
    _registered(team, uri)


def _registry_of_dvc(team: Path, server: Path, uri: str) -> None:
    title("5. A registry whose large files lie behind DVC")
    git(HERE, "init", "--quiet", "--initial-branch=main", str(team))
    bare_server(server)
    git(team, "remote", "add", "origin", str(server))
    registrar(team, "init", "--no-github", expect=0)
    show(team, "dvc", "init", "--quiet")
    show(team, "dvc", "remote", "add", "--default", "storage", "../storage")
    (team.parent / "storage").mkdir()
    network = f'\n[network]\ndvc_remotes = ["storage"]\nmlflow = ["{uri}"]\n'
    with (team / "registrar.toml").open("a", encoding="utf-8") as policy:
        policy.write(network)
    tell(f"the policy says whom remote rules may ask:{network}")
    shutil.copytree(HERE / "examples", team / "examples", ignore=shutil.ignore_patterns("__*"))
    with (team / ".gitignore").open("a", encoding="utf-8") as ignored:
        ignored.write("mlruns/\n__pycache__/\nwine.csv\n")
    commit(team, "A registry, DVC, and the code that trains")
    push(team, server, expect=0)


def _train_and_add(team: Path) -> None:
    title("6. Train, log to MLflow, and make an entry of the run")
    said = show(team, "python", "examples/log_model_mlflow.py").stdout
    command, *words = shlex.split(said.splitlines()[-1])
    added = show(team, command, *words, "--owner", "ada@example.org", "--dvc", expect=1)
    if added.stdout.count("error[card-sections]") != len(SENTENCES):
        raise SurpriseError("other sections are left to write")
    tell("three sections are left to a person, who writes them now")
    card = team / ENTRY / "MODEL_CARD.md"
    text = card.read_text(encoding="utf-8")
    for sentence in SENTENCES:
        text = text.replace("[to be written]", sentence, 1)
    card.write_text(text, encoding="utf-8")
    registrar(team, "check", expect=0)
    commit(team, "Add wine-cultivar 1.2.0")


def _forgotten_push(team: Path) -> None:
    title("7. Somebody forgot dvc push")
    tell("DVC says that all is well, because it looks into its cache")
    show(team, "dvc", "fetch", POINTER)
    _refused(team, "check", "--remote", said="is not on the DVC remote storage")


def _accepted(team: Path, server: Path) -> None:
    title("8. The bytes are pushed, proved, and the entry is accepted")
    show(team, "dvc", "push", "--quiet", POINTER)
    registrar(team, "check", "--remote", "--verify-bytes", expect=0)
    push(team, server, expect=0)


def _tampered(team: Path, folder: Path) -> None:
    title("9. Somebody writes other bytes to the remote")
    objects = [path for path in (folder / "storage").rglob("*") if path.is_file()]
    path = max(objects, key=lambda path: path.stat().st_size)
    raw = path.read_bytes()
    tell(f"one byte of {path.name[:12]}… on the remote is another now; its size is the same")
    path.chmod(0o644)
    path.write_bytes(raw[:-200] + bytes([raw[-200] ^ 1]) + raw[-199:])
    clone = folder / "clone"
    tell("a colleague clones the repository and pulls the bytes")
    git(folder, "clone", "--quiet", str(team), str(clone))
    show(clone, "dvc", "pull")
    tell("DVC handed out the other bytes, and calls the work tree clean:")
    show(clone, "dvc", "status")
    tell("the gate refuses the bytes that arrived, and those on the remote:")
    _refused(clone, "check", said="error[artifact-digest]")
    _refused(team, "check", "--remote", "--verify-bytes", said="not the recorded one")
    path.write_bytes(raw)
    tell("the bytes are put back")
    registrar(team, "check", "--remote", "--verify-bytes", expect=0)


def _registered(team: Path, uri: str) -> None:
    title("10. Register it in MLflow, and look at it there")
    registrar(team, "register", "wine-cultivar:1.2.0", "--registry-uri", uri, expect=0)
    tell("what MLflow says:")
    said = run([str(BIN / "python"), "-c", IN_MLFLOW], team)
    print(said.stdout, end="", flush=True)
    if "tag registrar.digest = sha256:" not in said.stdout:
        raise SurpriseError(f"MLflow does not know the digest: {said.stderr}")
    tell("twice changes nothing:")
    registrar(team, "register", "wine-cultivar:1.2.0", "--registry-uri", uri, expect=0)


def _refused(folder: Path, *arguments: str, said: str) -> None:
    if said not in registrar(folder, *arguments, expect=1):
        raise SurpriseError(f"nothing says {said!r}")
