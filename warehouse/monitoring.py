"""What is counted beside the bins: decisions and segments per window, what was received per day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from schemas.tables import table
from warehouse.connection import Connection
from warehouse.sql_files import sql

#: The level of an applicant whose value is missing.
MISSING_LEVEL = "(missing)"


def _label(column: str) -> str:
    """SQL for the label `column=level`; a column that applications do not have raises KeyError, so no other name enters."""
    name = table("application").column(column).name
    return f"""'{name}=' || coalesce(CAST("{name}" AS VARCHAR), '{MISSING_LEVEL}')"""


def define_segments(connection: Connection, columns: Sequence[str]) -> None:
    """Makes the temporary view `monitor_segments`: application_id, batch_id, segments (the labels, one per column).

    Raises:
        KeyError: a column that applications do not have.
    """
    labels = ", ".join(_label(column) for column in columns)
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW monitor_segments AS "
        f"SELECT SK_ID_CURR AS application_id, batch_id, [{labels}]::VARCHAR[] AS segments FROM core.applications"
    )


def decision_totals(
    connection: Connection, as_of: date, windows: Sequence[int], model_version: str, approve_below: float
) -> pl.DataFrame:
    """Decisions, sums of PDs and days with decisions, one row per window; see monitor/decision_totals.sql.

    Args:
        connection: an open warehouse.
        as_of: the business date that ends every window.
        windows: lengths in calendar days.
        model_version: whose scores count.
        approve_below: policy.bands.review_from times the model's threshold.
    """
    values = {"as_of": as_of, "windows": list(windows), "model_version": model_version, "approve_below": approve_below}
    return connection.execute(sql("monitor/decision_totals"), values).pl()


def decisions_by_segment(
    connection: Connection, as_of: date, windows: Sequence[int], model_version: str, edges: Sequence[float]
) -> pl.DataFrame:
    """Applications, approvals and sum of PDs per window, segment and bin, after `define_segments`.

    Args:
        connection: an open warehouse.
        as_of: the business date that ends every window.
        windows: lengths in calendar days.
        model_version: whose scores count.
        edges: upper edges of the PD's bins, rising, the last one infinite; a PD on an edge lies below it.

    Returns:
        window_days, segment, bin (from 0), n, n_approved, sum_pd; cells without applications are left out.
    """
    values = {"as_of": as_of, "windows": list(windows), "model_version": model_version, "edges": list(edges)}
    return connection.execute(sql("monitor/decisions_by_segment"), values).pl()


def reference_in_segments(connection: Connection, model_version: str, approve_below: float) -> pl.DataFrame:
    """The reference rows once per segment, in no order, after `define_segments`: segment, pd (out of fold), is_approved."""
    values = {"model_version": model_version, "approve_below": approve_below}
    return connection.execute(sql("monitor/reference_in_segments"), values).pl()


def received_days(connection: Connection, as_of: date, days: int) -> pl.DataFrame:
    """Per business date with applications: received_on, is_refused, n_received, n_refused, n_quarantined, in order of date."""
    return connection.execute(sql("monitor/received"), {"as_of": as_of, "days": days}).pl()


def newest_received_on(connection: Connection, as_of: date) -> date | None:
    """Business date of the newest delivery of applications that was not refused; None before the first."""
    row = connection.execute(sql("monitor/newest_delivery"), {"as_of": as_of}).fetchone()
    found: date | None = row[0] if row else None
    return found
