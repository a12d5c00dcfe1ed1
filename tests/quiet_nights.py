"""Nights without drift, or with a drift put in, and everything that is measured beside PSI on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from tasks.core.drift_rows import Limits, Window
from tasks.core.monitoring import Totals, decision_rows, freshness_row, missing_rows, refusal_rows, unseen_rows
from tasks.core.segments import freeze_segments, gather_segments, in_segments, segment_rows
from tasks.core.significance import Atoms, draw_together
from tasks.core.volume import volume_row

N_REFERENCE = 50_000
N_SUBJECTS = 150
N_TEXTS = 20
WINDOWS = (1, 7, 30)
FIRST = date(2026, 1, 1)
APPROVE_BELOW = 0.1
_COLUMNS = ("NAME_CONTRACT_TYPE", "CODE_GENDER", "REGION_RATING_CLIENT", "NAME_INCOME_TYPE")
_LEVELS = {
    "NAME_CONTRACT_TYPE": [0.9, 0.1],
    "CODE_GENDER": [0.66, 0.34],
    "REGION_RATING_CLIENT": [0.1, 0.74, 0.16],
    "NAME_INCOME_TYPE": [0.52, 0.23, 0.18, 0.069, 0.001],
}

Rows = list[dict[str, Any]]


def applications(generator: np.random.Generator, n: int) -> pl.DataFrame:
    """PD and segments of n applicants."""
    pd = np.round(np.clip(generator.beta(0.9, 10, n), 1e-6, 0.99), 12)
    levels = {name: generator.choice(len(shares), n, p=shares) for name, shares in _LEVELS.items()}
    return pl.DataFrame({"pd": pd, "is_approved": pd < APPROVE_BELOW, **levels})


@dataclass
class Night:
    """What one night brought: rows missing per subject, unseen per text, applicants, rows quarantined, edges of the PD's bins."""

    missing: np.ndarray
    unseen: np.ndarray
    applicants: pl.DataFrame
    n_quarantined: int
    edges: list[float]

    @cached_property
    def cells(self) -> pl.DataFrame:
        """Counts per segment and bin, as the warehouse gives them."""
        labelled = in_segments(self.applicants, _COLUMNS)
        place = np.searchsorted(np.asarray(self.edges), labelled["pd"].to_numpy(), side="left")
        return (
            labelled.with_columns(pl.Series("bin", place))
            .group_by("segment", "bin")
            .agg(pl.len().alias("n"), pl.col("is_approved").sum().alias("n_approved"), pl.col("pd").sum().alias("sum_pd"))
        )

    @cached_property
    def sums(self) -> tuple[int, int, float]:
        """Applicants, approvals, sum of PDs."""
        return self.applicants.height, int(self.applicants["is_approved"].sum()), float(self.applicants["pd"].sum())


@dataclass
class Portfolio:
    """A reference, and nights of the same law."""

    seed: int
    n_rows: int
    missing_share: np.ndarray = field(init=False)
    unseen_share: np.ndarray = field(init=False)
    missing_reference: np.ndarray = field(init=False)
    totals: Totals = field(init=False)
    pds: Atoms = field(init=False)
    edges: list[float] = field(init=False)
    segments: pl.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        generator = self.generator = np.random.default_rng(self.seed)
        self.missing_share = np.concatenate(([0.0] * 30, [0.5] * 30, generator.random(N_SUBJECTS - 60)))
        self.missing_reference = generator.binomial(N_REFERENCE, self.missing_share)
        # levels that the reference missed by chance: of such a size that it mostly would not
        self.unseen_share = generator.exponential(1.0 / N_REFERENCE, N_TEXTS)
        frame = applications(generator, N_REFERENCE)
        pd = frame["pd"].to_numpy()
        self.totals = Totals(N_REFERENCE, int(frame["is_approved"].sum()), float(pd.mean()))
        self.pds = draw_together(pd)
        self.edges = [*np.quantile(pd, np.arange(0.1, 1.0, 0.1)).tolist(), float("inf")]
        self.segments = freeze_segments(in_segments(frame, _COLUMNS), self.edges)

    def night(self) -> Night:
        n = max(self.n_rows, int(self.generator.poisson(1.1 * self.n_rows)))
        return Night(
            self.generator.binomial(n, self.missing_share),
            self.generator.binomial(n, self.unseen_share),
            applications(self.generator, n),
            int(self.generator.binomial(n, 0.002)),
            self.edges,
        )


def measure(portfolio: Portfolio, nights: list[Night], limits: Limits, windows: tuple[int, ...] = WINDOWS) -> Rows:
    """Every row beside PSI of the last night, over each window."""
    last = FIRST + timedelta(days=len(nights) - 1)
    days = pl.DataFrame(
        {
            "received_on": [FIRST + timedelta(days=i) for i in range(len(nights))],
            "n_received": [night.applicants.height for night in nights],
            "n_quarantined": [night.n_quarantined for night in nights],
        }
    ).with_columns(pl.lit(value=False).alias("is_refused"), pl.lit(0).alias("n_refused"))
    rows: Rows = []
    for length in windows:
        window = Window(last, length, length, length, "m-1")
        rows += _of_window(portfolio, nights[-length:], window, limits)
        rows += [volume_row(days, window, limits), *refusal_rows(days, window, limits), freshness_row(last, window, limits)]
    return rows


def _of_window(portfolio: Portfolio, nights: list[Night], window: Window, limits: Limits) -> Rows:
    n, n_approved, sum_pd = (sum(part) for part in zip(*(night.sums for night in nights), strict=True))
    missing = pl.DataFrame(
        {
            "subject": [f"F{i}" for i in range(N_SUBJECTS)],
            "missing_reference": portfolio.missing_reference,
            "missing_current": np.sum([night.missing for night in nights], axis=0),
        }
    ).with_columns(pl.lit(N_REFERENCE).alias("n_reference"), pl.lit(n).alias("n_current"))
    unseen = missing.head(N_TEXTS).with_columns(pl.Series("unseen_current", np.sum([night.unseen for night in nights], axis=0)))
    current = Totals(int(n), int(n_approved), sum_pd / n)
    segments = gather_segments(pl.concat([night.cells for night in nights]), len(portfolio.edges))
    return [
        *missing_rows(missing, window, limits),
        *unseen_rows(unseen, window, limits),
        *decision_rows(current, portfolio.totals, portfolio.pds, window, limits),
        *segment_rows(segments, portfolio.segments, window, limits),
    ]


def run(
    n_rows: int, n_nights: int, seed: int, *, limits: Limits | None = None, change: Callable[[Night], Night] | None = None,
    windows: tuple[int, ...] = WINDOWS, past: int = 86,
) -> Iterator[Rows]:  # fmt: skip
    """The rows of `n_nights` nights after `past` quiet ones; `change` is made to the night that is measured, not to the past."""
    portfolio = Portfolio(seed, n_rows)
    nights = [portfolio.night() for _ in range(past)]
    for _ in range(n_nights):
        night = portfolio.night()
        tonight = change(night) if change else night
        yield measure(portfolio, [*nights[-past:], tonight], limits or Limits(), windows)
        nights.append(night)
