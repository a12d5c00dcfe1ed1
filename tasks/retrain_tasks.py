"""Training as a Prefect task: by reference in, the version out."""

from __future__ import annotations

from datetime import date

from prefect import task

from schemas.parameters import RetrainParameters
from schemas.settings import read_settings
from tasks.faults import values_withheld
from tasks.retrain import retrain


@task(name="fit_and_register", timeout_seconds=6 * 3600, persist_result=False)
@values_withheld()
def fit_and_register(as_of: date, parameters: RetrainParameters) -> str:
    """Ingests, fits, registers, freezes the drift reference and publishes."""
    return retrain(read_settings(), as_of, parameters).manifest.model_version
