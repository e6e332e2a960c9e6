"""The tutorial, typed word for word into one shell; only what it installs is there already."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parent.parent.parent
PAGE = (TOP / "docs/tutorial.md").read_text(encoding="utf-8")
_FENCED = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
BLOCKS = [block for word, block in _FENCED if word == "sh"]
SHOWN = [block for word, block in _FENCED if not word]


def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    steps = [block for block in BLOCKS if "pip install" not in block]
    assert len(BLOCKS) - len(steps) == 2, "the program, and its extras"
    script = "set -eu\n" + "\n".join(f"echo '=== {n}'\n{step}" for n, step in enumerate(steps))
    script += "\nregistrar doctor\n"  # what a reader tries next
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "CHECKOUT": str(TOP),
            "GIT_CONFIG_NOSYSTEM": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    said = re.sub(r" +$", "", done.stdout, flags=re.MULTILINE)
    assert done.returncode == 0, said
    for block in SHOWN:
        for line in block.splitlines():
            assert line.rstrip("…") in said, (line, said)
    for quoted in re.findall(r"`((?:PASS|registrar: refs|wine-cultivar-1)[^`]+)`", PAGE):
        assert quoted in said, (quoted, said)
    assert said.count("refused, as it should be") == 1
    assert "error[card-consistent]" in said
    assert "error[card-sections]" in said
    assert "note[license-valid]" in said
    assert said.count("refs/heads/main accepted") == 5
    for refused in (
        "refused: the gate guards itself",
        "dvc push was forgotten",
        "refused: other bytes",
    ):
        assert said.count(refused) == 1, refused
    assert "has the SHA-256" in said
    assert said.splitlines()[-1].startswith("IN FORCE: ")
    assert "PASS: 1 entry checked, no findings" in said
