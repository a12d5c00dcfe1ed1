"""Results of partitions into the warehouse: in order, several in one transaction, none of them twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from schemas.errors import LoanwatchError
from schemas.partitions import PartitionResult
from schemas.references import BatchScore
from schemas.settings import Settings
from tasks.core.commits import ROWS_TOGETHER, SMALL_CHUNK
from tasks.partitions import Job, partition_of
from tasks.score import count_chunk
from warehouse.connection import Connection, open_warehouse, transaction
from warehouse.memory import give_back
from warehouse.partition_files import prepare, require_untouched
from warehouse.partition_reading import read_versions, versions_files
from warehouse.partition_results import read_chunk, require_undecided
from warehouse.scores import ScoredChunk, write_chunk


def commit_partitions(settings: Settings, job: Job, results: Iterable[PartitionResult], score: BatchScore) -> None:
    """Writes the results of partitions into the warehouse as they come, and adds them to the delivery's counts.

    A transaction takes several of them, for one that fills no row group has the next one write the group anew.

    Raises:
        VerificationError: a file is not the one that the worker wrote, its rows are not the partition's versions, or one of them
            is decided already; nothing of that transaction was written.
    """
    for together in gathered(settings, results):
        with open_warehouse(settings) as connection:
            prepare(connection, settings)
            with transaction(connection):
                for result in together:
                    chunk = _read_result(connection, settings, job, result)
                    write_chunk(connection, job.scoring.champion.feature_set, chunk)
                    count_chunk(score, chunk)
            give_back(connection, settings)


def gathered(settings: Settings, results: Iterable[PartitionResult]) -> Iterator[list[PartitionResult]]:
    """The results in order, as many as one transaction takes; where one of them fails, first those before it."""
    least = 1 if settings.chunk_rows < SMALL_CHUNK else ROWS_TOGETHER
    held: list[PartitionResult] = []
    try:
        for result in results:
            held.append(result)
            if sum(one.n_rows for one in held) >= least:
                whole, held = held, []
                yield whole
    except LoanwatchError:
        if held:  # else a partition that fails every night would keep them from ever being decided
            yield held
        raise
    if held:
        yield held


def _read_result(connection: Connection, settings: Settings, job: Job, result: PartitionResult) -> ScoredChunk:
    """What a worker wrote, once it is certain that it is the whole partition and that none of it is decided."""
    partition, folder = partition_of(job.content, result.number), job.folder / result.folder
    require_untouched(job.folder, versions_files(partition))
    expected = read_versions(connection, settings, job.folder, partition)
    chunk = read_chunk(connection, settings, folder, result, job.batch, job.content)
    require_undecided(connection, expected, chunk, folder)
    return chunk
