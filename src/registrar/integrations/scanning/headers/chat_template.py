"""Chat templates: Jinja programs in a model file, which some runtimes run outside of a sandbox.

A template reads the messages and writes the prompt; it needs no name with two underscores. Told
are the known ways from a template to the interpreter (CVE-2024-34359 of llama-cpp-python): this
is a list of known ways, not a proof that there is no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from registrar.domain.scanning import Trouble
from registrar.integrations.scanning.headers.troubles import danger, quoted, unread

_HINT = "take the template out, or write it without reaching into Python"
_TAG = re.compile(r"\{[{%].*?(?:[}%]\}|\Z)", re.DOTALL)
"""What Jinja runs; text outside of it is only written."""
_WAYS = re.compile(
    r"__(?:class|globals|subclasses|builtins|import|mro|bases?|init|new|call|getattr(?:ibute)?|self|func"
    r"|dict|code|closure|module|loader|spec|reduce(?:_ex)?|wrapped|name|qualname|getitem)__"
    r"|\|\s*attr\b"  # the filter that takes their names as text
    r"|\\(?:x5f|u005f|U0000005f|N\{|137)"  # an underscore that is spelled otherwise
    r"|(['\"])_\1\s*[*~+]|[~+]\s*(['\"])_\2|(['\"])__+\3"  # a name that is put together
    r"|\b(?:lipsum|cycler|joiner)\b"  # functions of Jinja whose globals lead out
    r"|\b(?:gi_frame|gi_code|f_globals|f_builtins|tb_frame|func_globals|mro)\b",
    re.IGNORECASE,
)


def template_faults(name: str, raw: bytes) -> Iterator[Trouble]:
    """What of a template reaches into the interpreter; ``name`` is its key, quoted."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        yield unread(f"the chat template {name} is not UTF-8", _HINT)
        return
    for tag in _TAG.finditer(text):
        way = _WAYS.search(tag.group())
        if way is not None:
            start = max(0, way.start() - 20)
            shown = quoted(tag.group()[start : way.end() + 20])
            yield danger(f"the chat template {name} reaches into Python: {shown}", _HINT)
            return
