"""What a scan says of a model that is about to be loaded."""

from __future__ import annotations

from registrar.domain.scanning import Safety, worst
from registrar.integrations.scanning.finding import FilesOnDisk
from registrar.integrations.scanning.scanner import ChildScanner
from registrar.ports.scanning import ToScan


def vouched(path: str, allow: tuple[str, ...] = ()) -> Safety:
    """The worst of a file, or of all files of a folder; a link in it is never clean.

    Raises UsageError for a path that is not there.
    """
    found = list(FilesOnDisk().find(path))
    scan = ChildScanner().scan([item for item in found if isinstance(item, ToScan)], allow)
    untold = [item.safety for item in found if not isinstance(item, ToScan)]
    return worst((scan.safety, *untold))
