"""Beside PSI: missing and unseen shares, refusals, approvals, mean PD, freshness, as drift rows with a limit and a test each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from schemas.drift import Status
from tasks.core.drift_rows import Limits, Window, drift_row, status_of
from tasks.core.significance import Atoms, mean_moved, more_than_reference, two_shares
from tasks.core.vectors import Vector
from tasks.core.volume import days_of, past_of


@dataclass(frozen=True)
class Totals:
    """Decisions of one set of applications: how many, how many approved, and the mean PD."""

    n: int
    n_approved: int
    mean_pd: float

    @property
    def approval_rate(self) -> float:
        return self.n_approved / self.n if self.n else float("nan")


def _column(counts: pl.DataFrame, name: str) -> Vector:
    return counts[name].to_numpy().astype(np.float64)


def _limit(subject: str, general: float, of: Mapping[str, float]) -> float:
    return of.get(subject, general)


def _share(x: float, n: float) -> float | None:
    return x / n if n else None


def missing_rows(counts: pl.DataFrame, window: Window, limits: Limits) -> list[dict[str, Any]]:
    """One row per subject: the missing share of the window against the reference's, by Fisher's exact test.

    Args:
        counts: subject, n_reference, missing_reference, n_current, missing_current: rows, and those with the value missing.
        window: the days the current counts cover.
        limits: `missing_change`, or a subject's own in `missing_change_of`.
    """
    p_values = two_shares(
        *(_column(counts, name) for name in ("missing_reference", "n_reference", "missing_current", "n_current"))
    )
    rows = []
    for record, p_value in zip(counts.iter_rows(named=True), p_values, strict=True):
        n, m = record["n_reference"], record["n_current"]
        before, now = _share(record["missing_reference"], n), _share(record["missing_current"], m)
        limit = _limit(record["subject"], limits.missing_change, limits.missing_change_of)
        enough = min(n, m) >= limits.min_rows and before is not None and now is not None
        status = status_of((now or 0.0) - (before or 0.0), limit, float(p_value), limits) if enough else "too_few"
        figures: dict[str, Any] = {
            "value": now,
            "value_reference": before,
            "value_limit": limit,
            "n_reference": n,
            "n_current": m,
        }
        shares: dict[str, Any] = {"missing_share_reference": before, "missing_share_current": now}
        rows.append(drift_row(window, record["subject"], "missing", status, p_value=float(p_value), **figures, **shares))
    return rows


def unseen_rows(counts: pl.DataFrame, window: Window, limits: Limits) -> list[dict[str, Any]]:
    """One row per subject with levels: the share of rows whose level the reference does not hold, by an exact binomial test.

    Args:
        counts: subject, n_reference, n_current, unseen_current; unseen_reference where the reference has some, else 0.
        window: the days the current counts cover.
        limits: `unseen_share`, or a subject's own in `unseen_share_of`.
    """
    if "unseen_reference" not in counts.columns:
        counts = counts.with_columns(pl.lit(0, pl.Int64).alias("unseen_reference"))
    rows = []
    p_values = more_than_reference(
        _column(counts, "unseen_reference"),
        _column(counts, "n_reference"),
        _column(counts, "unseen_current"),
        _column(counts, "n_current"),
        limits.significance,
    )
    for record, p_value in zip(counts.iter_rows(named=True), p_values, strict=True):
        n, m = record["n_reference"], record["n_current"]
        before, now = _share(record["unseen_reference"], n), _share(record["unseen_current"], m)
        limit = _limit(record["subject"], limits.unseen_share, limits.unseen_share_of)
        enough = min(n, m) >= limits.min_rows and before is not None and now is not None
        growth = max(0.0, (now or 0.0) - (before or 0.0))
        status = status_of(growth, limit, float(p_value), limits) if enough else "too_few"
        figures: dict[str, Any] = {
            "value": now,
            "value_reference": before,
            "value_limit": limit,
            "n_reference": n,
            "n_current": m,
        }
        rows.append(drift_row(window, record["subject"], "unseen", status, unseen_share=now, p_value=float(p_value), **figures))
    return rows


@dataclass(frozen=True)
class Share:
    """x of n."""

    x: int
    n: int

    @property
    def value(self) -> float | None:
        return _share(self.x, self.n)


def share_row(
    window: Window, subject: str, current: Share, reference: Share, limit: float, limits: Limits, min_n: int
) -> dict[str, Any]:
    """A share that is to stay, by Fisher's exact test against the reference, as a row of kind `rate`; below `min_n` `too_few`."""
    figures: dict[str, Any] = {
        "value": current.value,
        "value_reference": reference.value,
        "value_limit": limit,
        "n_reference": reference.n,
        "n_current": current.n,
    }
    if current.value is None or reference.value is None or min(current.n, reference.n) < min_n:
        return drift_row(window, subject, "rate", "too_few", **figures)
    p_value = float(two_shares(reference.x, reference.n, current.x, current.n))
    status = status_of(current.value - reference.value, limit, p_value, limits)
    return drift_row(window, subject, "rate", status, p_value=p_value, **figures)


def mean_pd_row(current: Totals, reference: Atoms, window: Window, limits: Limits) -> dict[str, Any]:
    """The mean PD of the window against the champion's out-of-fold PDs, by a Chernoff bound that knows their skew."""
    limit = limits.mean_pd_change * reference.mean
    figures: dict[str, Any] = {
        "value_reference": reference.mean,
        "value_limit": limit,
        "n_reference": reference.n_rows,
        "n_current": current.n,
    }
    if min(current.n, reference.n_rows) < limits.min_rows:
        return drift_row(window, "mean_pd", "rate", "too_few", value=current.mean_pd if current.n else None, **figures)
    p_value = mean_moved(reference, current.mean_pd, current.n)
    status = status_of(current.mean_pd - reference.mean, limit, p_value, limits)
    return drift_row(window, "mean_pd", "rate", status, value=current.mean_pd, p_value=p_value, **figures)


def decision_rows(current: Totals, reference: Totals, pds: Atoms, window: Window, limits: Limits) -> list[dict[str, Any]]:
    """Approval rate and mean PD of the window.

    Args:
        current: what the champion decided in the window, each application once.
        reference: its out-of-fold PDs under the policy in force.
        pds: those PDs, drawn together.
        window: the days.
        limits: `approval_change` in points of the rate, `mean_pd_change` as a share of the reference's mean.
    """
    approved, before = Share(current.n_approved, current.n), Share(reference.n_approved, reference.n)
    approval = share_row(window, "approval_rate", approved, before, limits.approval_change, limits, limits.min_rows)
    return [approval, mean_pd_row(current, pds, window, limits)]


def _of(days: pl.DataFrame, part: str, whole: str) -> Share:
    return Share(int(days[part].sum()), int(days[whole].sum()))


def refusal_rows(days: pl.DataFrame, window: Window, limits: Limits) -> list[dict[str, Any]]:
    """Deliveries refused, rows refused with them, and rows quarantined, each as a share, against the weeks before the window.

    Deliveries are refused whole, so rows of one say nothing beyond their delivery: `refused_rows` shows the share of rows and
    has the status of `refused_deliveries`. One refused night cannot be significant among some weeks of nights; it is alerted as
    a refused delivery by its own rule. These rows catch refusals and bad rows that become usual.

    Args:
        days: received_on, n_received, is_refused, n_refused, n_quarantined; one row per day on which applications came.
        window: the days asked about.
        limits: `refused_change`, `quarantined_change`; `volume_min_days` past days before there is anything to compare with.
    """
    past, now = past_of(days, window, limits.volume_past_days), days_of(days, window)
    deliveries = [Share(int(frame["is_refused"].sum()), frame.height) for frame in (now, past)]
    refused = share_row(window, "refused_deliveries", deliveries[0], deliveries[1], limits.refused_change, limits, 1)
    if past.height < limits.volume_min_days:
        refused["status"] = "too_few"
    shares = [_of(frame, "n_refused", "n_received") for frame in (now, past)]
    rows = share_row(window, "refused_rows", shares[0], shares[1], limits.refused_change, limits, 1)
    taken = [_of(frame.filter(~pl.col("is_refused")), "n_quarantined", "n_received") for frame in (now, past)]
    bad = share_row(window, "quarantined_rows", taken[0], taken[1], limits.quarantined_change, limits, limits.min_rows)
    return [refused, {**rows, "status": refused["status"], "p_value": refused["p_value"]}, bad]


def freshness_row(newest_received_on: date | None, window: Window, limits: Limits) -> dict[str, Any]:
    """Days since the newest delivery of applications, as a row of kind `freshness`; nothing about it is chance.

    `alert` above `freshness_days`, `watch` from one day on; `too_few` before the first delivery.
    """
    limit = float(limits.freshness_days)
    if newest_received_on is None:
        return drift_row(window, "days_since_delivery", "freshness", "too_few", value_reference=0.0, value_limit=limit)
    days = (window.as_of - newest_received_on).days
    status: Status = "alert" if days > limit else "watch" if days > 0 else "ok"
    figures: dict[str, Any] = {"value": float(days), "value_reference": 0.0, "value_limit": limit}
    return drift_row(window, "days_since_delivery", "freshness", status, **figures)
