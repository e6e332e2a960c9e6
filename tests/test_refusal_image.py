"""The picture of the README: accessible, needs nothing of the web, the same on every machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

NAMES = {"svg": "http://www.w3.org/2000/svg"}


def test_it_has_a_title_and_the_text_and_names_nothing_of_the_web(top: Path) -> None:
    raw = (top / "docs/refusal.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(raw)
    assert root.get("role") == "img"
    labels = {element.get("id"): element.text for element in root if element.get("id")}
    title, text = (labels[name] for name in str(root.get("aria-labelledby")).split())
    assert title is not None
    assert "refused" in title
    assert text is not None
    assert text in (top / "README.md").read_text(encoding="utf-8")
    assert "@font-face" not in raw
    assert "@import" not in raw
    assert re.findall(r"https?://\S+?(?=\")", raw) == list(NAMES.values())
    assert {target[:1] for target in re.findall(r"url\(([^)]*)\)", raw)} == {"#"}


def test_what_is_drawn_is_the_text_and_every_clip_is_there(top: Path) -> None:
    raw = (top / "docs/refusal.svg").read_text(encoding="utf-8")
    matrix = ElementTree.fromstring(raw).find(".//svg:g[@class='refusal-matrix']", NAMES)
    assert matrix is not None
    rows: dict[float, str] = {}
    for element in matrix:
        line = float(element.attrib["y"])
        rows[line] = rows.get(line, "") + str(element.text).replace("\xa0", " ")
    drawn = [rows[line] for line in sorted(rows)]
    shown = (top / "README.md").read_text(encoding="utf-8").split("```\n")[1]
    assert drawn == [line for line in shown.splitlines() if line]
    ids = set(re.findall(r' id="([^"]+)"', raw))
    assert set(re.findall(r"url\(#([^)]+)\)", raw)) <= ids


def test_it_does_not_depend_on_terminal_zone_or_git_configuration(
    top: Path, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text("[init]\ndefaultBranch = trunk\n", encoding="utf-8")
    odd = {
        **{"NO_COLOR": "1", "COLUMNS": "30", "TERM": "dumb", "TZ": "Pacific/Chatham"},
        **{"LC_ALL": "C", "GIT_CONFIG_GLOBAL": str(tmp_path / "config"), "HOME": str(tmp_path)},
    }
    script = top / "scripts/generate_readme_image.py"
    done = subprocess.run(
        [sys.executable, script, "--check"],
        env=os.environ | odd,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
