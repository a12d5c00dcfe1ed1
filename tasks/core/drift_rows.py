"""The shape of a drift row, and what makes one an alert, wherever it is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from schemas.drift import Status
from schemas.policy import DriftRules

#: One row per business date, window, subject, segment and kind.
ROW_SCHEMA: dict[str, Any] = {
    "as_of": pl.Date,
    "window_days": pl.Int32,
    "subject": pl.String,
    "segment": pl.String,
    "kind": pl.String,
    "psi": pl.Float64,
    "psi_noise": pl.Float64,
    "psi_limit": pl.Float64,
    "value": pl.Float64,
    "value_reference": pl.Float64,
    "value_limit": pl.Float64,
    "n_reference": pl.Int64,
    "n_current": pl.Int64,
    "days_expected": pl.Int32,
    "days_seen": pl.Int32,
    "missing_share_reference": pl.Float64,
    "missing_share_current": pl.Float64,
    "unseen_share": pl.Float64,
    "status": pl.String,
    "model_version": pl.String,
    "p_value": pl.Float64,
    "importance": pl.Float64,
    "proposes_retraining": pl.Boolean,
}


@dataclass(frozen=True)
class Limits:
    """From when a change is one to act on. Shares and rates in [0, 1], differences absolute unless said otherwise."""

    #: an alert is as unlikely without drift as this, a watch as that. The policy's 1e-5 is shared among its windows: they look
    #: at one subject, and at much the same rows.
    significance: float = 1e-5 / 3
    watch_significance: float = 1e-3
    #: fewer rows on a side are `too_few`, all together and in a segment
    min_rows: int = 200
    segment_min_rows: int = 50
    #: change of the missing share; the largest share of unseen levels above the reference's; either may differ by subject
    missing_change: float = 0.05
    missing_change_of: Mapping[str, float] = field(default_factory=dict)
    unseen_share: float = 0.01
    unseen_share_of: Mapping[str, float] = field(default_factory=dict)
    #: change of rows received, as a share of those expected; days of deliveries before there is anything to expect
    volume_change: float = 0.5
    volume_past_days: int = 56
    volume_min_days: int = 14
    refused_change: float = 0.05
    quarantined_change: float = 0.02
    approval_change: float = 0.05
    #: change of the mean PD as a share of the reference's
    mean_pd_change: float = 0.25
    segment_psi: float = 0.20
    false_discovery_rate: float = 0.01
    #: days since the newest delivery
    freshness_days: int = 2


def limits_from(rules: DriftRules) -> Limits:
    """The limits of the policy's drift section."""
    of = {subject.name: rules.limits_of(subject.name) for subject in rules.subjects}
    return Limits(
        significance=rules.significance / len(rules.windows),
        min_rows=rules.min_rows,
        missing_change=rules.limits.missing_share,
        missing_change_of={name: limits.missing_share for name, limits in of.items()},
        unseen_share=rules.limits.unseen_share,
        unseen_share_of={name: limits.unseen_share for name, limits in of.items()},
        segment_psi=rules.limits_of("pd").alert,
        **rules.beside.model_dump(),
    )


@dataclass(frozen=True)
class Window:
    """The days (as_of - window_days, as_of], how many of them a delivery was expected on and came, and whose reference it is."""

    as_of: date
    window_days: int
    days_expected: int
    days_seen: int
    model_version: str


def status_of(change: float, limit: float, p_value: float, limits: Limits) -> Status:
    """`alert` beyond the limit and significant; `watch` beyond half of it and significant at 1e-3; both by the policy."""
    if abs(change) > limit and p_value < limits.significance:
        return "alert"
    if abs(change) > limit / 2.0 and p_value < limits.watch_significance:
        return "watch"
    return "ok"


def drift_row(window: Window, subject: str, kind: str, status: Status, **figures: Any) -> dict[str, Any]:
    """One row; figures by column name, those that are not given are null; the segment of all applicants is ''."""
    known = {
        "as_of": window.as_of,
        "window_days": window.window_days,
        "subject": subject,
        "segment": "",
        "kind": kind,
        "days_expected": window.days_expected,
        "days_seen": window.days_seen,
        "status": status,
        "model_version": window.model_version,
        "proposes_retraining": False,
    }
    return {**dict.fromkeys(ROW_SCHEMA), **known, **figures}


def drift_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """The rows as a frame in the shape of marts.drift, in order of their key."""
    return pl.DataFrame(rows, schema=ROW_SCHEMA, orient="row").sort("as_of", "window_days", "kind", "subject", "segment")
