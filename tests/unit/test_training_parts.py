"""Which rows of a training stay in memory: a sample by applicant that hangs on nothing but ids, and no hold-out to grow on."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.parameters import RetrainParameters
from tasks.core.folds import is_held_out
from tasks.training_parts import divide

SHARE = 0.2


def _versions(n_applicants: int) -> pl.DataFrame:
    """Every third applicant has two versions."""
    ids = [*range(n_applicants), *range(0, n_applicants, 3)]
    frame = pl.DataFrame({"application_id": ids, "batch_id": [1] * n_applicants + [2] * (len(ids) - n_applicants)})
    return frame.with_columns((pl.col("application_id") % 5 == 0).cast(pl.Int8).alias("target"))


@given(n_applicants=st.integers(1, 300), most=st.integers(0, 500))
def test_every_version_is_in_one_place_or_held_out_of_what_grows(n_applicants: int, most: int) -> None:
    versions = _versions(n_applicants)
    here, beyond = divide(versions, most, SHARE)
    assert here.height <= (most or versions.height)
    assert not set(here["application_id"]) & set(beyond["application_id"])
    assert not is_held_out(beyond["application_id"].to_numpy(), SHARE).any()
    left_out = versions.join(pl.concat([here, beyond]), on=["application_id", "batch_id"], how="anti")
    assert is_held_out(left_out["application_id"].to_numpy(), SHARE).all()
    assert here.height + beyond.height + left_out.height == versions.height


def test_the_sample_is_as_large_as_it_may_be_and_the_same_in_any_order() -> None:
    versions = _versions(1000)
    here, beyond = divide(versions, 500, SHARE)
    assert here.height >= 499
    keys = ["application_id", "batch_id"]
    again = divide(versions.sample(fraction=1.0, shuffle=True, seed=1), 500, SHARE)
    assert [frame.sort(keys).equals(other.sort(keys)) for frame, other in zip((here, beyond), again, strict=True)] == [True, True]


@pytest.mark.parametrize(
    "others", [{}, {"distributed": True, "holdout": "time"}, {"distributed": True, "imbalance": "smote"}], ids=str
)
def test_rows_in_memory_are_refused_where_the_other_rows_would_be_lost_or_unlike(others: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="rows_in_memory"):
        RetrainParameters.model_validate({"rows_in_memory": 100, **others})
    assert RetrainParameters.model_validate({"rows_in_memory": 100, "distributed": True}).rows_in_memory == 100
