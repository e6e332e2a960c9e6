"""Whether what is run is what the entry records, as ``registrar verify`` has it."""

from __future__ import annotations

from dataclasses import replace

from registrar.app.smoking.service import Subject
from registrar.app.verifying.finding import Place
from registrar.app.verifying.service import verify
from registrar.domain.smoking import Smoke, Smoked

OTHER_BYTES = "the bytes here are not those that its metadata records"


def is_another(subject: Subject) -> bool:
    """Tell an artifact of which bytes are here, and not as they are recorded."""
    return bool(verify(Place(subject.entry, subject.shown)).differences)


def what_differs(subject: Subject) -> str:
    """Where it is told how the bytes differ."""
    return f"registrar verify {subject.typed} tells what differs"


def with_identity(subject: Subject, smoked: Smoked) -> Smoked:
    """The answer; of a model that was tried and is not the recorded one, that comes first."""
    if smoked.answer is Smoke.UNCHECKED or not is_another(subject):
        return smoked
    return replace(smoked, hint=what_differs(subject), notes=(*smoked.notes, OTHER_BYTES))
