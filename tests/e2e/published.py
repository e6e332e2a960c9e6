"""A registry of models that are really trained, each published by ``registrar add``."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from added import OPTIONS, SENTENCE, add, training_repo
from builders import Repo, run

FORMATS = (*("onnx", "skops", "pickle", "joblib", "safetensors", "pytorch", "xgboost", "lightgbm"),)


class Made(NamedTuple):
    """A model to publish."""

    name: str
    """Of the entry."""
    file: str
    """Of the artifact."""
    content: bytes | Path
    """Its bytes; or the folder that is copied."""
    given: Mapping[str, Any]
    """The input of its example."""
    format: str
    """That it should have; of a folder, that of its one file that is no text."""

    def put(self, folder: Path) -> Path:
        """Write it into a folder; its path."""
        place = folder / self.file
        if isinstance(self.content, Path):
            shutil.copytree(self.content, place)
        else:
            place.write_bytes(self.content)
        return place


@dataclass
class Published:
    """A registry, and what was published into it: entry to what it was made of."""

    repo: Repo
    outside: Path
    """Where models lie before they are published."""
    entries: dict[str, Made] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: Path) -> Published:
        """An empty registry with training code; a card that fits every model lies beside it."""
        repo = training_repo(folder / "registry")
        repo.edit("registrar.toml", '["onnx"]', json.dumps(FORMATS))
        repo.commit("formats")
        outside = folder / "models"
        outside.mkdir()
        (outside / "model.onnx").write_bytes((folder / "model.onnx").read_bytes())
        assert add(repo, *OPTIONS, "--no-dvc", artifact="../models/model.onnx").code == 1
        made = repo.path / "model_registry/wine-1.0.0"
        text = (made / "MODEL_CARD.md").read_text(encoding="utf-8")
        text = text.replace("[to be written]", SENTENCE).replace("# wine 1.0.0", "# A model")
        text = re.sub(r"## Technical details.*?(?=## )", "", text, flags=re.DOTALL)
        (outside / "card.md").write_text(text, encoding="utf-8")
        shutil.rmtree(made)
        return cls(repo, outside)

    def publish(self, made: Made) -> Path:
        """Publish a model, and give it the input of an example; the folder of the entry."""
        place = self.outside / made.name
        place.mkdir()
        artifact = str(made.put(place))
        card = ("--card", str(self.outside / "card.md"), "--no-dvc")
        said = add(self.repo, *OPTIONS, *card, name=made.name, artifact=artifact)
        assert said.code == 0, (made.name, said.out, said.err)
        entry = self.repo.path / f"model_registry/{made.name}-1.0.0"
        (entry / "smoke").mkdir()
        (entry / "smoke/input.json").write_text(json.dumps(made.given), encoding="utf-8")
        with (entry / "metadata.yaml").open("a", encoding="utf-8") as metadata:
            metadata.write("smoke_test: {input: smoke/input.json, expected: smoke/expected.json}\n")
        self.entries[entry.name] = made
        return entry

    def ask(self, *argv: str) -> Any:
        """The JSON of a command over all entries."""
        said = run(*argv, "--format", "json", "model_registry", cwd=self.repo.path)
        return said.report

    def answers(self, *argv: str) -> dict[str, str]:
        """What ``smoke`` says of each entry; its message where there is one."""
        report = self.ask("smoke", *argv)
        return {
            Path(one["entry"]).name: one["message"] or one["answer"] for one in report["entries"]
        }

    def scanned(self) -> dict[str, Any]:
        """Wrong verdicts of a scan of the whole registry; the papers beside a model are text."""
        wrong: dict[str, Any] = {}
        formats: dict[str, list[str]] = {entry: [] for entry in self.entries}
        for file in self.ask("scan")["files"]:
            if file["verdict"] != "clean":
                wrong[file["path"]] = file
            if file["format"] != "text":
                formats[file["path"].split("/")[1]].append(file["format"])
        wanted = {entry: [made.format] for entry, made in self.entries.items()}
        wrong |= {entry: told for entry, told in formats.items() if told != wanted[entry]}
        return wrong

    def verified(self) -> dict[str, str]:
        """What ``verify`` says of each entry, where it is no pass."""
        found = {Path(one["entry"]).name: one["verdict"] for one in self.ask("verify")["verified"]}
        assert found.keys() == self.entries.keys()
        return {entry: verdict for entry, verdict in found.items() if verdict != "pass"}

    def exchange(self, others: Iterable[Made]) -> dict[str, str]:
        """Put another model of the same kind in the place of each; what ``smoke`` says then.

        To a scan they are as harmless as the first, and to ``verify`` none is what was published.
        """
        again = {made.name: made for made in others}
        for entry, made in self.entries.items():
            other = again[made.name]
            place = self.repo.path / "model_registry" / entry / made.file
            if isinstance(made.content, bytes):
                assert made.content != other.content, entry
            else:
                shutil.rmtree(place)
            other.put(place.parent)
        assert self.scanned() == {}
        assert self.verified() == dict.fromkeys(self.entries, "fail")
        return self.answers()


def tell(published: Published, what: Iterable[Made]) -> None:
    """Publish them all and ask the three commands; each wrong answer fails."""
    for one in what:
        published.publish(one)
    wrong = published.scanned()
    print(f"{len(published.entries)} entries: scan: {len(wrong)} wrong verdicts", end="; ")
    assert wrong == {}
    recorded = published.answers("--record")
    assert recorded == dict.fromkeys(published.entries, "recorded")
    answers = {e: said for e, said in published.answers().items() if said != "passes"}
    differ = published.verified()
    print(f"smoke: {len(answers)} wrong; verify: {len(differ)} wrong")
    assert (answers, differ) == ({}, {})
    published.repo.commit("entries")
    report = published.repo.check()
    assert (report.code, report.rules) == (0, [])


def tell_gate(published: Published) -> None:
    """The gate scans and runs them all, and finds nothing."""
    report = published.repo.check("--runtime").report
    assert (report["exit_code"], report["findings"], report["unchecked"]) == (0, [], [])
    smoked = {one["entry"].split("/")[-1]: one["answer"] for one in report["runtime"]["smoked"]}
    assert smoked == dict.fromkeys(published.entries, "passes")
    print(f"check --runtime: {len(smoked)} examples pass")
