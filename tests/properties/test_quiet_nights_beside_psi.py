"""Quiet nights stay quiet, and drift is found: every limit beside PSI together, on simulated nights with a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.quiet_nights import APPROVE_BELOW, Night, run

#: Nights of a power test.
N_NIGHTS = 40


@pytest.mark.parametrize("n_rows", [200, 500, 2000])
def test_two_hundred_undrifted_nights_raise_one_alert_at_most_beside_psi(n_rows: int) -> None:
    alerts = [
        (row["window_days"], row["kind"], row["subject"], row["segment"])
        for rows in run(n_rows, 200, seed=n_rows)
        for row in rows
        if row["status"] == "alert"
    ]
    assert len(alerts) <= 1, alerts


def _found(n_rows: int, change: Callable[[Night], Night], subject: str, segment: str = "", kind: str | None = None) -> float:
    """Share of nights of one day on which the subject is an alert."""
    hits = [
        row["status"] == "alert"
        for rows in run(n_rows, N_NIGHTS, seed=11, change=change, windows=(1,))
        for row in rows
        if (row["subject"], row["segment"]) == (subject, segment) and kind in (None, row["kind"])
    ]
    assert len(hits) == N_NIGHTS
    return float(np.mean(hits))


def _scaled(factor: float, where: pl.Expr) -> Callable[[Night], Night]:
    pd = pl.when(where).then((pl.col("pd") * factor).clip(0, 0.99)).otherwise(pl.col("pd"))
    return lambda night: replace(
        night, applicants=night.applicants.with_columns(pd).with_columns((pl.col("pd") < APPROVE_BELOW).alias("is_approved"))
    )


def _missing(share: float) -> Callable[[Night], Night]:
    def change(night: Night) -> Night:
        missing = night.missing.copy()
        missing[0] = round(share * night.applicants.height)  # never missing in the reference
        missing[30] = round((0.5 + share) * night.applicants.height)  # missing for half of it
        return replace(night, missing=missing)

    return change


def _unseen(share: float) -> Callable[[Night], Night]:
    return lambda night: replace(night, unseen=np.full_like(night.unseen, round(share * night.applicants.height)))


EVERYONE = pl.lit(value=True)


@pytest.mark.parametrize(
    ("n_rows", "change", "subject", "segment", "kind"),
    [
        (200, _missing(0.06), "F0", "", "missing"),
        (500, _missing(0.15), "F30", "", "missing"),
        (200, _unseen(0.08), "F3", "", "unseen"),
        (500, _unseen(0.02), "F3", "", "unseen"),
        (200, _scaled(1.8, EVERYONE), "mean_pd", "", "rate"),
        (500, _scaled(1.5, EVERYONE), "mean_pd", "", "rate"),
        (200, _scaled(1.8, EVERYONE), "approval_rate", "", "rate"),
        (2000, _scaled(1.4, EVERYONE), "mean_pd", "", "rate"),
        (500, _scaled(2.5, pl.col("CODE_GENDER") == 1), "mean_pd", "CODE_GENDER=1", "rate"),
        (500, _scaled(2.5, pl.col("CODE_GENDER") == 1), "pd", "CODE_GENDER=1", "score"),
        (
            500,
            lambda night: replace(night, applicants=night.applicants.head(150), missing=night.missing * 0),
            "rows_received",
            "",
            "volume",
        ),
        (500, lambda night: replace(night, n_quarantined=night.applicants.height // 20), "quarantined_rows", "", "rate"),
    ],
)
def test_drift_is_found_in_nineteen_nights_of_twenty(
    n_rows: int, change: Callable[[Night], Night], subject: str, segment: str, kind: str
) -> None:
    assert _found(n_rows, change, subject, segment, kind) >= 0.95


def test_drift_of_one_segment_leaves_the_others_quiet() -> None:
    change = _scaled(2.5, pl.col("CODE_GENDER") == 1)
    assert _found(500, change, "mean_pd", "CODE_GENDER=0", "rate") == 0.0
