"""MLflow, opened for one home: quiet, without telemetry, and with every failure under one name.

By default a SQLite store and an artifact folder in the home; MLFLOW_TRACKING_URI names a server instead.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient

#: Name of the experiment and of the registered model.
NAME = "loanwatch"
SERVER_VARIABLE = "MLFLOW_TRACKING_URI"

#: Nobody is told what runs here; a server that is down is not waited for.
_ALWAYS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # the address may hold a password
}
_DEFAULTS = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}
_TALKATIVE = ("mlflow", "alembic")


class TrackingError(Exception):
    """MLflow did not take something. `label` is the class of what went wrong: never an address, which may hold a password."""

    def __init__(self, label: str) -> None:
        self.label = label
        super().__init__(label)


@dataclass(frozen=True)
class Store:
    """MLflow's client and the experiment of Loanwatch. `artifacts` is where its files stand; null where a server decides."""

    client: MlflowClient
    experiment_id: str
    artifacts: str | None


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """The store of the home, made where there is none, or the server that the environment names.

    Raises:
        TrackingError: MLflow, its store or its server refuses, now or inside the block.
    """
    client_of = _quiet_client()
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        address, artifacts = _address(settings)
        client = client_of(tracking_uri=address, registry_uri=address)
        yield Store(client, _experiment(client, artifacts), artifacts)
    except (MlflowException, SQLAlchemyError, OSError) as error:  # what the HTTP client raises is an OSError
        raise TrackingError(type(error).__name__) from None


def _quiet_client() -> type[MlflowClient]:
    os.environ.update(_ALWAYS)
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mlflow import MlflowClient
    for name in _TALKATIVE:  # INFO about the tables of a new store, on a terminal where a command tells its own
        logging.getLogger(name).setLevel(logging.WARNING)
    return MlflowClient


def _address(settings: Settings) -> tuple[str, str | None]:
    named = os.environ.get(SERVER_VARIABLE)
    if named:
        return named, None
    folder = settings.home / "mlflow"
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'mlflow.db'}", (folder / "artifacts").as_uri()


def _experiment(client: MlflowClient, artifacts: str | None) -> str:
    """The experiment's id. In a home that was copied or moved the old one, whose files stand elsewhere, is put aside."""
    found = client.get_experiment_by_name(NAME)
    if found is not None and artifacts is not None and found.artifact_location != artifacts:
        client.rename_experiment(found.experiment_id, f"{NAME}, moved ({found.experiment_id})")
        found = None
    if found is None:
        return str(client.create_experiment(NAME, artifact_location=artifacts))
    if found.lifecycle_stage != "active":
        client.restore_experiment(found.experiment_id)
    return str(found.experiment_id)
