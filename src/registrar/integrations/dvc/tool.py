"""DVC itself: it writes pointers and keeps bytes; nothing of it is left where an entry fails."""

from __future__ import annotations

import os
import pkgutil
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from registrar.domain.adding import Piece
from registrar.errors import OutputError, UnansweredError, UsageError
from registrar.integrations.stalling import STALLED
from registrar.integrations.stamps import stamp
from registrar.integrations.workshop.copying import copy
from registrar.integrations.workshop.space import ROOM, space_hint
from registrar.ports.making import EntryBench

PATIENCE = 120
"""Seconds without a byte; a store that puts large parts together sends some while it does."""
_STDERR = 2
_NOTES = (
    "look into the folder of dvc config core.site_cache_dir, or /var/tmp/dvc; nothing was changed"
)
_INSTALL = "pip install 'dvc[s3]', with the kind of your remote in the brackets"


@dataclass(frozen=True, slots=True)
class Dvc:
    """DVC in the repository at ``top``."""

    top: str

    def ready(self) -> bool:
        """Tell whether ``dvc init`` was run here."""
        return os.path.isfile(os.path.join(self.top, ".dvc", "config"))

    def track(self, bench: EntryBench, name: str, pieces: Iterable[Piece]) -> None:
        """``dvc add`` with a cache of its own, whose objects then move into the real one.

        So what DVC writes before the entry is whole lies in one place, which goes with the entry.
        DVC is told what is known of the pieces, and need not read them once more.
        """
        os.environ.setdefault("DVC_NO_ANALYTICS", "1")
        try:
            from dvc.exceptions import DvcException
            from dvc.repo import Repo
        except ImportError as error:
            raise UsageError("DVC is not installed here", _INSTALL) from error
        try:
            with Repo(self.top) as repo:
                real = repo.cache.local.path
                temporary = f"{real}.adding-{os.urandom(4).hex()}"
            bench.will_make(temporary)
            own: dict[str, Any] = {
                "cache": {"dir": temporary, "type": "reflink,copy"},
                "core": {"autostage": False, "analytics": False},
            }
            with Repo(self.top, config=own) as repo:
                repo.scm_context.quiet = True  # it would tell paths that are going away
                _prepare(repo, bench, pieces)
                repo.add([os.path.join(bench.stage, name)], relink=False)
                made = repo.cache.local.path
        except DvcException as error:
            message = f"dvc add failed: {error}"
            raise UsageError(message, "mend that, and run it again; nothing was changed") from error
        except OSError as error:
            message = f"dvc add failed: {error.strerror or error}"
            raise OutputError(message, space_hint(error)) from error
        except sqlite3.Error as error:  # it notes there what it knows of files
            message = f"dvc add failed: the notes that DVC keeps of files: {error}"
            raise OutputError(message, ROOM if "full" in str(error) else _NOTES) from error
        self._move(bench, made, real)
        shutil.rmtree(temporary, ignore_errors=True)

    def _move(self, bench: EntryBench, made: str, real: str) -> None:
        for path in _files(made):
            place, ours = os.path.join(real, path), os.path.join(made, path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            if not os.path.lexists(place):  # by its inode: another add may put its own there
                bench.will_make(place, os.stat(ours).st_ino)
            os.replace(ours, place)  # also over one that is there: it may be damaged

    def push(self, pointer: str, remote: str | None) -> None:
        """``dvc push`` of one pointer, with its own progress bar; raises UnansweredError.

        It is ended where no byte goes over the network: DVC would wait for ever for a server that
        takes no more of what is sent.
        """
        source = pkgutil.get_data("registrar.integrations", "stalling.py")
        command = [sys.executable, "-I", "-c", (source or b"").decode("utf-8")]
        command += [f"{PATIENCE:g}", "dvc", "push", pointer]
        command += ["--remote", remote] if remote else []
        env = {**os.environ, "DVC_NO_ANALYTICS": "1"}
        done = subprocess.run(command, cwd=self.top, env=env, stdout=_STDERR, check=False)
        if done.returncode == STALLED:
            message = f"dvc push stood still: no byte came or went for {PATIENCE:g} seconds"
            hint = f"see whether the remote answers, then dvc push {shlex.quote(pointer)}"
            raise UnansweredError(f"{message}; the entry is here, its bytes did not go", hint)
        if done.returncode:
            hint = f"mend what DVC says above, then dvc push {shlex.quote(pointer)}"
            raise UnansweredError("dvc push failed: the entry is here, its bytes did not go", hint)


def _prepare(repo: Any, bench: EntryBench, pieces: Iterable[Piece]) -> None:
    """Put the pieces into the cache of a repository, and their names into its memory.

    As DVC itself would do it, but in the kernel; its own way copies each of them twice.
    """
    from dvc.fs import localfs
    from dvc_data.hashfile.hash_info import HashInfo

    cache, written = repo.cache.local, bench.written
    for piece in pieces:
        source, place = os.path.join(bench.stage, piece.path), cache.oid_to_path(piece.md5)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if not os.path.lexists(place):
            with open(source, "rb") as stream, open(f"{place}.tmp", "xb") as made:
                copy(stream.fileno(), made.fileno())
                if stamp(os.fstat(stream.fileno())) != written[piece.path].stamp:
                    message = f"{piece.path} changed while DVC took it"
                    raise UsageError(message, "run it again; nothing was changed")
            os.rename(f"{place}.tmp", place)
            cache.protect(place)
        repo.state.save(source, localfs, HashInfo("md5", piece.md5))


def _files(folder: str) -> Iterator[str]:
    for here, _, names in os.walk(folder):
        yield from (os.path.relpath(os.path.join(here, name), folder) for name in names)
