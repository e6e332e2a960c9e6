"""What holds the reading process, should a file ever get the better of it: Landlock and seccomp.

It may read the files that it is asked for and the libraries, list the folders that they lie in, and
write to a folder of its own; no network, no other program, no other process. Both need Linux, no
privilege and no package; where the kernel has them not, the limits alone hold.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any


def confine(told: Mapping[str, Any]) -> list[str]:
    """Close this process off; the names of what holds.

    ``told`` has ``read`` (files), ``list`` (folders whose files' names and sizes matter) and
    ``scratch`` (a folder).
    """
    if sys.platform != "linux":
        return []
    from registrar.integrations.sandbox import landlock, seccomp
    from registrar.integrations.sandbox.system import PR_SET_NO_NEW_PRIVS, prctl
    from registrar.integrations.sandbox.visible import DEVICES, KERNEL, libraries

    holds = []
    try:
        prctl(PR_SET_NO_NEW_PRIVS, 1)
    except OSError:
        return []  # a kernel that has nothing of this
    places = (*libraries(tuple(told["list"])), *DEVICES, *KERNEL, *told["read"])
    try:
        landlock.restrict(places, (told["scratch"],), told["list"])
    except OSError:
        pass  # it is not in force here
    else:
        holds.append("landlock")
    try:
        seccomp.restrict()
    except OSError:
        pass  # no filters, or none for this machine
    else:
        holds.append("seccomp")
    return holds
