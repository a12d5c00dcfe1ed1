"""How many applications came, against what the same weekdays brought in past weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from scipy.stats import poisson
from scipy.stats import t as student

from tasks.core.drift_rows import Limits, Window, drift_row, status_of
from tasks.core.vectors import Vector

#: Past days of one weekday from which that weekday has its own level; with fewer, all days share one.
SAME_WEEKDAY_DAYS = 4
#: A normal standard deviation per median absolute deviation, and the median's variance per variance of the mean.
_MAD_TO_SD = 1.4826
_MEDIAN_VARIANCE = np.pi / 2.0
#: What a deviation from medians is worth against one from means, in rows (Rousseeuw and Croux, JASA 88, 1993).
_MAD_EFFICIENCY = 0.37


@dataclass(frozen=True)
class Expectation:
    """Rows expected over the days asked for, the standard deviation of what comes about that, and the past days behind it."""

    rows: float
    sd: float
    n_past_days: int
    n_levels: int

    @property
    def freedom(self) -> float:
        """Degrees of freedom of the scatter: past days less levels taken from them, at the worth of a median."""
        return max(1.0, _MAD_EFFICIENCY * (self.n_past_days - self.n_levels))


def _levels(day: Vector, rows: Vector, asked: Vector) -> tuple[Vector, Vector, Vector]:
    """For each weekday asked for: the median of past rows, the days behind it, and which pool of days it was taken from."""
    level, n_days, pool = np.empty(len(asked)), np.empty(len(asked)), np.empty(len(asked))
    for position, weekday in enumerate(asked):
        own = rows[day == weekday]
        chosen = own if len(own) >= SAME_WEEKDAY_DAYS else rows
        level[position], n_days[position] = np.median(chosen), len(chosen)
        pool[position] = weekday if len(own) >= SAME_WEEKDAY_DAYS else -1.0
    return level, n_days, pool


def _level_without(day: Vector, rows: Vector, position: int) -> tuple[float, float]:
    """The level of one past day as the other past days give it, and by how much its uncertainty widens the day's variance."""
    others = np.arange(len(rows)) != position
    own = rows[others & (day == day[position])]
    chosen = own if len(own) >= SAME_WEEKDAY_DAYS - 1 else rows[others]
    return float(np.median(chosen)), 1.0 + _MEDIAN_VARIANCE / len(chosen)


def _excess(day: Vector, rows: Vector) -> float:
    """How far days scatter about their level beyond what Poisson counts do, as a variance relative to the level squared.

    Each day is compared with the level of the others: a level that a day has a part in lies too near to it.
    """
    level, widening = np.array([_level_without(day, rows, position) for position in range(len(rows))]).T
    known = level > 0
    if not known.any():
        return 0.0
    scatter = _MAD_TO_SD * float(np.median(np.abs(rows[known] / level[known] - 1.0) / np.sqrt(widening[known])))
    return max(0.0, scatter**2 - float(np.mean(1.0 / level[known])))


def expect_rows(past_day: Vector, past_rows: Vector, asked_day: Vector) -> Expectation:
    """What the days asked for should bring, from past days.

    A day's level is the median of the past days of its weekday (of all past days where they are fewer than 4). Its variance is
    that of a negative binomial: level + e level^2, e the scatter of past days about their levels (median absolute deviation)
    beyond Poisson's. The levels are uncertain themselves: pi/2 v/k for a median of k days, in full for days that share one.

    Args:
        past_day, asked_day: weekdays, 0 to 6.
        past_rows: rows received on each past day.
    """
    excess = _excess(past_day, past_rows) if len(past_rows) > 1 else 0.0
    level, n_days, pool = _levels(past_day, past_rows, asked_day)
    variance = level + excess * level**2
    total = float(variance.sum())
    for one in np.unique(pool):
        shared = pool == one
        total += _MEDIAN_VARIANCE * float(np.sqrt(variance[shared] / n_days[shared]).sum()) ** 2
    _, own = np.unique(past_day, return_counts=True)
    n_levels = int((own >= SAME_WEEKDAY_DAYS).sum()) + int((own < SAME_WEEKDAY_DAYS).any())
    return Expectation(float(level.sum()), float(np.sqrt(total)), len(past_rows), n_levels)


def volume_p_value(rows: float, expected: Expectation) -> float:
    """Two-sided p-value of the rows that came: the larger of two tests, so that neither few days nor few rows raise an alarm.

    Student's t on (rows - expected) / sd, with 0.37 (past days - levels) degrees of freedom for a scatter taken from medians; and
    the exact Poisson tail, which governs small counts.
    """
    if expected.sd <= 0.0:
        return 1.0 if rows == expected.rows else 0.0
    by_t = 2.0 * float(student.sf(abs(rows - expected.rows) / expected.sd, expected.freedom))
    tails = poisson.cdf(rows, expected.rows), poisson.sf(rows - 1.0, expected.rows)
    return max(by_t, min(1.0, 2.0 * float(min(tails))))


def _weekdays(days: pl.DataFrame) -> Vector:
    return (days["received_on"].dt.weekday() - 1).to_numpy().astype(np.float64)


def past_of(days: pl.DataFrame, window: Window, past_days: int) -> pl.DataFrame:
    """The days of the `past_days` days that end where the window starts."""
    end: date = window.as_of - timedelta(days=window.window_days)
    on = pl.col("received_on")
    return days.filter((on <= end) & (on > end - timedelta(days=past_days)))


def days_of(days: pl.DataFrame, window: Window) -> pl.DataFrame:
    """The days of the window."""
    on = pl.col("received_on")
    return days.filter((on <= window.as_of) & (on > window.as_of - timedelta(days=window.window_days)))


def volume_row(days: pl.DataFrame, window: Window, limits: Limits) -> dict[str, Any]:
    """Rows received on the window's days, against what those weekdays should bring.

    A day without a delivery of applications is not a day of few: it belongs to freshness and is in neither sum.

    Args:
        days: received_on and n_received, one row per day on which applications came, the window's and those before it.
        window: the days asked about.
        limits: `volume_change` is a share of the rows expected, `volume_min_days` the past days it takes.

    Returns:
        A drift row of kind `volume`: value and value_reference in rows, n_reference in past days.
    """
    known = days.filter(pl.col("n_received") > 0)
    past, asked = past_of(known, window, limits.volume_past_days), days_of(known, window)
    n_rows = int(asked["n_received"].sum())
    figures: dict[str, Any] = {"value": float(n_rows), "n_reference": past.height, "n_current": n_rows}
    if past.height < limits.volume_min_days or asked.is_empty():
        return drift_row(window, "rows_received", "volume", "too_few", **figures)
    expected = expect_rows(_weekdays(past), past["n_received"].to_numpy().astype(np.float64), _weekdays(asked))
    limit = limits.volume_change * expected.rows
    p_value = volume_p_value(n_rows, expected)
    figures |= {"value_reference": expected.rows, "value_limit": limit, "p_value": p_value}
    return drift_row(window, "rows_received", "volume", status_of(n_rows - expected.rows, limit, p_value, limits), **figures)
