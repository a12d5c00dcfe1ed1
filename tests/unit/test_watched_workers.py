"""Work that hangs on every worker of a cluster ends with the first of them that is gone, whatever it waits for itself."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from schemas.errors import ResourceError
from schemas.settings import Settings
from tasks import dask_cluster
from tasks.dask_cluster import while_workers_last, worker_processes


class _Cluster:
    """A client's view of workers: address and the folder of that process."""

    def __init__(self, workers: dict[str, str]) -> None:
        self.workers = workers

    def scheduler_info(self, n_workers: int) -> dict[str, Any]:
        if not self.workers:  # as the real one does once it has given up on the scheduler
            return {}
        return {"workers": {address: {"local_directory": folder} for address, folder in self.workers.items()}}


@pytest.mark.parametrize(
    "left",
    [
        {"tcp://a:1": "worker-a", "tcp://b:2": "worker-c"},  # started again under the same address
        {"tcp://a:1": "worker-a", "tcp://c:3": "worker-c"},
        {},  # and no scheduler
    ],
)
def test_work_that_waits_for_a_lost_worker_is_given_up(
    left: dict[str, str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_cluster, "_LOOK_EVERY_SECONDS", 0.01)
    client: Any = _Cluster({"tcp://a:1": "worker-a", "tcp://b:2": "worker-b"})
    workers, is_over = worker_processes(client), threading.Event()
    client.workers = left
    try:
        with pytest.raises(ResourceError, match="the Dask cluster does not compute"):
            while_workers_last(client, settings, workers, is_over.wait)
    finally:
        is_over.set()


def test_work_is_done_where_workers_last_and_others_join(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "_LOOK_EVERY_SECONDS", 0.01)
    client: Any = _Cluster({"tcp://a:1": "worker-a"})
    workers, is_over = worker_processes(client), threading.Event()
    client.workers = {"tcp://a:1": "worker-a", "tcp://b:2": "worker-b"}
    assert while_workers_last(client, settings, workers, lambda: is_over.wait(0.1)) is False
    with pytest.raises(ZeroDivisionError):
        while_workers_last(client, settings, workers, lambda: 1 // 0)
