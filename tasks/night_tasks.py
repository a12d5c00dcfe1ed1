"""The steps of a night as Prefect tasks: by reference in, counts out; retried only where the outside world is touched."""

from __future__ import annotations

from datetime import date
from typing import Any

from prefect import Task, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State, TaskRun
from prefect.task_engine import TaskRunTimeoutError

from reports.night import night_markdown, night_table
from schemas.errors import ResourceError, SourceUnreachableError
from schemas.references import BatchScore, Finding, IngestResult, NightSummary, PendingBatch
from schemas.settings import read_settings
from schemas.time_limits import ASK_SECONDS, BACKUP_SECONDS, CHECK_SECONDS, WORK_SECONDS
from tasks import night
from tasks.backup import NightBackup, back_up_night
from tasks.faults import values_withheld
from tasks.progress import logged_progress

_RETRIES = 2
_RETRY_DELAYS = [2.0, 10.0]


def is_transient(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Only what may be different a moment later is tried again: a refused policy, a failed check or a task out of time is not."""
    found = state.result(raise_on_failure=False)
    if isinstance(found, TaskRunTimeoutError):  # an OSError, too
        return False
    return isinstance(found, ResourceError | SourceUnreachableError | OSError)


@task(name="confirm_readiness", timeout_seconds=ASK_SECONDS, persist_result=False)
@values_withheld()
def confirm_readiness(as_of: date) -> None:
    """Policy and champion are those on record."""
    night.require_ready(read_settings(), as_of)


@task(
    name="take_in_deliveries",
    timeout_seconds=WORK_SECONDS,
    retries=_RETRIES,
    retry_delay_seconds=_RETRY_DELAYS,
    retry_condition_fn=is_transient,
    persist_result=False,
)
@values_withheld()
def take_in_deliveries(as_of: date) -> list[IngestResult]:
    """New and changed deliveries go to raw, quarantine and the ledger; what came since the last night is reported."""
    taken_in = night.take_in(read_settings(), as_of, logged_progress("deliveries taken in"))
    return night.news_since_last_night(read_settings(), taken_in)


@task(name="list_undecided", timeout_seconds=ASK_SECONDS, persist_result=False)
@values_withheld()
def list_undecided(as_of: date) -> list[PendingBatch]:
    """Deliveries that hold applications without a decision."""
    return night.find_pending(read_settings(), as_of)


@task(name="score_applications", task_run_name="score-{batch.batch_id}", timeout_seconds=WORK_SECONDS, persist_result=False)
@values_withheld()
def score_applications(batch: PendingBatch) -> BatchScore:
    """Features, PD, decision, reasons and quality of one delivery."""
    return night.score_delivery(read_settings(), batch, logged_progress("applications decided"))


@task(name="check_decisions", timeout_seconds=CHECK_SECONDS, persist_result=False)
@values_withheld()
def check_decisions() -> list[Finding]:
    """The books balance, or the night stops here and nothing is published."""
    return night.check_warehouse(read_settings())


@task(
    name="publish_results",
    timeout_seconds=CHECK_SECONDS,
    retries=_RETRIES,
    retry_delay_seconds=_RETRY_DELAYS,
    retry_condition_fn=is_transient,
    persist_result=False,
)
@values_withheld()
def publish_results(run_id: str, as_of: date) -> str:
    """Replaces the analysts' snapshot in one step."""
    return str(night.publish(read_settings(), run_id, as_of))


@task(name="back_up_warehouse", timeout_seconds=BACKUP_SECONDS, persist_result=False)
@values_withheld()
def back_up_warehouse() -> NightBackup:
    """A backup of what the night has left, where it has changed anything."""
    return back_up_night(read_settings())


@task(name="report_night", timeout_seconds=ASK_SECONDS, persist_result=False)
@values_withheld()
def report_night(summary: NightSummary) -> None:
    """Shows what the night did in the Prefect UI: counts and references only."""
    key = f"night-{summary.as_of}"
    create_table_artifact(night_table(summary), key=f"{key}-deliveries", description="Deliveries of the night")
    create_markdown_artifact(night_markdown(summary), key=key, description=f"Night of {summary.as_of}")
