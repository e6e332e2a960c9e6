"""Where a tracking server may send its callers for a model: to itself, or to a cloud's storage."""

from __future__ import annotations

import pytest

from registrar.integrations.mlflow.models import elsewhere

HERE = "https://ada@mlflow.acme.example:8443/path"


@pytest.mark.parametrize(
    "place",
    [
        "mlflow-artifacts:/1/models/m-1/artifacts",
        "mlflow-artifacts://mlflow.acme.example:8443/1/models",
        "https://mlflow.acme.example:8443/files",
        "s3://bucket/models/m-1",
        "gs://bucket/m-1",
        "abfss://x@y/m-1",
    ],
)
def test_may_be_fetched(place: str) -> None:
    assert elsewhere(place, HERE) == ""


@pytest.mark.parametrize(
    "place",
    [
        "mlflow-artifacts://other.example/1",
        "mlflow-artifacts://mlflow.acme.example:9/1",
        "https://other.example/files",
        "http://mlflow.acme.example:8443/files",
        "http://mlflow.acme.example:8443@other.example/x",
        "file:///root/.ssh",
        "/root/.ssh",
        "../x",
        "ftp://other.example/x",
        "sftp://other.example/x",
        "dbfs:/x",
        "hdfs://other/x",
        "runs:/abc/x",
        "models:/other/1",
        "",
    ],
)
def test_is_not_fetched(place: str) -> None:
    assert elsewhere(place, HERE)


def test_a_database_of_this_machine_may_name_its_folders() -> None:
    for place in ("/srv/mlruns/1", "file:///srv/mlruns/1", "mlruns/1"):
        assert elsewhere(place, "sqlite:////srv/mlflow.db") == ""
    assert elsewhere("mlflow-artifacts:/1", "sqlite:////srv/mlflow.db")
    assert elsewhere("https://other.example/x", "sqlite:////srv/mlflow.db")
