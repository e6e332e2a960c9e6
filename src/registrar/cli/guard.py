"""The entry of the program: nothing of the judged tree is importable before anything else runs.

``python -m``, scripts and an empty ``PYTHONPATH`` entry put the current folder, or the script's
own, in front of ``sys.path``: a planted ``yaml.py`` would run. This module takes them away
before it imports anything but ``sys`` and ``os``, which the interpreter has already loaded.
It is written for every Python 3, so that an old one gets a message and no syntax error.
"""

# No "from __future__ import annotations": it loads a module by name while the path is not clean.

import os
import sys

_INSTALL = "python3 -m pip install jsonschema pyyaml"
_NEEDED = {"jsonschema": "jsonschema", "yaml": "PyYAML"}
_INTERRUPTED = 130
_USAGE = 2  # errors.EXIT_USAGE, which is not imported before the path is clean


def tree_around(folder: str) -> str:
    """The enclosing folder with ``.git``, or the folder itself."""
    here = os.path.realpath(folder)
    probe = here
    while not os.path.lexists(os.path.join(probe, ".git")):
        parent = os.path.dirname(probe)
        if parent == probe:
            return here
        probe = parent
    return probe


def harden() -> None:
    """Take what lies in a judged tree from ``sys.path``, but for the interpreter's own.

    Judged is the tree around the current folder, and around every path on the command line.
    The interpreter's own folders (standard library, site-packages) stay, also where a virtual
    environment lies in the tree. Where the program itself is loaded from the tree, as in an
    editable install, it stays importable through its package and its folder goes. Children get
    the same path. Raises FileNotFoundError where the current folder is gone.
    """
    trees = {tree_around(os.getcwd())}
    trees |= {tree_around(word) for word in sys.argv[1:] if os.path.exists(word)}
    script, own = _script_folder(), _own_folders()
    sys.path[:] = [entry for entry in sys.path if _stays(entry, trees, script, own)]
    os.environ["PYTHONSAFEPATH"] = "1"
    given = os.environ.get("PYTHONPATH")
    if given is not None:
        kept = [entry for entry in given.split(os.pathsep) if _stays(entry, trees, script, own)]
        os.environ["PYTHONPATH"] = os.pathsep.join(kept)


def _stays(entry: str, trees: "set[str]", script: str, own: "tuple[str, ...]") -> bool:
    """Tell if an entry of the path is outside the trees, or the interpreter's own."""
    if not entry:  # the current folder
        return False
    real = os.path.realpath(entry)
    if real == script:
        return False
    inside = tuple(tree.rstrip(os.sep) + os.sep for tree in trees)
    return real.startswith(own) or not (real + os.sep).startswith(inside)


def _script_folder() -> str:
    """The folder of the running script, which Python puts in front; empty where there is none."""
    script = sys.argv[0] if sys.argv else ""
    return os.path.dirname(os.path.realpath(script)) if os.path.isfile(script) else ""


def _own_folders() -> "tuple[str, ...]":
    """How the names of the interpreter's own folders begin: library, site-packages, user's site."""
    prefixes = (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)
    libraries = {"lib", getattr(sys, "platlibdir", "lib")}
    own = {os.path.join(os.path.realpath(p), lib, "python") for p in prefixes for lib in libraries}
    site = sys.modules.get("site")
    if getattr(site, "ENABLE_USER_SITE", None) and getattr(site, "USER_SITE", None):
        own.add(os.path.realpath(str(site.__dict__["USER_SITE"])))
    return tuple(sorted(own))


def _refuse(message: str, hint: str) -> None:
    sys.stderr.write("registrar: " + message + "\n  = hint: " + hint + "\n")
    sys.exit(_USAGE)


def run() -> None:
    """Harden the path, then run the command; never returns.

    Exits with 2 where the program cannot start: an old Python, no current folder, or one of the
    two libraries missing.
    """
    try:
        harden()
    except FileNotFoundError:
        _refuse("the current folder does not exist any more", "cd to a folder that is there")
    if sys.hexversion < 0x030B0000:
        _refuse("this is Python " + sys.version.split()[0], "run it with Python 3.11 or newer")
    from importlib.util import find_spec  # only now: the path is clean

    missing = [_NEEDED[name] for name in sorted(_NEEDED) if find_spec(name) is None]
    if missing:
        _refuse(" and ".join(missing) + " cannot be imported", _INSTALL)
    try:
        import gc

        from registrar.cli.main import main

        code = main(sys.argv[1:])
        gc.freeze()  # or the interpreter looks through all that is there before it ends
        sys.exit(code)
    except KeyboardInterrupt:  # while the program was still being loaded
        sys.exit(_INTERRUPTED)
