"""Everybody outside this machine, each imported when he is asked."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registrar.ports.others import Repositories, Runs, Stores


@dataclass(frozen=True, slots=True)
class Outside:
    """Everybody outside this machine; who asks them is imported when they are asked."""

    top: str

    @property
    def stores(self) -> Stores:
        """The DVC remotes of the repository."""
        from registrar.integrations.dvc.stores import DvcStores

        return DvcStores(self.top)

    @property
    def repositories(self) -> Repositories:
        """Source repositories, their commits kept in a cache."""
        from registrar.integrations.git.commits import GitRepositories, commits_folder

        return GitRepositories(commits_folder(os.environ))

    @property
    def runs(self) -> Runs:
        """Runs of MLflow."""
        from registrar.integrations.mlflow.tracking import MlflowRuns

        return MlflowRuns(self.top)
