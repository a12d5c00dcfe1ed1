"""Segments of applicants: approval rate, mean PD and score PSI of each, small cells suppressed, false discoveries controlled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from schemas.drift import Status
from tasks.core.drift_rows import Limits, Window, drift_row
from tasks.core.psi import Measured, measure_cells
from tasks.core.significance import Atoms, adjusted, draw_together, mean_moved, two_shares
from tasks.core.vectors import Vector

#: Segments where the policy names none: product, gender, region rating, income type.
SEGMENT_COLUMNS = ("NAME_CONTRACT_TYPE", "CODE_GENDER", "REGION_RATING_CLIENT", "NAME_INCOME_TYPE")
#: The level of an applicant whose value is missing.
MISSING_LEVEL = "(missing)"

#: What is known of each segment, tonight and of the reference.
SEGMENT_SCHEMA: dict[str, Any] = {
    "segment": pl.String,
    "n": pl.Int64,
    "n_approved": pl.Int64,
    "mean_pd": pl.Float64,
    "bin_counts": pl.List(pl.Int64),
}
#: Besides, of the reference: its PDs drawn together.
REFERENCE_SCHEMA: dict[str, Any] = {**SEGMENT_SCHEMA, "pd_values": pl.List(pl.Float64), "pd_weights": pl.List(pl.Float64)}


@dataclass(frozen=True)
class _Finding:
    """One test of one segment, before the tests of all segments are looked at together; p_value is NaN where there is none."""

    row: dict[str, Any]
    change: float
    limit: float
    p_value: float


def segment_label(column: str, level: object) -> str:
    """The label of a segment: `column=level`."""
    return f"{column}={MISSING_LEVEL if level is None else level}"


def in_segments(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Each row once per column, with the label of its segment in `segment`."""
    labels = [pl.lit(f"{column}=") + pl.col(column).cast(pl.String).fill_null(MISSING_LEVEL) for column in columns]
    rest = [name for name in rows.columns if name not in columns]
    return pl.concat([rows.select(*rest, label.alias("segment")) for label in labels])


def summarise_segments(rows: pl.DataFrame, edges: Sequence[float]) -> pl.DataFrame:
    """Counts per segment of a set of scored applications.

    Args:
        rows: segment, pd, is_approved; one row per application and segment.
        edges: upper edges of the PD's bins, rising, the last one infinite; a PD on an edge lies below it.

    Returns:
        Frame of SEGMENT_SCHEMA, by segment; `bin_counts` has one count per edge.
    """
    place = pl.Series("bin", np.searchsorted(np.asarray(edges), rows["pd"].to_numpy(), side="left"), dtype=pl.Int64)
    return (
        rows.with_columns(place)
        .group_by("segment")
        .agg(
            pl.len().alias("n"),
            pl.col("is_approved").sum().alias("n_approved"),
            pl.col("pd").mean().alias("mean_pd"),
            *((pl.col("bin") == number).sum().alias(f"bin_{number}") for number in range(len(edges))),
        )
        .with_columns(pl.concat_list(f"bin_{number}" for number in range(len(edges))).alias("bin_counts"))
        .select(pl.col(name).cast(kind) for name, kind in SEGMENT_SCHEMA.items())
        .sort("segment")
    )


def gather_segments(cells: pl.DataFrame, n_bins: int) -> pl.DataFrame:
    """The counts of one window as the warehouse gives them, in the shape of `summarise_segments`.

    Args:
        cells: segment, bin (from 0), n, n_approved, sum_pd; cells without applications may be left out.
        n_bins: bins of the PD.
    """
    counts = [pl.col("n").filter(pl.col("bin") == number).sum().alias(f"bin_{number}") for number in range(n_bins)]
    return (
        cells.group_by("segment")
        .agg(
            pl.col("n").sum().alias("total"),
            pl.col("n_approved").sum(),
            (pl.col("sum_pd").sort_by("bin").sum() / pl.col("n").sum()).alias("mean_pd"),
            *counts,
        )
        .with_columns(pl.concat_list(f"bin_{number}" for number in range(n_bins)).alias("bin_counts"))
        .rename({"total": "n"})
        .select(pl.col(name).cast(kind) for name, kind in SEGMENT_SCHEMA.items())
        .sort("segment")
    )


def freeze_segments(rows: pl.DataFrame, edges: Sequence[float]) -> pl.DataFrame:
    """The reference of every segment, to be stored with the model version and the policy that its approvals come from.

    Args:
        rows: segment, pd (out of fold), is_approved (under the policy in force); one row per application and segment.
        edges: upper edges of the PD's bins, rising, the last one infinite.

    Returns:
        Frame of REFERENCE_SCHEMA, by segment.
    """
    atoms = {
        str(key[0]): draw_together(part["pd"].to_numpy()) for key, part in rows.partition_by("segment", as_dict=True).items()
    }
    found = summarise_segments(rows, edges)
    segments = found["segment"].to_list()
    return found.with_columns(
        # of the sorted sample: a mean over rows in no order would differ in its last digits
        pl.Series("mean_pd", [atoms[name].mean for name in segments], dtype=pl.Float64),
        pl.Series("pd_values", [atoms[name].values.tolist() for name in segments], dtype=pl.List(pl.Float64)),
        pl.Series("pd_weights", [atoms[name].weights.tolist() for name in segments], dtype=pl.List(pl.Float64)),
    )


def _together(current: pl.DataFrame, reference: pl.DataFrame, n_bins: int) -> pl.DataFrame:
    """Segments of either side; a side without rows has counts of 0."""
    joined = current.rename({name: f"{name}_now" for name in SEGMENT_SCHEMA if name != "segment"}).join(
        reference, on="segment", how="full", coalesce=True
    )
    counts = ("n", "n_approved", "n_now", "n_approved_now")
    empty = pl.lit([0] * n_bins, pl.List(pl.Int64))
    return joined.with_columns(
        *(pl.col(name).fill_null(0) for name in counts),
        *(pl.col(name).fill_null(empty) for name in ("bin_counts", "bin_counts_now")),
    ).sort("segment")


def _psi_of(segments: pl.DataFrame, n_bins: int) -> Measured:
    """The score's PSI of every segment at once."""
    group = np.repeat(np.arange(segments.height), n_bins)
    reference, current = (
        np.array(segments[name].to_list(), dtype=np.float64).ravel() for name in ("bin_counts", "bin_counts_now")
    )
    return measure_cells(reference, current, group)


def _suppressed(window: Window, record: dict[str, Any], limits: Limits) -> list[_Finding]:
    """A small cell shows its counts alone."""
    counts: dict[str, Any] = {"n_reference": record["n"], "n_current": record["n_now"], "segment": record["segment"]}
    rows = [
        drift_row(window, "approval_rate", "rate", "too_few", value_limit=limits.approval_change, **counts),
        drift_row(window, "mean_pd", "rate", "too_few", **counts),
        drift_row(window, "pd", "score", "too_few", psi_limit=limits.segment_psi, **counts),
    ]
    return [_Finding(row, 0.0, 0.0, float("nan")) for row in rows]


def _shown(window: Window, record: dict[str, Any], psi: tuple[float, float, float], limits: Limits) -> list[_Finding]:
    """The three tests of one segment; `psi` is the PSI, its noise and its p-value."""
    n, m = record["n"], record["n_now"]
    counts: dict[str, Any] = {"n_reference": n, "n_current": m, "segment": record["segment"]}
    before, now = record["n_approved"] / n, record["n_approved_now"] / m
    pds = Atoms(np.array(record["pd_values"]), np.array(record["pd_weights"]), n)
    pd_limit = limits.mean_pd_change * pds.mean
    approval: dict[str, Any] = {"value": now, "value_reference": before, "value_limit": limits.approval_change}
    mean_pd: dict[str, Any] = {"value": record["mean_pd_now"], "value_reference": pds.mean, "value_limit": pd_limit}
    index: dict[str, Any] = {"psi": psi[0], "psi_noise": psi[1], "psi_limit": limits.segment_psi}
    approval_p = float(two_shares(record["n_approved"], n, record["n_approved_now"], m))
    pd_p = mean_moved(pds, record["mean_pd_now"], m)
    return [
        _Finding(
            drift_row(window, "approval_rate", "rate", "ok", **approval, **counts),
            now - before,
            limits.approval_change,
            approval_p,
        ),
        _Finding(
            drift_row(window, "mean_pd", "rate", "ok", **mean_pd, **counts), record["mean_pd_now"] - pds.mean, pd_limit, pd_p
        ),
        _Finding(drift_row(window, "pd", "score", "ok", **index, **counts), psi[0], limits.segment_psi, psi[2]),
    ]


def _status(finding: _Finding, adjusted_p: float, limits: Limits) -> Status:
    if np.isnan(finding.p_value):
        return "too_few"
    if abs(finding.change) <= finding.limit / 2.0 or adjusted_p > limits.false_discovery_rate:
        return "ok"
    return "alert" if abs(finding.change) > finding.limit and finding.p_value < limits.significance else "watch"


def segment_rows(current: pl.DataFrame, reference: pl.DataFrame, window: Window, limits: Limits) -> list[dict[str, Any]]:
    """Three rows per segment: `approval_rate` and `mean_pd` (kind rate), `pd` (kind score, its PSI).

    `watch` is a change beyond half its limit among the discoveries of Benjamini and Hochberg over all tests of all segments of
    the window, at `false_discovery_rate`; `alert` is beyond the limit, too, and significant by itself. Segments with
    fewer than `segment_min_rows` on either side are `too_few`, show no figure, and take no part.

    Args:
        current: frame of SEGMENT_SCHEMA, the window's.
        reference: frame of REFERENCE_SCHEMA, bins over the same edges.
        window: the days.
        limits: the policy's.
    """
    if current.is_empty() and reference.is_empty():
        return []
    n_bins = len((reference if reference.height else current)["bin_counts"][0])
    segments = _together(current, reference, n_bins)
    is_shown = pl.min_horizontal("n", "n_now") >= limits.segment_min_rows
    shown, small = segments.filter(is_shown), segments.filter(~is_shown)
    psi = _psi_of(shown, n_bins)
    findings = [finding for record in small.iter_rows(named=True) for finding in _suppressed(window, record, limits)]
    for position, record in enumerate(shown.iter_rows(named=True)):
        values = float(psi.psi[position]), float(psi.noise[position]), float(psi.p_value[position])
        findings += _shown(window, record, values, limits)
    corrected: Vector = adjusted(np.array([finding.p_value for finding in findings]))
    return [
        {**one.row, "status": _status(one, float(p), limits), "p_value": None if np.isnan(p) else one.p_value}
        for one, p in zip(findings, corrected, strict=True)
    ]
