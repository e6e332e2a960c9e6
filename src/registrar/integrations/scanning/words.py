"""What is said: troubles, and the one with a name that is not on the allowlist."""

from __future__ import annotations

from registrar.domain.scanning import Safety, Trouble

_KNOWN = {
    "torch.storage._load_from_bytes": "it unpickles again: write torch.save(model.state_dict(), …)",
    "numpy._core._ufunc_reconstruct": "it imports any module: write the model with skops or ONNX",
    "numpy.core._ufunc_reconstruct": "it imports any module: write the model with skops or ONNX",
}
_CANDIDATES = "a search keeps what it drew from: publish search.best_estimator_"
_TRAINING = "the class lies in the training script; convert the model to ONNX or skops"
_MODULES = "whole modules of PyTorch name their classes: write torch.save(model.state_dict(), …)"
_CODE = "cloudpickle writes code into the file, as of a lambda: put it into a module, use pickle"
_OTHER = (
    "convert to ONNX, skops or safetensors; where you trust it, in registrar.toml, "
    'for entries: [scan] allow = ["{}"]'
)
NEVER = "do not load it, and ask where it came from"
_HOSTILE = "no library writes such a file: do not load it, and ask where it came from"
_DEEDS = frozenset(
    {
        *("os", "posix", "nt", "subprocess", "pty", "socket", "shutil", "sys", "builtins"),
        *("runpy", "importlib", "imp", "ctypes", "code", "codeop", "pdb", "timeit", "bdb"),
        *("operator", "functools", "webbrowser", "urllib", "http", "pickle", "marshal", "types"),
        *("multiprocessing", "threading", "asyncio", "platform", "commands", "popen2", "tempfile"),
    }
)


def forbidden_name(name: str, how: str = "") -> Trouble:
    """The trouble with one name; ``how`` is put before it."""
    module, _, last = name.rpartition(".")
    top = module.partition(".")[0]
    if name in _KNOWN:
        hint = _KNOWN[name]
    elif top in _DEEDS:
        hint = NEVER
    elif module.startswith("scipy.stats."):
        hint = _CANDIDATES
    elif top == "__main__":
        hint = _TRAINING
    elif top == "cloudpickle":
        hint = _CODE
    elif top in ("torch", "torchvision", "transformers"):
        hint = _MODULES
    else:
        hint = _OTHER.format(f"{module}:{last}")
    return Trouble(Safety.DANGEROUS, f"{how}imports {name}, which is not on the allowlist", hint)


def misuse_hint(refusal: str) -> str:
    """What to do about an allowed name that is used as its library does not use it.

    Of distributions the states of SciPy 1.11 to 1.17 are known; others may write another.
    """
    if "scipy.stats." in refusal:
        return f"where you made it yourself: {_CANDIDATES}; otherwise {NEVER}"
    return _HOSTILE


def unread(message: str, hint: str = "") -> Trouble:
    """Something was not read to its end."""
    return Trouble(Safety.UNREAD, message, hint)


def dangerous(message: str, hint: str = "") -> Trouble:
    """Something that must not be loaded."""
    return Trouble(Safety.DANGEROUS, message, hint)
