"""Write docs/refusal.svg, and the same refusal as text in the README, from one real run.

Usage: python scripts/generate_readme_image.py [--check]

A copy of a real entry is damaged in a temporary git repository and judged there on a pseudo
terminal, as a person sees it. Nothing of this machine reaches the picture: day, names, terminal
and git configuration are fixed, and it names no font or address of the web.
"""

from __future__ import annotations

import io
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

from rich.console import Console
from rich.text import Text

TOP = Path(__file__).resolve().parent.parent
SVG, README = TOP / "docs/refusal.svg", TOP / "README.md"
MARKS = ("<!-- refusal: written by scripts/generate_readme_image.py -->\n", "<!-- /refusal -->")
ENTRY = "model_registry/wine-cultivar-1.1.0"
SHOWN = f"registrar check {ENTRY}"
DAY = "2026-11-24"
DAMAGES = (
    ("license: Apache-2.0", "license: Apache 2"),
    ('repository: "."', "repository: https://github.com/acme/wine"),  # its history is not here
)
COLUMNS = 100
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
FRAME = (
    '<svg role="img" aria-labelledby="refusal-title refusal-text" viewBox="0 0 {width} {height}" '
    'xmlns="http://www.w3.org/2000/svg">\n'
    '<title id="refusal-title">@TITLE@</title>\n'
    '<desc id="refusal-text">@TEXT@</desc>\n'
    "<style>\n"
    ".{unique_id}-matrix {{ font-family: @FONTS@; font-size: {char_height}px; "
    "line-height: {line_height}px; white-space: pre; }}\n"
    ".{unique_id}-title {{ font-family: sans-serif; font-size: 18px; font-weight: bold; }}\n"
    "{styles}\n</style>\n"
    '<defs>\n<clipPath id="{unique_id}-clip-terminal">'
    '<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>\n'
    "{lines}\n</defs>\n{chrome}\n"
    '<g transform="translate({terminal_x}, {terminal_y})" '
    'clip-path="url(#{unique_id}-clip-terminal)">\n{backgrounds}\n'
    '<g class="{unique_id}-matrix">\n{matrix}\n</g>\n</g>\n</svg>\n'
)


def refusal() -> str:
    """What the command writes to a terminal, colours and all; its exit code must be 1."""
    with tempfile.TemporaryDirectory(prefix="registrar-image-") as folder:
        repository = Path(folder).resolve() / "repository"
        shutil.copytree(TOP / ENTRY, repository / ENTRY)
        shutil.copy(TOP / "registrar.toml", repository)
        metadata = repository / ENTRY / "metadata.yaml"
        text = metadata.read_text(encoding="utf-8")
        for old, new in DAMAGES:
            if old not in text:
                raise SystemExit(f"generate_readme_image: {old!r} is not in {metadata.name}")
            text = text.replace(old, new, 1)
        metadata.write_text(text, encoding="utf-8")
        env = {
            **{"PATH": os.environ.get("PATH", os.defpath), "HOME": folder, "TERM": "xterm"},
            **{"LC_ALL": "C.UTF-8", "TZ": "UTC", "XDG_CACHE_HOME": f"{folder}/cache"},
            **{"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull},
        }
        init = ["git", "init", "--quiet", "--initial-branch=main", str(repository)]
        subprocess.run(init, env=env, check=True)
        command = [sys.executable, "-I", "-m", "registrar", *SHOWN.split()[1:], "--at", DAY]
        return on_terminal(command, repository, env)


def on_terminal(command: list[str], folder: Path, env: dict[str, str]) -> str:
    """Run a command with a pseudo terminal as its stdout; what it wrote there."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(theirs)
        said = b""
        while chunk := _read(ours):
            said += chunk
        errors = process.stderr.read() if process.stderr else b""
    os.close(ours)
    if process.returncode != 1 or errors:
        raise SystemExit(f"generate_readme_image: exit code {process.returncode}: {errors!r}")
    return said.decode("utf-8").replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other side is closed
        return b""


def picture(said: str) -> str:
    """The refusal as an SVG that needs nothing of the web."""
    console = Console(
        record=True,
        width=COLUMNS,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        _environ={},  # neither NO_COLOR nor COLUMNS of this machine
    )
    shown = Text(f"$ {SHOWN}\n\n") + Text.from_ansi(said.rstrip("\n"))
    shown.append("\n")  # rich measures the height, and clips, to the last but one line
    console.print(shown, no_wrap=True, overflow="ignore", crop=False)
    title = f"{SHOWN}, refused: {first_line(said)}"
    frame = FRAME
    for mark, text in (("TITLE", title), ("TEXT", plain(said)), ("FONTS", FONTS)):
        inner = text if mark == "FONTS" else escape(text)
        frame = frame.replace(f"@{mark}@", inner.replace("{", "{{").replace("}", "}}"))
    svg = console.export_svg(title="registrar check", code_format=frame, unique_id="refusal")
    svg = re.sub(r"<text [^>]*>\n</text>", "\n", svg)  # the end of a line is no text
    return re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE)


def section(said: str) -> str:
    """The picture and the text, as Markdown."""
    refused = re.sub(r"([\\\[\]`*_<])", r"\\\1", first_line(said))
    return (
        f"![On a terminal, {SHOWN} is refused: {refused}](docs/refusal.svg)\n\n"
        f"<details><summary>The same as text</summary>\n\n```\n$ {SHOWN}\n\n{plain(said)}```\n\n"
        "</details>\n"
    )


def plain(said: str) -> str:
    """The text without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", said)


def first_line(said: str) -> str:
    """What is refused."""
    return plain(said).splitlines()[0]


def main(argv: list[str]) -> int:
    """Write picture and text, or with ``--check`` compare them."""
    said = refusal()
    readme = README.read_text(encoding="utf-8")
    before, _, rest = readme.partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    if not after:
        raise SystemExit(f"generate_readme_image: README.md has no {MARKS[0].strip()}")
    texts = {SVG: picture(said), README: before + MARKS[0] + section(said) + MARKS[1] + after}
    old = [p for p, text in texts.items() if not p.is_file() or p.read_text("utf-8") != text]
    for path in old:
        if "--check" in argv:
            print(f"{path.relative_to(TOP)}: differs: run this script")
        else:
            path.write_text(texts[path], encoding="utf-8")
    return 1 if old and "--check" in argv else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
