"""Dask on this machine, for who has no cluster: as many processes as the settings say, private, and gone with who started it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from schemas.extras import require_extra
from schemas.settings import Settings

if TYPE_CHECKING:
    from distributed import Client

_LOOPBACK = "127.0.0.1"


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
        "local_directory": str(settings.scratch / "dask"),
        "host": _LOOPBACK,
        "dashboard_address": None,  # no page that shows what runs here
        "protocol": "tls",
        "security": Security.temporary(),
    }


@contextmanager
def dask_client(settings: Settings) -> Iterator[Client]:
    """A client of the cluster of the settings, else of one of this machine that ends with it.

    The certificates of a cluster elsewhere stand in Dask's own configuration (`distributed.comm.tls`), where clients find them.
    """
    from distributed import Client, LocalCluster

    if settings.dask_scheduler:
        with Client(settings.dask_scheduler, set_as_default=False) as client:
            yield client
        return
    with LocalCluster(**local_options(settings)) as cluster, Client(cluster, set_as_default=False) as client:
        yield client
