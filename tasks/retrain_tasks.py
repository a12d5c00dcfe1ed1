"""Training, gate and a person's decision as Prefect tasks: by reference in, references and words out, kept as JSON.

A suspended run starts again from the top when it is resumed: what is kept here is found then, and what is in the warehouse (a
version by its request, a promotion by its version) is found there even where Prefect's results are gone.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any, Literal

from prefect import Task, task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State, TaskRun

from schemas.errors import ApproverRefusedError, GateRefusedError, UsageError, WarehouseBusyError
from schemas.parameters import RetrainParameters
from schemas.settings import read_settings
from tasks import promotion
from tasks.comparison import comparison_text, write_card
from tasks.faults import values_withheld
from tasks.retrain import retrain

#: A night may hold the warehouse when a person answers.
_RETRIES_WHILE_BUSY = 60
_BUSY_SECONDS = 60.0


def is_busy(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Only a warehouse that another process holds is waited for: a refusal stays one."""
    return isinstance(state.result(raise_on_failure=False), WarehouseBusyError)


@task(name="fit_and_register", timeout_seconds=6 * 3600, persist_result=True, result_serializer="json")
@values_withheld()
def fit_and_register(as_of: date, parameters: RetrainParameters, request_id: str) -> dict[str, Any]:
    """Ingests, fits, registers, freezes the drift reference and publishes; for the same request once."""
    result = retrain(read_settings(), as_of, parameters, request_id=request_id)
    return {"model_version": result.model_version, "is_champion": result.is_champion}


@task(
    name="judge_challenger",
    timeout_seconds=3600,
    persist_result=True,
    result_serializer="json",
    retries=_RETRIES_WHILE_BUSY,
    retry_delay_seconds=_BUSY_SECONDS,
    retry_condition_fn=is_busy,
)
@values_withheld()
def judge_challenger(model_version: str) -> str:
    """Compares with the champion on rows that neither was fitted on; returns the verdict."""
    return promotion.judge_and_publish(read_settings(), model_version).verdict


@task(name="show_comparison", timeout_seconds=600, persist_result=True, result_serializer="json")
@values_withheld()
def show_comparison(model_version: str) -> str:
    """The comparison as an artifact of the run, and above the form that asks for approval; the card holds it too."""
    settings = read_settings()
    write_card(settings, model_version)
    text = comparison_text(settings, model_version)
    create_markdown_artifact(text, key=f"model-{model_version.replace('.', '-')}", description=f"Challenger {model_version}")
    return text


@task(
    name="settle",
    timeout_seconds=1800,
    persist_result=True,
    result_serializer="json",
    retries=_RETRIES_WHILE_BUSY,
    retry_delay_seconds=_BUSY_SECONDS,
    retry_condition_fn=is_busy,
)
@values_withheld()
def settle(model_version: str, decision: Literal["approve", "reject"], name: str, comment: str, number: int) -> dict[str, Any]:
    """Does what the person decided. `number` is that of the question, so that each answer counts by itself.

    An approver who may not approve is told so and asked again; a gate that no longer passes ends the matter.
    """
    settings = read_settings()
    try:
        if decision == "reject":
            act = partial(promotion.reject, settings, model_version, rejected_by=name, comment=comment)
            promotion.act_and_publish(settings, "reject", act)
            return _settled("Rejected", f"{model_version} was rejected by {name}; nothing else has changed")
        done = promotion.approve_once(settings, model_version, approved_by=name, reason=comment)
    except ApproverRefusedError as refusal:
        return {"is_settled": False, "state": "", "text": f"Answer {number} does not count: {refusal.found}"}
    except GateRefusedError as refusal:
        return _settled("RefusedByGate", refusal.found)
    except UsageError as refusal:  # decided otherwise meanwhile, from a terminal
        return _settled("Overtaken", refusal.found)
    write_card(settings, model_version)
    return _settled("Promoted", f"{model_version} decides from {done.effective_on} on")


def _settled(state: str, text: str) -> dict[str, Any]:
    return {"is_settled": True, "state": state, "text": text}
