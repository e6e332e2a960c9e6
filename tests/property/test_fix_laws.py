"""Laws of fix: ``fix(fix(x)) == fix(x)``, and whatever it does not mend stays as it was written."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

from builders import COMMIT, ENTRY, MANIFEST, ONNX, POLICY, SHA, Repo, good_entry, run
from hypothesis import given, settings
from hypothesis import strategies as st

LAWS = settings(max_examples=60, derandomize=True, deadline=None, database=None)
FILES = ("metadata.yaml", "dataset-manifest.yaml")
LICENCES = st.sampled_from(
    [
        "Apache-2.0",
        "apache-2.0",
        "mit OR APACHE-2.0",
        "GPL-2.0+",
        "gpl-2.0",
        "NO",
        "Apache 2",
        "'mit'",
    ]
)
HASHES = st.sampled_from(
    [f"sha256:{SHA}", SHA, f'"{SHA.upper()}"', COMMIT, f"git:{COMMIT}", "1" * 64, "a" * 40]
)
SCALARS = st.sampled_from(
    [
        "1.10",
        "NO",
        "2026-11-23",
        "12:30",
        "0123456",
        "1e5",
        "~",
        "text",
        '"1.10"',
        "'NO'",
        "0x1F",
        ".5",
    ]
)
ITEMS = st.sampled_from(
    [
        f"[{{path: model.onnx, sha256: {SHA}, size: {len(ONNX)}}}]",
        f"[{{path: model.onnx, sha256: {SHA}}}]",
        "[{path: model.onnx}]",
        f"\n- path: model.onnx\n  sha256: {SHA}",
        f"\n  -   sha256: '{SHA}' # proven\n      path: model.onnx",
        f"[\n  {{\n    path: model.onnx,\n    sha256: {SHA}\n  }}]",
        f"\n- {{path: model.onnx, sha256: {'b' * 64}}}",
    ]
)
COMMENTS = st.sampled_from(["", " # é 日", "   #", " # license: mit", "\n# between: NO", "\n"])


@st.composite
def entries(draw: st.DrawFn) -> tuple[str, str]:
    """Metadata and a manifest, each with much or little to mend, in one of many styles."""
    pairs = [
        f"source: {{repository: https://github.com/acme/wine, commit: {COMMIT}}}",
        "dataset_manifest: dataset-manifest.yaml",
        f"training_hash: {draw(HASHES)}",
        f"license: {draw(LICENCES)}",
        "artifact: model.onnx",
        f"files: {draw(ITEMS)}",
        f"task: {draw(SCALARS)}",
        f"tags: [{draw(SCALARS)}, {draw(SCALARS)}]",
        f"x-own: {draw(SCALARS)}",
    ]
    lines = [pair + draw(COMMENTS) for pair in draw(st.permutations(pairs))]
    manifest = MANIFEST.replace('version: "1"', f"version: {draw(SCALARS)}{draw(COMMENTS)}")
    end = draw(st.sampled_from(["\n", "\r\n"]))
    last = draw(st.sampled_from(["\n", ""]))
    metadata = "\n".join(lines) + last
    return metadata.replace("\n", end), manifest.replace("\n", end)


def findings(repo: Repo) -> list[dict[str, str]]:
    return repo.check("--at", "2026-11-24").findings


def words(text: str) -> str:
    """A text without what fix may add, and with one case for ids."""
    text = re.sub(r",?\s*(size: [0-9]+|sha256: [0-9a-f]{64})", "", text)
    text = re.sub(r"(sha256|git):(?=[0-9a-f]{40})", "", text)
    return text.replace('"', "").lower().replace("gpl-2.0+", "gpl-2.0-or-later")


@LAWS
@given(entries())
def test_twice_is_once_and_the_rest_stays(made: tuple[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        repo = Repo(Path(folder) / "repo", git=False)
        repo.write("registrar.toml", POLICY)
        repo.add_entry(files=good_entry(**dict(zip(FILES, made, strict=True))))
        before = findings(repo)
        answer = run("fix", "--format", "json", cwd=repo.path)
        after = findings(repo)
        assert answer.code == repo.check("--at", "2026-11-24").code
        assert len(after) <= len(before)
        assert (answer.report["found"], answer.report["left"]) == (len(before), len(after))
        once = {name: (repo.path / ENTRY / name).read_bytes() for name in FILES}
        for name, text in zip(FILES, made, strict=True):
            got = once[name].decode()
            assert words(got) == words(text)
            assert ("\r\n" in got, got.count("\n") == got.count("\r\n")) == (
                "\r\n" in text,
                text.count("\n") == text.count("\r\n"),
            )
            assert re.findall("#.*", got) == re.findall("#.*", text)
            assert got.endswith("\n") == text.endswith("\n") or "size" in got.split("\n")[-1]
        for item in ("mended", "left alone"):
            again = json.loads(run("fix", "--format", "json", cwd=repo.path).out)
            assert again["applied"] == [], item
        assert {name: (repo.path / ENTRY / name).read_bytes() for name in FILES} == once
