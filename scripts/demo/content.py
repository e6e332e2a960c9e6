"""The bytes: recomputed, scanned, and run in a sandbox, before anybody loads them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from stage import HERE, SurpriseError, commit, edit, git, registrar, show, tell, title

TRAIN = '''\
"""Train a classifier of wine and write it as a pickle; the first argument is the penalty."""
import pickle
import sys

from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

features, cultivar = load_wine(return_X_y=True)
model = make_pipeline(StandardScaler(), LogisticRegression(C=float(sys.argv[1])))
with open("model.pkl", "wb") as file:
    pickle.dump(model.fit(features, cultivar), file)
'''
POISON = '''\
"""Put a command beside the model: whoever loads the file runs it."""
import os
import pickle


class Command:
    def __reduce__(self):
        return os.system, ("touch STOLEN",)


with open("model.pkl", "rb") as file:
    model = pickle.load(file)
with open("model.pkl", "wb") as file:
    pickle.dump({"model": model, "thanks": Command()}, file)
'''
LOAD = 'import pickle; pickle.load(open("model.pkl", "rb"))'
BOTTLE = [13.2, 1.78, 2.14, 11.2, 100, 2.65, 2.76, 0.26, 1.28, 4.38, 1.05, 3.4, 1050]
EXAMPLE = "smoke_test: {input: smoke/input.json, expected: smoke/expected.json}\n"
CARD = """\
# Wine pickle

## Model description
A logistic regression that tells three cultivars of wine apart by thirteen measurements.

## Intended use
Showing what a scan and a smoke test refuse. It is of no other use.

## Limitations
178 bottles of one region in Italy. Any other grape gets an answer, too: a wrong one.

## Dataset sources
The wine recognition data of the UCI repository, as scikit-learn carries it.

## Evaluation metrics
None were measured: it was trained on all bottles that there are, to be shown, not to be used.

## License
Apache-2.0

## Contact
ada@example.org
"""


def play(folder: Path) -> None:
    """Show the acts; raises SurpriseError."""
    folder.mkdir()
    team = folder / "team"
    _verified(folder)
    _reproduces(team)
    _poisoned(team)
    _other_numbers(team)


def _verified(folder: Path) -> None:
    title("11. Are these the bytes? A downloaded folder, with no repository at all")
    here = folder / "downloads"
    shutil.copytree(HERE / "model_registry/wine-cultivar-1.1.0", here / "wine-cultivar-1.1.0")
    registrar(here, "verify", "wine-cultivar-1.1.0", expect=0)
    model = here / "wine-cultivar-1.1.0/model.onnx"
    raw = model.read_bytes()
    model.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    tell("one bit of it is another now")
    registrar(here, "verify", "wine-cultivar-1.1.0", expect=1)


def _reproduces(team: Path) -> None:
    title("12. A pickle with an example: scanned, then run in a sandbox")
    git(HERE, "init", "--quiet", "--initial-branch=main", str(team))
    registrar(team, "init", "--no-github", expect=0)
    edit("registrar.toml", '"onnx",', '"onnx", "pickle",')(team)
    tell("this team's policy allows pickles, so that the static gate lets them in")
    (team / "train.py").write_text(TRAIN, encoding="utf-8")
    (team / "poison.py").write_text(POISON, encoding="utf-8")
    (team / "CARD.md").write_text(CARD, encoding="utf-8")
    (team / "bottles.csv").write_text("178 bottles\n", encoding="utf-8")
    with (team / ".gitignore").open("a", encoding="utf-8") as ignored:
        ignored.write("/model.pkl\nSTOLEN\n")
    commit(team, "A registry, and the code that trains")
    show(team, "python", "train.py", "1.0")
    _added(team, "1.0.0")
    entry = team / "model_registry/wine-pickle-1.0.0"
    _with_example(entry)
    registrar(team, "smoke", "--record", "wine-pickle:1.0.0", expect=0)
    registrar(team, "check", "--runtime", expect=0)
    commit(team, "Add wine-pickle 1.0.0")


def _poisoned(team: Path) -> None:
    title("13. A poisoned pickle")
    show(team, "python", "poison.py")
    _added(team, "1.1.0")
    tell("nothing of that looked into the pickle; the runtime rules do, and load nothing:")
    _refused(team, "wine-pickle-1.1.0", "posix.system, which is not on the allowlist")
    if (team / "STOLEN").exists():
        raise SurpriseError("the gate ran the command")
    tell("a naive reader runs the command, and it leaves a file STOLEN:")
    show(team, "python", "-c", LOAD)
    if not (team / "STOLEN").exists():
        raise SurpriseError("the poison does not work")
    (team / "STOLEN").unlink()
    shutil.rmtree(team / "model_registry/wine-pickle-1.1.0")


def _other_numbers(team: Path) -> None:
    title("14. A model that no longer reproduces its own example")
    show(team, "python", "train.py", "0.01")
    _added(team, "1.2.0")
    tell("the papers are in order, and the example is still that of 1.0.0:")
    entry = team / "model_registry/wine-pickle-1.2.0"
    _with_example(entry)
    shutil.copy(team / "model_registry/wine-pickle-1.0.0/smoke/expected.json", entry / "smoke")
    registrar(team, "check", expect=0)
    _refused(team, "wine-pickle-1.2.0", "does not reproduce")


def _added(team: Path, version: str) -> None:
    """Make an entry of the pickle that was written last."""
    named = ("--name", "wine-pickle", "--version", version, "--license", "Apache-2.0")
    data = ("--dataset", "bottles.csv", "--dataset-version", "1", "--dataset-license", "CC-BY-4.0")
    code = ("--source-path", "train.py", "--card", "CARD.md", "--no-dvc")
    registrar(team, "add", "model.pkl", *named, *data, *code, expect=0)


def _with_example(entry: Path) -> None:
    (entry / "smoke").mkdir()
    example = json.dumps({"X": [BOTTLE]}) + "\n"
    (entry / "smoke/input.json").write_text(example, encoding="utf-8")
    with (entry / "metadata.yaml").open("a", encoding="utf-8") as metadata:
        metadata.write(EXAMPLE)
    tell("what it is to be given lies in smoke/input.json, which metadata.yaml names:")
    tell(EXAMPLE.strip())


def _refused(team: Path, entry: str, said: str) -> None:
    if said not in registrar(team, "check", "--runtime", f"model_registry/{entry}", expect=1):
        raise SurpriseError(f"nothing says {said!r}")
