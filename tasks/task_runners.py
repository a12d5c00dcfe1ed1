"""Where the partitions of a night are computed: one interface, threads of this process or a Dask cluster behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from prefect import task
from prefect.client.orchestration import get_client
from prefect.futures import PrefectWrappedFuture
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.task_engine import TaskRunTimeoutError
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from schemas.errors import ResourceError, UsageError
from schemas.partitions import PartitionRef, PartitionResult
from schemas.private import keep_private
from schemas.references import BatchScore, PendingBatch
from schemas.settings import Settings, read_settings
from schemas.time_limits import WORK_SECONDS
from tasks.dask_cluster import cluster_told, local_options, lost_workers, require_dask, require_workers
from tasks.faults import values_withheld
from tasks.night_tasks import is_transient, score_applications
from tasks.partition_commits import commit_partitions
from tasks.partitions import (
    Job,
    compute_partition,
    discard_job,
    export_job,
    is_partitioned,
    score_of,
)
from tasks.shared_storage import discard_jobs, discard_leftovers

ScoreDelivery = Callable[[PendingBatch], BatchScore]
Runner = TaskRunner[Any]
_Future = PrefectWrappedFuture[PartitionResult, Any]

#: How often a night that waits for a partition looks whether there are workers.
_LOOK_EVERY_SECONDS = 60.0


@task(name="deal_out_partitions", task_run_name="deal-out-{batch.batch_id}", timeout_seconds=WORK_SECONDS, persist_result=False)
@values_withheld()
def deal_out_partitions(batch: PendingBatch) -> Job:
    """The undecided applications of a delivery, their histories, models and policy on shared storage."""
    return export_job(read_settings(), batch)


@task(
    name="score_partition",
    task_run_name="score-partition-{ref.number}",
    timeout_seconds=WORK_SECONDS,
    retries=2,
    retry_delay_seconds=[2.0, 10.0],
    retry_condition_fn=is_transient,
    persist_result=False,
)
@values_withheld()
def score_partition(ref: PartitionRef) -> PartitionResult:
    """Features, PD, decision, reasons and quality of one partition, from files to files that nobody else may read."""
    keep_private()
    return compute_partition(read_settings(), ref)


def task_runner(settings: Settings) -> Runner:
    """The task runner of the settings, not started.

    Raises:
        UsageError: Dask is asked for, and its packages are not installed.
    """
    if settings.task_runner == "threads":
        return ThreadPoolTaskRunner(max_workers=settings.workers)
    require_dask()
    from prefect_dask.task_runners import DaskTaskRunner

    if settings.dask_scheduler:
        return DaskTaskRunner(address=settings.dask_scheduler)
    return DaskTaskRunner(cluster_kwargs=local_options(settings))


def _server_address() -> str:
    """The Prefect server that workers report to: the one configured, else the temporary one of this process.

    Raises:
        UsageError: there is none with an address.
    """
    configured = PREFECT_API_URL.value()
    with get_client(sync_client=True) as client:
        found = configured or str(client.api_url)
    if not found.startswith("http") or "ephemeral" in found:
        raise UsageError(
            "Dask's workers have no Prefect server to report to",
            expected="PREFECT_API_URL, or a running `loanwatch up`",
            where="LOANWATCH_TASK_RUNNER=dask",
            remedy="start `loanwatch up` in another terminal, or set PREFECT_API_URL to a server that every worker reaches",
        )
    return found.rstrip("/")


@contextmanager
def scoring(settings: Settings) -> Iterator[ScoreDelivery]:
    """How a night scores a delivery: in this process, or in partitions by the task runner of the settings.

    To be called inside a flow by who holds the warehouse. A runner starts with the first delivery that needs it.
    """
    discard_leftovers(settings)
    with _Started(settings) as started:
        yield lambda batch: _score(settings, started, batch)


class _Started:
    """A task runner that is started when it is first asked for, and stopped at the end."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._runner: Runner | None = None
        self._stack = ExitStack()

    def __enter__(self) -> _Started:
        self._stack.__enter__()
        # Last of all: a partition that was still being computed when its job was given up may have written after that.
        self._stack.callback(discard_jobs, self._settings)
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def runner(self) -> Runner:
        if self._runner is None:
            runner = task_runner(self._settings)
            if self._settings.task_runner == "dask":
                self._stack.enter_context(temporary_settings({PREFECT_API_URL: _server_address()}))
            with cluster_told(self._settings):
                self._runner = self._stack.enter_context(runner)
                _require_workers(self._runner, self._settings)
        return self._runner


def _require_workers(runner: Runner, settings: Settings) -> None:
    if settings.task_runner == "dask":
        require_workers(runner.client, settings)  # type: ignore[attr-defined]


def _score(settings: Settings, started: _Started, batch: PendingBatch) -> BatchScore:
    if not is_partitioned(settings, batch.n_pending):
        return score_applications(batch)
    runner = started.runner()  # a cluster or server out of reach is told before anything is dealt out
    job = deal_out_partitions(batch)
    try:
        return _score_job(settings, runner, job)
    finally:
        discard_job(job)


def _score_job(settings: Settings, runner: Runner, job: Job) -> BatchScore:
    """Partitions are computed in any order and committed by number: an ordered warehouse, whoever computed."""
    score = score_of(job)
    futures = [(ref, runner.submit(score_partition, {"ref": ref})) for ref in job.refs]
    with values_withheld():
        commit_partitions(settings, job, (_result(settings, runner, ref, future) for ref, future in futures), score)
    return score


def _result(settings: Settings, runner: Runner, ref: PartitionRef, future: _Future) -> PartitionResult:
    """What a worker made of a partition. One that died is replaced: Dask gives its partitions to others, four times at most.

    Raises:
        ResourceError: its workers died again and again, the cluster is gone, or it took too long.
    """
    losses = () if settings.task_runner == "threads" else lost_workers()
    try:
        while True:
            future.wait(timeout=_LOOK_EVERY_SECONDS)
            if future.wrapped_future.done():  # a TimeoutError that `result` raises is the partition's own
                return future.result(timeout=_LOOK_EVERY_SECONDS)
            _require_workers(runner, settings)  # a partition waits for ever where there is nobody to compute it
    except TaskRunTimeoutError:
        raise ResourceError(
            f"partition {ref.number} took longer than {WORK_SECONDS // 3600} hours",
            where=ref.folder,
            remedy="make partitions smaller (LOANWATCH_CHUNK_ROWS) or give them quicker workers, and run the night again",
        ) from None
    except losses as error:
        raise ResourceError(
            f"partition {ref.number} has no result: {type(error).__name__}",
            where=ref.folder,
            remedy="see the workers' logs: want of memory ends them most often; run the night again, it does what is left",
        ) from None
