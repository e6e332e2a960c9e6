"""What MLflow does not record of a training run: modified files, DVC's remote, digests of inputs.

Loaded by MLflow where Registrar is installed beside it (entry point
``mlflow.run_context_provider``); its tags are on every run and logged model.
"""

from __future__ import annotations


class TrainingContext:
    """The repository that a run is started in.

    MLflow asks for the two methods of ``RunContextProvider`` and for no base class, so that this
    module can be imported without MLflow. Source: ``mlflow/tracking/context/registry.py``, 3.17.
    """

    def in_context(self) -> bool:
        """Tell whether there is a git repository around the current folder."""
        from registrar.assemble import find_top

        return find_top(".") is not None

    def tags(self) -> dict[str, str]:
        """The tags of the run; none where nothing can be told."""
        from registrar.assemble import training_tags_at

        return training_tags_at(".")
