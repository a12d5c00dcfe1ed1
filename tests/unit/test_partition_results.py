"""A night that waits for a partition: what came of it is told once, and only one that is still computed is waited for."""

from __future__ import annotations

import errno
from concurrent.futures import Future
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from prefect.futures import PrefectConcurrentFuture, PrefectWrappedFuture
from prefect.states import Completed, Failed
from prefect.task_engine import TaskRunTimeoutError

from schemas.errors import LoanwatchError, ResourceError
from schemas.partitions import PartitionRef, PartitionResult
from schemas.settings import Settings
from tasks import task_runners
from tasks.night_tasks import is_transient

REF = PartitionRef("/shared/job", "0" * 64, 3)
RESULT = PartitionResult(3, "results/3", 10, {}, "lightgbm-4.7.0")
STALE_STORAGE = TimeoutError(errno.ETIMEDOUT, "Connection timed out")


def _result(settings: Settings, future: PrefectWrappedFuture[Any, Any]) -> PartitionResult:
    return task_runners._result(settings, None, REF, future)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is waited for again although it has ended is seen at once."""

    def waited_again(*_: Any) -> None:
        raise AssertionError("waited for again")

    monkeypatch.setattr(task_runners, "_LOOK_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(task_runners, "_require_workers", waited_again)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (TaskRunTimeoutError("Task run exceeded timeout of 10800.0 second(s)"), "partition 3 took longer than 3 hours"),
        (STALE_STORAGE, "Connection timed out"),
    ],
)
def test_a_partition_that_ran_out_of_time_ends_the_night(error: Exception, told: str, settings: Settings) -> None:
    ended: Future[Any] = Future()
    ended.set_result(Failed(data=error))
    with pytest.raises((ResourceError, TimeoutError), match=told):
        _result(settings, PrefectConcurrentFuture(uuid4(), ended))


def test_a_partition_that_is_still_computed_is_waited_for(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: Future[Any] = Future()
    looks: list[int] = []

    def look(*_: Any) -> None:
        looks.append(1)
        if len(looks) == 2:
            computed.set_result(Completed(data=RESULT))

    monkeypatch.setattr(task_runners, "_require_workers", look)
    assert _result(settings, PrefectConcurrentFuture(uuid4(), computed)) == RESULT
    assert len(looks) == 2


def test_a_partition_whose_workers_died_again_and_again_is_told(settings: Settings) -> None:
    distributed = pytest.importorskip("distributed")
    runners = pytest.importorskip("prefect_dask.task_runners")
    lost: Future[Any] = Future()
    lost.set_exception(distributed.KilledWorker("score_partition", None, 4))
    with pytest.raises(ResourceError, match="partition 3 has no result: KilledWorker"):
        _result(replace(settings, task_runner="dask"), runners.PrefectDaskFuture(wrapped_future=lost, task_run_id=uuid4()))


def test_hours_are_not_spent_twice_more_and_storage_that_did_not_answer_is_asked_again() -> None:
    no_run: Any = None
    assert not is_transient(no_run, no_run, Failed(data=TaskRunTimeoutError(), name="TimedOut"))
    assert is_transient(no_run, no_run, Failed(data=STALE_STORAGE))
    assert not is_transient(no_run, no_run, Failed(data=LoanwatchError("a fault of the program")))
