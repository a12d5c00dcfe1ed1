"""Dask on this machine, for who has no cluster: as many processes as the settings say, private, and gone with who started it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from schemas.errors import ResourceError
from schemas.extras import require_extra
from schemas.settings import Settings

if TYPE_CHECKING:
    from distributed import Client

_Result = TypeVar("_Result")

_LOOPBACK = "127.0.0.1"
#: A worker that is replaced is back within seconds; a cluster that is started by hand within a minute or two.
_PATIENCE_SECONDS = 180
#: How often one looks whether the workers of a piece of work are still those that it began with.
_LOOK_EVERY_SECONDS = 1.0


def require_dask() -> None:
    """Raises UsageError where the packages of the extra `dask` are not installed."""
    require_extra("dask")


def local_options(settings: Settings) -> dict[str, Any]:
    """For `distributed.LocalCluster`: processes of one thread, which talk over TLS with certificates of that hour.

    Whoever reaches a scheduler can run code as its account, and loopback is shared by all accounts of a machine. Dask's own limit
    of memory is off: DuckDB keeps within its own, and what Dask spills it does not encrypt.
    """
    from distributed import Security

    return {
        "n_workers": settings.workers,
        "threads_per_worker": 1,
        "memory_limit": 0,
        "local_directory": str(settings.home / "dask"),
        "host": _LOOPBACK,
        "dashboard_address": None,  # no page that shows what runs here
        "protocol": "tls",
        "security": Security.temporary(),
    }


def require_workers(client: Client, settings: Settings) -> None:
    """Waits for a worker, and no longer than `_PATIENCE_SECONDS`: Dask itself would wait for ever. Raises ResourceError."""
    try:
        client.wait_for_workers(1, timeout=_PATIENCE_SECONDS)
    except TimeoutError:
        raise cluster_lost(settings, f"no worker within {_PATIENCE_SECONDS} s") from None


def lost_workers() -> tuple[type[Exception], ...]:
    """How Dask says that those who had a piece of work are gone."""
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError, FuturesCancelledError
    from distributed.comm.core import CommClosedError

    return (KilledWorker, FutureCancelledError, FuturesCancelledError, CommClosedError)


def cluster_lost(settings: Settings, found: str) -> ResourceError:
    """The error for a cluster that is out of reach, or that lost who computed; `found` says how that showed."""
    return ResourceError(
        f"the Dask cluster does not compute: {found}",
        expected="a scheduler that answers, and at least one worker",
        where=settings.dask_scheduler or "processes of this machine",
        remedy="see the scheduler's and the workers' logs, start workers (docs/scale.md), and run the command again",
    )


@contextmanager
def cluster_told(settings: Settings) -> Iterator[None]:
    """Errors of reaching a cluster are told with its address and what to do. Raises ResourceError."""
    try:
        yield
    except (OSError, TimeoutError) as error:
        raise cluster_lost(settings, type(error).__name__) from None


@contextmanager
def dask_client(settings: Settings) -> Iterator[Client]:
    """A client of the cluster of the settings, else of one of this machine that ends with it.

    The certificates of a cluster elsewhere stand in Dask's own configuration (`distributed.comm.tls`), where clients find them.
    """
    from distributed import Client, LocalCluster

    with ExitStack() as stack:
        with cluster_told(settings):
            where = settings.dask_scheduler or stack.enter_context(LocalCluster(**local_options(settings)))
            client = stack.enter_context(Client(where, set_as_default=False))
            require_workers(client, settings)
        yield client


def worker_processes(client: Client) -> dict[str, str]:
    """The workers of a cluster: addresses, each with a folder that only that process has.

    A worker that was started again may have its former address, and nothing of what it held there.
    """
    known = client.scheduler_info(n_workers=-1).get("workers", {})  # a client that has given up knows nothing any more
    return {address: str(worker["local_directory"]) for address, worker in known.items()}


def while_workers_last(client: Client, settings: Settings, workers: dict[str, str], work: Callable[[], _Result]) -> _Result:
    """What `work` gives, which hangs on every one of these workers and would wait for a lost one without end.

    It runs in a thread, which ends at the latest with the client.

    Args:
        client: a client of the cluster.
        settings: which cluster, for the error.
        workers: `worker_processes` when the work was dealt out.
        work: what to do.

    Raises:
        ResourceError: one of the workers is gone, or the cluster is out of reach.
    """
    aside = ThreadPoolExecutor(1, thread_name_prefix="on-the-cluster")
    future = aside.submit(work)
    aside.shutdown(wait=False)
    while wait([future], timeout=_LOOK_EVERY_SECONDS).not_done:
        with cluster_told(settings):
            gone = workers.items() - worker_processes(client).items()
        if gone and not future.done():  # one that left after its work is not missed
            raise cluster_lost(settings, f"{len(gone)} of the {len(workers)} workers with rows of the training are gone")
    return future.result()
