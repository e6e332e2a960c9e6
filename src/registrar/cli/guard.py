"""The entry of the program: nothing of the judged tree is importable before anything else runs.

``python -m``, scripts and an empty ``PYTHONPATH`` entry put the current folder, or the script's
own, in front of ``sys.path``: a planted ``yaml.py`` would run. This module takes them away
before it imports anything but ``sys`` and ``os``, which the interpreter has already loaded.
"""

from __future__ import annotations

import os
import sys


def tree_around(folder: str) -> str:
    """The enclosing folder with ``.git``, or the folder itself."""
    here = os.path.realpath(folder)
    probe = here
    while True:
        if os.path.lexists(os.path.join(probe, ".git")):
            return probe
        parent = os.path.dirname(probe)
        if parent == probe:
            return here
        probe = parent


def harden() -> None:
    """Take from ``sys.path`` what lies in the current tree, but for the interpreter's own.

    The interpreter's own folders (standard library, site-packages) stay, also where a virtual
    environment lies in the tree. Where the program itself is loaded from the tree, as in an
    editable install, it stays importable through its package and its folder goes.
    """
    tree = tree_around(os.getcwd()) + os.sep
    own = (os.path.realpath(sys.prefix) + os.sep, os.path.realpath(sys.base_prefix) + os.sep)
    kept = []
    for entry in sys.path:
        real = os.path.realpath(entry or os.getcwd())
        inside = (real + os.sep).startswith(tree)
        library = real.startswith(own) and os.path.basename(real) != "bin"
        if entry and (library or not inside) and not _is_script_folder(real):
            kept.append(entry)
    sys.path[:] = kept


def _is_script_folder(real: str) -> bool:
    """Tell the folder of the running script, which Python puts in front."""
    script = sys.argv[0] if sys.argv else ""
    return bool(script) and os.path.isfile(script) and real == os.path.dirname(
        os.path.realpath(script)
    )


def run() -> None:
    """Harden the path, then run the command; never returns."""
    harden()
    from importlib.util import find_spec  # only now: the path is clean

    missing = [name for name in ("jsonschema", "yaml") if find_spec(name) is None]
    if missing:
        sys.stderr.write(f"registrar: {' and '.join(missing)} cannot be imported\n")
        sys.stderr.write("  = hint: python3 -m pip install jsonschema pyyaml\n")
        sys.exit(2)
    from registrar.cli.main import main

    sys.exit(main(sys.argv[1:]))
