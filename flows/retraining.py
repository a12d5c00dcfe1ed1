"""Training as a flow: started by hand from the Prefect UI, or by a critical drift of the score where that is switched on."""

from __future__ import annotations

from prefect import flow

from flows.business_date import business_date
from schemas.parameters import RetrainParameters
from schemas.private import keep_private
from schemas.settings import read_settings
from tasks.retrain_tasks import fit_and_register


@flow(name="retrain_model", flow_run_name="retrain", persist_result=False, timeout_seconds=6 * 3600)
def retrain_model(parameters: RetrainParameters = RetrainParameters()) -> str:  # noqa: B008  an immutable default
    """Fits a candidate on mature outcomes and registers it as challenger, or as the first champion; returns its version."""
    keep_private()
    return fit_and_register(business_date(parameters.as_of, read_settings()), parameters)
