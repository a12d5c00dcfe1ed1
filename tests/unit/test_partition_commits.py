"""Which results of partitions one transaction takes."""

from __future__ import annotations

from dataclasses import replace

from schemas.partitions import PartitionResult
from schemas.settings import ROW_GROUP_ROWS, Settings
from tasks.core.commits import SMALL_CHUNK
from tasks.partition_commits import gathered


def _taken(settings: Settings, n: int) -> list[list[int]]:
    results = (PartitionResult(number, "", ROW_GROUP_ROWS, {}) for number in range(n))
    return [[one.number for one in together] for together in gathered(settings, results)]


def test_a_transaction_takes_as_many_partitions_as_fill_row_groups(settings: Settings) -> None:
    assert _taken(settings, 7) == [[0, 1, 2], [3, 4, 5], [6]]
    assert _taken(settings, 0) == []


def test_where_memory_is_short_a_transaction_takes_one(settings: Settings) -> None:
    assert _taken(replace(settings, chunk_rows=SMALL_CHUNK - 1), 3) == [[0], [1], [2]]
