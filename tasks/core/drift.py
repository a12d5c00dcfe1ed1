"""From counts over frozen bins to drift rows: PSI, its significance, the share missing and unseen, and a status per subject."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from schemas.drift import Status
from schemas.policy import DriftLimits, DriftRules
from tasks.core.drift_rows import Window, drift_frame, limits_from
from tasks.core.monitoring import missing_rows, unseen_rows
from tasks.core.psi import Measured, measure_cells

#: One subject of one window and segment.
SUBJECT_KEY = ["window_days", "subject", "segment", "kind"]
_KNOWN = ["value_type", "importance", "days_seen"]
_BIN = ["bin", "role", "lower", "upper", "label", "n_reference", "n_current", "contribution"]


def psi_status(psi: float, p_value: float, n_rows: float, limits: DriftLimits, rules: DriftRules) -> Status:
    """What a PSI means: `too_few` under the least number of rows on either side, `alert` from the subject's limit on where it is
    significant too, `watch` from the lower limit on, else `ok`. `n_rows` is the smaller side."""
    if n_rows < rules.min_rows:
        return "too_few"
    if psi >= limits.alert and p_value < rules.significance:
        return "alert"
    return "watch" if psi >= limits.watch else "ok"


def _figures(measured: Measured) -> pl.DataFrame:
    """Per subject; PSI, noise and p-value are null where a side holds no row."""
    columns = ("psi", "noise", "p_value", "n_reference", "n_current")
    frame = pl.DataFrame({name: getattr(measured, name) for name in columns}).rename({"noise": "psi_noise"})
    is_empty = pl.min_horizontal("n_reference", "n_current") == 0
    nulled = [pl.when(~is_empty).then(pl.col(name)).alias(name) for name in ("psi", "psi_noise", "p_value")]
    return frame.with_columns(*nulled, pl.col("n_reference", "n_current").cast(pl.Int64))


def _shares(cells: pl.DataFrame) -> pl.DataFrame:
    """Per subject, in the order of the cells: its key, what is known of it, and shares missing and unseen."""

    def held(role: str, side: str) -> pl.Expr:
        return pl.col(side).filter(pl.col("role") == role).sum()

    def share(role: str, side: str) -> pl.Expr:
        return pl.when(pl.col(side).sum() > 0).then(held(role, side) / pl.col(side).sum())

    return cells.group_by(SUBJECT_KEY, maintain_order=True).agg(
        *(pl.col(name).first() for name in _KNOWN),
        share("missing", "n_reference").alias("missing_share_reference"),
        share("missing", "n_current").alias("missing_share_current"),
        pl.when(pl.col("value_type").first() == "text").then(share("unseen", "n_current")).alias("unseen_share"),
        *(
            held(role, side).alias(f"{role}_{side[2:]}")
            for role in ("missing", "unseen")
            for side in ("n_reference", "n_current")
        ),
    )


def _judged(subjects: pl.DataFrame, rules: DriftRules) -> pl.DataFrame:
    limits = [rules.limits_of(name) for name in subjects["subject"]]
    smaller = subjects.select(pl.min_horizontal("n_reference", "n_current")).to_series()
    figures = zip(subjects["psi"].fill_null(np.nan), subjects["p_value"].fill_null(1.0), smaller, limits, strict=True)
    statuses = [psi_status(psi, p_value, n, limit, rules) for psi, p_value, n, limit in figures]
    return subjects.with_columns(
        pl.Series("psi_limit", [limit.alert for limit in limits], dtype=pl.Float64),
        pl.Series("status", statuses, dtype=pl.String),
        pl.Series("_retrain", [limit.retrain for limit in limits], dtype=pl.Float64),
    ).with_columns(
        ((pl.col("status") == "alert") & (pl.col("psi") >= pl.col("_retrain")))
        .fill_null(value=False)
        .alias("proposes_retraining")
    )


def measure_subjects(
    cells: pl.DataFrame, rules: DriftRules, as_of: date, model_version: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Drift rows and bins of every window, subject and segment in the cells.

    Args:
        cells: one row per window_days, subject, segment, kind and bin: value_type, importance, role, lower, upper, label,
            n_reference, n_current, days_seen; bins without rows included.
        rules: windows, limits and significance of the policy.
        as_of: business date.
        model_version: whose reference it is.

    Returns:
        Rows of monitor.drift_v1 (without measured_at; beside them missing_reference, missing_current, unseen_reference and
        unseen_current in rows, and value_type), and rows of monitor.drift_bins_v1.
    """
    ordered = cells.sort([*SUBJECT_KEY, "bin"])
    group = ordered.select(pl.struct(SUBJECT_KEY).rle_id().cast(pl.Int64)).to_series().to_numpy()
    reference, current = (ordered[name].cast(pl.Float64).to_numpy() for name in ("n_reference", "n_current"))
    measured = measure_cells(reference, current, group)
    subjects = _judged(pl.concat([_shares(ordered), _figures(measured)], how="horizontal"), rules)
    stamp = [pl.lit(as_of).alias("as_of"), pl.lit(model_version).alias("model_version")]
    rows = subjects.with_columns(
        *stamp,
        pl.col("window_days").cast(pl.Int32).alias("days_expected"),
        *(pl.lit(None, pl.Float64).alias(name) for name in ("value", "value_reference", "value_limit")),
    ).drop("_retrain")
    bins = ordered.with_columns(*stamp, pl.Series("contribution", measured.contribution))
    return rows, bins.select("as_of", *SUBJECT_KEY, *_BIN, "model_version")


def measure_shares(subjects: pl.DataFrame, rules: DriftRules) -> pl.DataFrame:
    """Rows of kind `missing` for every feature, and of kind `unseen` for every text, from the rows of `measure_subjects`."""
    limits = limits_from(rules)
    rows = []
    features = subjects.filter(pl.col("kind") == "feature")
    for _, found in features.group_by("window_days", "days_seen", maintain_order=True):
        first = found.row(0, named=True)
        window = Window(*(first[name] for name in ("as_of", "window_days", "days_expected", "days_seen", "model_version")))
        rows += missing_rows(found, window, limits)
        rows += unseen_rows(found.filter(pl.col("value_type") == "text"), window, limits)
    return drift_frame(rows)


def combine_cells(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The cells of several references as one frame."""
    return pl.concat(frames, how="vertical_relaxed")
