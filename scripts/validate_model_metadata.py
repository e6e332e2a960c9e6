"""Judge models: python3 scripts/validate_model_metadata.py [--all | model_registry/<model> …]."""

import os  # loaded before any script starts, as sys is
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:] = [entry for entry in sys.path if entry and os.path.realpath(entry) != HERE]
from importlib.util import module_from_spec, spec_from_file_location  # noqa: E402 - frozen, too
from zipimport import zipimporter  # noqa: E402 - frozen, too

SOURCE = os.path.join(os.path.dirname(HERE), "src/registrar/__init__.py")
PROGRAM = os.path.join(HERE, "registrar.pyz")
if not os.path.isfile(PROGRAM) and not os.path.isfile(SOURCE):
    sys.exit(sys.stderr.write("put registrar.pyz beside this script (make pyz)\n") and 2)
pyz = zipimporter(PROGRAM) if os.path.isfile(PROGRAM) else None  # src never comes onto the path
SPEC = pyz.find_spec("registrar") if pyz else spec_from_file_location("registrar", SOURCE)
sys.modules["registrar"] = module_from_spec(SPEC)
SPEC.loader.exec_module(sys.modules["registrar"])
sys.argv[1:] = ["check", *(word for word in sys.argv[1:] if word != "--all")]
__import__("registrar.cli.guard").cli.guard.run()
