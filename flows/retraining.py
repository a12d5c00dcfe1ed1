"""Retraining: a challenger is fitted, compared with the champion, and decided about by a second person.

Started by hand from the Prefect UI, or by a critical drift of the score where that is switched on. Between question and answer
the run is suspended; it then starts from the top, and every step finds what it did before.
"""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import deployment, flow_run
from prefect.states import Completed

from flows.approval import ask_for_approval
from flows.business_date import business_date
from schemas.errors import UsageError
from schemas.parameters import RetrainParameters
from schemas.private import keep_private
from schemas.settings import read_settings
from tasks.follow_prefect import follow_registry
from tasks.retrain_tasks import fit_and_register, judge_challenger, settle, show_comparison

#: Wrong names in a row before the run gives up; the challenger stays, `loanwatch promote` still works.
_QUESTIONS = 5


def retrain_name() -> str:
    """The run's name carries its business date."""
    given = RetrainParameters.model_validate(flow_run.parameters.get("parameters", RetrainParameters()))
    try:
        return f"retrain-as-of-{business_date(given.as_of, read_settings())}"
    except UsageError:
        return "retrain-without-a-date"  # the flow itself says why, and fails


@flow(name="retrain_model", flow_run_name=retrain_name, persist_result=False, timeout_seconds=6 * 3600)
def retrain_model(parameters: RetrainParameters = RetrainParameters()) -> State[Any]:  # noqa: B008  an immutable default
    """Fits and registers a model; one that passes the gate waits for a person, and then decides from the next night on."""
    keep_private()
    _require_requester(parameters)
    trained = fit_and_register(business_date(parameters.as_of, read_settings()), parameters, str(flow_run.id))
    version = trained["model_version"]
    if trained["is_champion"]:
        follow_registry()
        return Completed(message=f"{version} is the first champion of this home", name="Champion")
    verdict = judge_challenger(version)
    comparison = show_comparison(version)
    follow_registry()
    if verdict != "pass":
        return Completed(message=f"{version} stays a challenger: the gate says {verdict}", name="RefusedByGate")
    if deployment.id is None:
        return Completed(message=f"{version} waits for `loanwatch promote`: only runs of a deployment can ask", name="Challenger")
    return _decide(version, comparison)


def _require_requester(parameters: RetrainParameters) -> None:
    """A run of a deployment is a worker's: the system user says nothing about who asked."""
    if deployment.id is not None and not parameters.requested_by.strip():
        raise UsageError(
            "nobody is named as the one who asks for this training",
            expected="your name, so that another person can approve",
            where="Requested by, in the form",
            remedy="fill it in and start the run again",
        )


def _decide(version: str, comparison: str) -> State[Any]:
    """Asks until the answer is one that counts."""
    for number in range(1, _QUESTIONS + 1):
        answer = ask_for_approval(comparison, number)
        settled = settle(version, answer.decision, answer.name, answer.comment, number)
        if settled["is_settled"]:
            follow_registry()
            return Completed(message=settled["text"], name=settled["state"])
        comparison = f"**{settled['text']}**\n\n{comparison}"
    return Completed(message=f"{version} stays a challenger: no answer counted", name="Undecided")
