"""One delivery in one process, and in partitions on threads and on Dask: `python -m benchmarks.partitions [--sizes 10000]`.

Set-up (not timed): a home with a champion, a delivery of so many applicants with full histories, taken in; for Dask a cluster of
two processes. Timed: from the undecided applications in the warehouse to their decisions in it, explained and with their features
stored; for partitions its three steps too (dealing out, computing, commit). Prefect is left out: it adds about 10 ms a partition.
The sides must leave the same content in every table. Writes benchmarks/results/partitions.json; `python -m benchmarks.scale`
renders it.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.frame import Side, Stopwatch, Target, call, run
from benchmarks.homes import NIGHT, night_home, settings_of
from schemas.partitions import PartitionRef, PartitionResult
from schemas.references import PendingBatch
from schemas.settings import Settings, read_settings
from tasks import night
from tasks.partition_commits import commit_partitions
from tasks.partitions import compute_partition, discard_job, export_job, score_of
from tests.contents import warehouse_hashes

WORKERS = 2

Compute = Callable[[list[PartitionRef]], Iterator[PartitionResult]]


@contextmanager
def _delivery(folder: str, size: int) -> Iterator[tuple[Settings, PendingBatch]]:
    """A home of this run's own with one delivery to decide."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        home = night_home(Path(folder), size, target=Path(scratch) / "home")
        settings = replace(settings_of(home), partitions=2 * WORKERS)
        os.environ["LOANWATCH_HOME"] = str(home)
        with night.hold_warehouse(settings):
            night.require_ready(settings, NIGHT)
            night.take_in(settings, NIGHT)
            (batch,) = night.find_pending(settings, NIGHT)
            yield settings, batch


def one_process(folder: str, size: int) -> dict[str, Any]:
    """Chunk by chunk, as a night does without settings."""
    watch = Stopwatch()
    with _delivery(folder, size) as (settings, batch):
        with watch.running():
            night.score_delivery(settings, batch)
        return {"seconds": watch.seconds, "check": warehouse_hashes(settings)}


def _partitioned(settings: Settings, batch: PendingBatch, compute: Compute) -> dict[str, Any]:
    started = time.perf_counter()
    job = export_job(settings, batch)
    exported = time.perf_counter()
    results = list(compute(job.refs))
    computed = time.perf_counter()
    score = score_of(job)
    commit_partitions(settings, job, results, score)
    committed = time.perf_counter()
    discard_job(job)
    return {
        "seconds": committed - started,
        "export_seconds": round(exported - started, 3),
        "compute_seconds": round(computed - exported, 3),
        "commit_seconds": round(committed - computed, 3),
        "check": warehouse_hashes(settings),
    }


def on_threads(folder: str, size: int) -> dict[str, Any]:
    """Partitions on threads of this process."""
    with _delivery(folder, size) as (settings, batch), ThreadPoolExecutor(WORKERS) as pool:
        return _partitioned(settings, batch, lambda refs: pool.map(lambda ref: compute_partition(settings, ref), refs))


def _on_worker(ref: PartitionRef) -> PartitionResult:
    return compute_partition(replace(read_settings(), threads=1), ref)


def on_dask(folder: str, size: int) -> dict[str, Any]:
    """Partitions on two processes of a Dask cluster of this machine."""
    from distributed import Client, LocalCluster

    with _delivery(folder, size) as (settings, batch):
        options = {"n_workers": WORKERS, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": None}
        with LocalCluster(**options) as cluster, Client(cluster) as client:
            client.run(_warm)
            return _partitioned(settings, batch, lambda refs: iter(client.gather(client.map(_on_worker, refs))))


def _warm() -> None:
    """A worker of a standing cluster has its imports behind it."""
    import tasks.partitions  # noqa: F401


def _sides(size: int, folder: Path) -> list[Side]:
    given = {"folder": str(folder), "size": size}
    return [
        call("one process", "benchmarks.partitions:one_process", **given),
        call("partitions on threads", "benchmarks.partitions:on_threads", **given),
        call("partitions on Dask", "benchmarks.partitions:on_dask", **given),
    ]


if __name__ == "__main__":
    run(
        "partitions",
        "One delivery with full histories, from undecided to decided, in one process and in partitions",
        _sides,
        [Target("at_most", 2.0, of=("partitions on Dask", "one process"))],
        description=__doc__,
        notes=[
            "The peak of memory is that of the process to its end, when it reads the whole warehouse to compare it; "
            "Dask's workers are processes of their own and not in it.",
            "The cluster of this benchmark talks without TLS; the one that `loanwatch nightly` starts talks with it.",
        ],
        sizes=(10_000, 100_000),
    )
