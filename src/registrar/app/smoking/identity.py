"""Whether what is run is what the entry records."""

from __future__ import annotations

from dataclasses import replace

from registrar.app.smoking.service import Subject
from registrar.app.verifying.recorded import recorded
from registrar.domain.smoking import Smoked
from registrar.reading.digests import actual_digest, recorded_digest

OTHER_BYTES = "the bytes here are not those that its metadata records"


def is_another(subject: Subject) -> bool:
    """Tell an artifact whose bytes are here, and not those recorded."""
    said, actual = recorded(subject.entry), actual_digest(subject.entry)
    if actual is None or isinstance(said, str):
        return False
    known = recorded_digest(subject.entry) or said.whole
    return known is not None and known != actual


def with_identity(subject: Subject, smoked: Smoked) -> Smoked:
    """The answer, with a note where it is about other bytes than those recorded."""
    if not is_another(subject):
        return smoked
    note = f"{OTHER_BYTES}: registrar verify {subject.typed} tells what differs"
    return replace(smoked, notes=(*smoked.notes, note))
