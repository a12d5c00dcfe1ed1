"""What is measured beside PSI on a business date: decisions, segments, volume, refusals and freshness; and what drift costs."""

from __future__ import annotations

from datetime import date

import polars as pl

from schemas.drift import policy_reference_id
from schemas.policy import Policy
from tasks.core.drift_rows import Limits, Window, drift_frame, limits_from
from tasks.core.meaning import Book, Money, money_of_drift, reference_book
from tasks.core.monitoring import Totals, decision_rows, freshness_row, refusal_rows
from tasks.core.segments import freeze_segments, gather_segments, segment_rows
from tasks.core.significance import draw_together
from tasks.core.volume import volume_row
from warehouse.connection import Connection
from warehouse.drift_references import find_reference, model_reference, read_reference_scores
from warehouse.monitoring import (
    decision_totals,
    decisions_by_segment,
    define_segments,
    newest_received_on,
    received_days,
    reference_in_segments,
)
from warehouse.registry import ChampionRef

#: The kinds that are measured here of all applicants, and of segments.
KINDS = ("volume", "rate", "freshness")
SEGMENT_KINDS = ("rate", "score")


def _approve_below(champion: ChampionRef, policy: Policy) -> float:
    return policy.bands.review_from * champion.threshold


def window_totals(connection: Connection, policy: Policy, champion: ChampionRef, as_of: date) -> pl.DataFrame:
    """Decisions and PDs of every window of the policy; what applicants and segments are both measured from."""
    return decision_totals(connection, as_of, policy.drift.windows, champion.model_version, _approve_below(champion, policy))


def _windows(totals: pl.DataFrame, champion: ChampionRef, as_of: date) -> list[Window]:
    days = totals.select("window_days", "days_seen").iter_rows()
    return [Window(as_of, length, length, seen, champion.model_version) for length, seen in days]


def _reference_totals(connection: Connection, policy: Policy, champion: ChampionRef, pds: pl.Series) -> Totals:
    """Approvals of the frozen decision mix, rules included; of the bands alone where that mix is not frozen."""
    mean = float(pds.to_numpy().mean()) if len(pds) else float("nan")
    frozen = find_reference(connection, policy_reference_id(champion.model_version, policy.sha256))
    mix = next((item for item in frozen.subjects if item.name == "decision"), None) if frozen else None
    if mix is None:
        return Totals(len(pds), int((pds < _approve_below(champion, policy)).sum()), mean)
    approved = sum(n for item, n in zip(mix.bins, mix.n_reference, strict=True) if "approve" in item.levels)
    return Totals(sum(mix.n_reference), approved, mean)


def measure_applicants(
    connection: Connection, policy: Policy, champion: ChampionRef, as_of: date, totals: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Rows of the kinds in KINDS for all applicants, every window of the policy; columns of monitor.drift_v1 but measured_at.

    `totals` are those of `window_totals`, where the caller has them.

    Raises:
        VerificationError: the champion has no reference.
    """
    limits = limits_from(policy.drift)
    totals = window_totals(connection, policy, champion, as_of) if totals is None else totals
    pds = read_reference_scores(connection, champion.model_version)["pd"]
    reference, atoms = _reference_totals(connection, policy, champion, pds), draw_together(pds.to_numpy())
    days = received_days(connection, as_of, max(policy.drift.windows) + limits.volume_past_days)
    newest = newest_received_on(connection, as_of)
    rows = []
    for window, record in zip(_windows(totals, champion, as_of), totals.iter_rows(named=True), strict=True):
        mean = record["sum_pd"] / record["n"] if record["n"] else float("nan")
        current = Totals(record["n"], record["n_approved"], mean)
        rows += decision_rows(current, reference, atoms, window, limits)
        rows += [volume_row(days, window, limits), *refusal_rows(days, window, limits), freshness_row(newest, window, limits)]
    return drift_frame(rows)


def measure_segments(
    connection: Connection, policy: Policy, champion: ChampionRef, as_of: date, totals: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Rows of the kinds in SEGMENT_KINDS for every segment and window of the policy; columns of monitor.drift_v1 but measured_at.

    `totals` are those of `window_totals`, where the caller has them.

    Raises:
        VerificationError: the champion has no reference.
        KeyError: the policy names a column that applications do not have.
    """
    limits: Limits = limits_from(policy.drift)
    pd = next(item for item in model_reference(connection, champion.model_version).subjects if item.name == "pd")
    define_segments(connection, policy.drift.segments)
    before = reference_in_segments(connection, champion.model_version, _approve_below(champion, policy))
    reference = freeze_segments(before, pd.edges)
    cells = decisions_by_segment(connection, as_of, policy.drift.windows, champion.model_version, pd.edges)
    rows = []
    totals = window_totals(connection, policy, champion, as_of) if totals is None else totals
    for window in _windows(totals, champion, as_of):
        current = gather_segments(cells.filter(pl.col("window_days") == window.window_days), len(pd.edges))
        rows += segment_rows(current, reference, window, limits)
    return drift_frame(rows)


def price_drift(connection: Connection, policy: Policy, champion: ChampionRef, as_of: date) -> dict[int, Money | None]:
    """What each window's applicants cost against the reference's, by window; the reference's are decided by the bands alone."""
    pds = read_reference_scores(connection, champion.model_version)["pd"].to_numpy()
    reference = reference_book(pds, champion.threshold, policy)
    names = ("n", "n_approved", "sum_pd_approved", "n_band", "sum_pd_band")
    totals = window_totals(connection, policy, champion, as_of)
    return {
        record["window_days"]: money_of_drift(Book(*(record[name] for name in names)), reference, policy.cost)
        for record in totals.iter_rows(named=True)
    }
