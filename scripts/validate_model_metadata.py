"""Judge entries: python3 scripts/validate_model_metadata.py [model_registry/<model> … | --all]."""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
TREE, OWN = os.path.dirname(HERE), os.path.realpath(sys.prefix)
PATHS = [(entry, os.path.realpath(entry)) for entry in sys.path if entry]  # "" is the folder here
sys.path[:] = [e for e, real in PATHS if not real.startswith(TREE) or real.startswith(OWN + "/l")]
from importlib.util import module_from_spec, spec_from_file_location  # noqa: E402 - path is clean

PROGRAM = os.path.join(HERE, "registrar.pyz")
if os.path.isfile(PROGRAM):
    sys.path.append(PROGRAM)
else:  # in the repository of the program itself; src never comes onto the path
    SPEC = spec_from_file_location("registrar", os.path.join(TREE, "src/registrar/__init__.py"))
    sys.modules["registrar"] = module_from_spec(SPEC)
    SPEC.loader.exec_module(sys.modules["registrar"])
sys.argv[1:] = ["check", *(word for word in sys.argv[1:] if word != "--all")]
__import__("registrar.cli.guard").cli.guard.run()
