"""Whether what is run is what the entry records, as ``registrar verify`` has it."""

from __future__ import annotations

from dataclasses import replace

from registrar.app.smoking.service import Subject
from registrar.app.verifying.finding import Place
from registrar.app.verifying.service import verify
from registrar.domain.smoking import Smoke, Smoked

OTHER_BYTES = "the bytes here are not those that its metadata records"


def told_apart(subject: Subject) -> str | None:
    """What to do where bytes are here that are not those recorded; None where none are."""
    if not verify(Place(subject.entry, subject.shown)).differences:
        return None
    return f"registrar verify {subject.typed} tells what differs"


def with_identity(subject: Subject, smoked: Smoked) -> Smoked:
    """The answer, with a note where a model was tried that is not the recorded one."""
    if smoked.answer is Smoke.UNCHECKED:
        return smoked
    advice = told_apart(subject)
    if advice is None:
        return smoked
    hint = "" if "--record" in smoked.hint else smoked.hint  # it would take nothing from them
    return replace(smoked, hint=hint, notes=(*smoked.notes, f"{OTHER_BYTES}: {advice}"))
