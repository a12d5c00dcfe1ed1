from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.core.folds import is_held_out
from tasks.core.training_rows import split_holdout


def _frame(seed: int, n_rows: int, n_days: int) -> pl.DataFrame:
    generator = np.random.default_rng(seed)
    ids = generator.integers(0, max(2, n_rows // 2), n_rows) + 1000
    day = generator.integers(1, n_days + 1, n_rows)
    frame = pl.DataFrame({"application_id": ids, "batch_id": 2026010000 + 100 * day + generator.integers(0, 3, n_rows)})
    frame = frame.unique(["application_id", "batch_id"]).sort("batch_id", "application_id")
    return frame.with_columns(pl.Series("target", generator.random(frame.height) < 0.5).cast(pl.Int8))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(400, 900), st.integers(6, 28), st.floats(0.05, 0.5))
def test_a_hold_out_by_time_is_the_newest_whole_days_and_shares_no_applicant(
    seed: int, n: int, n_days: int, share: float
) -> None:
    frame = _frame(seed, n, n_days)
    day = pl.col("batch_id") // 100
    sizes = dict(frame.group_by(day.alias("day")).len().iter_rows())
    expected: list[int] = []
    for newest in sorted(sizes, reverse=True):
        if sum(sizes[item] for item in expected) < share * frame.height:
            expected.append(newest)
    held = frame.filter(day.is_in(expected))
    older = frame.filter(~day.is_in(expected))
    fitted = older.join(held, on="application_id", how="anti")
    if min(fitted["target"].sum(), fitted.height - fitted["target"].sum()) < 20 or held["target"].n_unique() < 2:
        return
    split = split_holdout(frame.sample(fraction=1.0, shuffle=True, seed=seed), "time", share)
    keys = ["application_id", "batch_id"]
    assert split.holdout.equals(held.sort(keys))
    assert split.fitted.equals(fitted.sort(keys))


@given(st.floats(0.05, 0.5), st.floats(0.05, 0.5))
def test_who_is_held_out_at_a_smaller_share_is_held_out_at_a_larger_one(one: float, other: float) -> None:
    ids = np.arange(2000, dtype=np.int64)
    smaller, larger = (is_held_out(ids, share) for share in sorted((one, other)))
    assert not (smaller & ~larger).any()
