"""Which results of partitions one transaction takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from schemas.errors import ResourceError
from schemas.partitions import PartitionResult
from schemas.settings import ROW_GROUP_ROWS, Settings
from tasks.core.commits import SMALL_CHUNK
from tasks.partition_commits import gathered


def _taken(settings: Settings, n: int) -> list[list[int]]:
    results = (PartitionResult(number, "", ROW_GROUP_ROWS, {}, "lightgbm-4.7.0") for number in range(n))
    return [[one.number for one in together] for together in gathered(settings, results)]


def test_a_transaction_takes_as_many_partitions_as_fill_row_groups(settings: Settings) -> None:
    assert _taken(settings, 7) == [[0, 1, 2], [3, 4, 5], [6]]
    assert _taken(settings, 0) == []


def test_partitions_before_one_that_fails_are_committed_and_then_it_is_told(settings: Settings) -> None:
    def results() -> Iterator[PartitionResult]:
        yield from (PartitionResult(number, "", SMALL_CHUNK, {}, "lightgbm-4.7.0") for number in range(2))
        raise ResourceError("partition 2 took longer than 3 hours", where="x", remedy="y")

    taken = gathered(settings, results())
    assert [one.number for one in next(taken)] == [0, 1]
    with pytest.raises(ResourceError, match="partition 2"):
        next(taken)


def test_a_commit_that_fails_is_not_tried_again_with_the_same_partitions(settings: Settings) -> None:
    together = gathered(settings, (PartitionResult(number, "", ROW_GROUP_ROWS, {}, "lightgbm-4.7.0") for number in range(9)))
    assert [one.number for one in next(together)] == [0, 1, 2]
    with pytest.raises(ResourceError):
        together.throw(ResourceError("no space", where="x", remedy="y"))  # type: ignore[attr-defined]
    assert list(together) == []


def test_where_memory_is_short_a_transaction_takes_one(settings: Settings) -> None:
    assert _taken(replace(settings, chunk_rows=SMALL_CHUNK - 1), 3) == [[0], [1], [2]]
