"""The quality record: what the inputs of an application lacked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import polars as pl

from tasks.core.quality import inputs_of, look_at, marked, names_per_row, quality_of


def _manifest() -> Any:
    inputs = [
        SimpleNamespace(name="AMT_CREDIT", kind="number", minimum=10.0, maximum=20.0),
        SimpleNamespace(name="OCCUPATION_TYPE", kind="text", minimum=None, maximum=None),
        SimpleNamespace(name="BURO_COUNT", kind="number", minimum=None, maximum=None),
    ]
    return SimpleNamespace(
        inputs=inputs, input_names=[item.name for item in inputs], missing_code=-1, unseen_codes={"OCCUPATION_TYPE": 0.5}
    )


def _assess(matrix: list[list[float]], min_filled_share: float = 0.5, rows_at_a_time: int = 2) -> Any:
    keys = pl.DataFrame({"application_id": range(len(matrix)), "batch_id": [1] * len(matrix)})
    inputs = inputs_of(cast("Any", _manifest()), frozenset({"AMT_CREDIT", "OCCUPATION_TYPE"}))
    starts = range(0, len(matrix), rows_at_a_time)
    found = [look_at(np.array(matrix[start : start + rows_at_a_time]), inputs) for start in starts]
    return quality_of(keys, inputs, found, ["bureau"], min_filled_share)


def test_missing_unseen_and_out_of_range_are_told_apart() -> None:
    nan = float("nan")
    records = _assess([[15, 1, 3], [nan, -1, nan], [21, 0.5, 3], [9, 0, nan]]).records
    assert records["n_filled"].to_list() == [3, 0, 3, 2]
    assert records["missing_columns"].to_list() == [[], ["AMT_CREDIT", "OCCUPATION_TYPE"], [], []]
    assert records["unseen_columns"].to_list() == [[], [], ["OCCUPATION_TYPE"], []]
    assert records["out_of_range_columns"].to_list() == [[], [], ["AMT_CREDIT"], ["AMT_CREDIT"]]
    assert records["missing_tables"].to_list() == [["bureau"]] * 4


def test_a_row_with_too_few_filled_inputs_is_insufficient() -> None:
    nan = float("nan")
    assert _assess([[15, 1, 3], [nan, 1, nan], [15, 1, nan]]).is_insufficient.tolist() == [False, True, False]


def test_an_empty_delivery_has_empty_records() -> None:
    found = _assess([])
    assert found.records.height == len(found.is_insufficient) == 0


def test_names_per_row_keeps_the_order_of_names() -> None:
    parts = [np.array([[True, False, True], [False, False, False]]), np.array([[False, True, True]])]
    found = names_per_row([marked(part) for part in parts], ["b", "a", "c"])
    assert found.to_list() == [["b", "c"], [], ["a", "c"]]


def test_names_per_row_of_no_names_are_empty_lists() -> None:
    assert names_per_row([marked(np.empty((2, 0), dtype=np.bool_))], []).to_list() == [[], []]
