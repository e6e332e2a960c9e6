"""A registry of models that are really trained, each published by ``registrar add``."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from added import OPTIONS, SENTENCE, add, training_repo
from builders import Repo, run

FORMATS = '["onnx", "skops", "pickle", "joblib", "safetensors"]'


@dataclass
class Published:
    """A registry, and what was published into it: entry to the format that it should have."""

    repo: Repo
    outside: Path
    """Where models lie before they are published."""
    entries: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: Path) -> Published:
        """An empty registry with training code; a card that fits every model lies beside it."""
        repo = training_repo(folder / "registry")
        repo.edit("registrar.toml", '["onnx"]', FORMATS)
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

    def publish(self, name: str, file: str, content: bytes, given: object, format: str) -> Path:
        """Publish a model, and give it the input of an example; the folder of the entry."""
        place = self.outside / name
        place.mkdir()
        (place / file).write_bytes(content)
        card = ("--card", str(self.outside / "card.md"), "--no-dvc")
        made = add(self.repo, *OPTIONS, *card, name=name, artifact=str(place / file))
        assert made.code == 0, (name, made.out, made.err)
        entry = self.repo.path / f"model_registry/{name}-1.0.0"
        (entry / "smoke").mkdir()
        (entry / "smoke/input.json").write_text(json.dumps(given), encoding="utf-8")
        with (entry / "metadata.yaml").open("a", encoding="utf-8") as metadata:
            metadata.write("smoke_test: {input: smoke/input.json, expected: smoke/expected.json}\n")
        self.entries[entry.name] = format
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

    def scanned(self) -> dict[str, str]:
        """Wrong verdicts of a scan of the whole registry; the papers beside a model are text."""
        wrong, seen = {}, set()
        for file in self.ask("scan")["files"]:
            _, entry, path = file["path"].split("/", 2)
            model = path.startswith("model.")
            wanted = self.entries[entry] if model else "text"
            seen |= {entry} if model else set()
            if (file["format"], file["verdict"]) != (wanted, "clean"):
                wrong[file["path"]] = f"{file['format']} {file['verdict']} {file['troubles']}"
        assert seen == set(self.entries)
        return wrong

    def verified(self) -> dict[str, str]:
        """What ``verify`` says of each entry, where it is no pass."""
        found = {Path(one["entry"]).name: one["verdict"] for one in self.ask("verify")["verified"]}
        assert found.keys() == self.entries.keys()
        return {entry: verdict for entry, verdict in found.items() if verdict != "pass"}
