"""What the drift report is drawn from: measured figures, the applications of a window, the bins of the score."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from warehouse.connection import Connection
from warehouse.sql_files import sql

if TYPE_CHECKING:
    import polars as pl


def shown_window(connection: Connection, as_of: date) -> int | None:
    """The window that is drawn: the shortest with enough rows, else the longest; None where nothing was measured."""
    row = connection.execute(sql("drift/shown_window"), {"as_of": as_of}).fetchone()
    return None if row is None else row[0]


def measured_subjects(connection: Connection, as_of: date, window_days: int) -> pl.DataFrame:
    """subject, kind, psi, psi_limit and status of all applicants: scores and decision, what alerts, then by importance."""
    return connection.execute(sql("drift/measured"), {"as_of": as_of, "window_days": window_days}).pl()


def window_versions(connection: Connection, as_of: date, window_days: int, model_version: str) -> pl.DataFrame:
    """application_id, batch_id, pd, score_points and decision of the applications that the window counts."""
    values = {"as_of": as_of, "window_days": window_days, "model_version": model_version}
    return connection.execute(sql("drift/window_versions"), values).pl()


def score_bins(connection: Connection, as_of: date, window_days: int) -> pl.DataFrame:
    """n_reference and n_current of the PD's bins, from the lowest PD up."""
    return connection.execute(sql("drift/score_bins"), {"as_of": as_of, "window_days": window_days}).pl()


def night_state(connection: Connection, as_of: date) -> tuple[bool, date | None]:
    """Whether a night has covered that business date, and the newest decided business date."""
    row = connection.execute(sql("drift/night_ran"), {"as_of": as_of}).fetchone()
    return (False, None) if row is None else (bool(row[0]), row[1])


def worst_subjects(connection: Connection, as_of: date) -> pl.DataFrame:
    """The ten worst subjects: window, kind, subject, segment, figures and status."""
    return connection.execute(sql("drift/worst"), {"as_of": as_of}).pl()
