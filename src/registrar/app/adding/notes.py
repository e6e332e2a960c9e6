"""What a person should know of a new entry besides what check says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from registrar.app.adding.from_run import differences
from registrar.app.training_code import told
from registrar.domain.adding import Draft
from registrar.reading.spdx import other_case


def notes_of(draft: Draft, places: Mapping[str, str]) -> Iterator[str]:
    """Modified files, a licence of the data in another case, and what the run says otherwise.

    ``places`` are the paths of the data files in the repository, by their path in the manifest.
    """
    if draft.origin.modified:
        files = told(draft.origin.modified)
        yield f"the entry says dirty: true, because these are not as in the commit: {files}"
    licence = draft.wanted.dataset_license
    if licence is not None and draft.wanted.dataset_manifest is None:  # check looks at the others
        for start, end, right in other_case(licence):
            said = f"--dataset-license {licence[start:end]} is {right} on the SPDX list"
            yield f"{said}: write {right} in {draft.manifest}"
    if draft.run is not None:
        yield from differences(draft.run, draft.wanted, draft.data, places)
