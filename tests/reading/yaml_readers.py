"""The quick and the strict reader of YAML side by side, and documents for both."""

from __future__ import annotations

from builders import good_entry

from registrar.reading.quick_yaml import read_plainly
from registrar.reading.strict_yaml import read_strictly

GOOD = {
    name: raw.decode() for name, raw in good_entry().items() if name.endswith((".yaml", ".dvc"))
}


def agree(text: str) -> bool:
    """Tell whether the quick reader answered; where it did, both answers are one, types too."""
    quick = read_plainly(text)
    if quick is None:
        return False
    for any_keys in (False, True):
        strict = read_strictly(text.encode(), any_keys)
        assert strict.flaws == ()
        assert strict.ambiguous == ()
        assert strict.multiline == ()
        assert repr(strict.data) == repr(quick)
    return True
