"""What tracking servers say of the runs that entries name: each run is asked once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from registrar.domain.addresses import shown
from registrar.ports.others import AskError, Runs
from registrar.rules.rule import Record, RunAnswer

_UNNAMED = {
    False: "the judging policy names no tracking server: [network] mlflow of registrar.toml does",
    True: "the policy names several tracking servers, and the metadata no tracking_uri: add it",
}
_LOOSE = (
    "the database of the tracking URI is named by a path from here, where a change may put one: "
    "name it by its whole path, sqlite:////…"
)
_OURS = (
    "the database of the tracking URI lies in the repository itself, where a change may put one: "
    "keep it elsewhere, and name that place"
)


def ask_runs(records: Iterable[Record], allowed: Sequence[str], runs: Runs) -> dict[str, RunAnswer]:
    """By folder, the run that each entry names; none where it names no run."""
    known = {_plain(uri) for uri in allowed}
    asked: dict[tuple[str, str], RunAnswer] = {}
    answers = {}
    for record in records:
        if record.run_id is None:
            continue
        uri = record.tracking_uri or (allowed[0] if len(allowed) == 1 else None)
        if uri is None:
            answers[record.folder] = RunAnswer(blocked=_UNNAMED[bool(allowed)])
        elif _is_loose(uri):
            answers[record.folder] = RunAnswer(blocked=_LOOSE)
        elif runs.of_the_tree(uri):
            answers[record.folder] = RunAnswer(blocked=_OURS)
        elif _plain(uri) not in known:
            answers[record.folder] = RunAnswer(blocked=_refused(uri))
        else:
            key = (_plain(uri), record.run_id)
            if key not in asked:
                asked[key] = _asked(runs, uri, record.run_id)
            answers[record.folder] = asked[key]
    return answers


def _refused(uri: str) -> str:
    """Why an address is not asked; it is printed without what may be secret in it."""
    plain = shown(uri)
    if plain != uri:
        return f"the tracking URI holds credentials: write {plain}, and revoke them"
    return (
        f"the judging policy does not let the tracking URI {uri} be asked: "
        f'[network] mlflow = ["{uri}"] in registrar.toml does'
    )


def _is_loose(uri: str) -> bool:
    """Tell a database by a path from the current folder: a change brings its own."""
    scheme, sign, path = uri.partition(":///")
    return scheme.startswith("sqlite") and (not sign or not path.startswith("/"))


def _asked(runs: Runs, uri: str, run_id: str) -> RunAnswer:
    try:
        return RunAnswer(runs.run(uri, run_id))
    except AskError as error:
        return RunAnswer(blocked=str(error))


def _plain(uri: str) -> str:
    return uri.rstrip("/")
