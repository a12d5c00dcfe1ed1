"""How long the history of drift is kept. Ages are counted back from the newest measured business date, not from a clock."""

from __future__ import annotations

from datetime import date, timedelta

from schemas.settings import Settings
from warehouse.connection import Connection
from warehouse.sql_files import sql

#: Daily counts stay for this many of the longest window: windows that end a window ago are summed, not counted anew.
_WINDOWS_OF_COUNTS = 2


def prune_drift(connection: Connection, settings: Settings, as_of: date, longest: int) -> None:
    """Takes out what is older than the settings want kept; to be called in the transaction that measures.

    Bins of features go after `drift_bins_days`, and with them the daily counts that they are sums of; all that was measured goes
    after `drift_days`. The measured date itself stays. Nothing is lost that cannot be had again: a date that is measured anew is
    counted anew, from stored inputs and over the bins that were frozen with its champion.

    Args:
        connection: an open warehouse.
        settings: of the home; 0 days are for ever.
        as_of: the business date that was just measured.
        longest: days of the longest window.
    """
    row = connection.execute(sql("drift/newest_measured")).fetchone()
    newest = as_of if row is None or row[0] is None else max(row[0], as_of)
    if settings.drift_bins_days:
        _prune(connection, "feature_bins", newest, settings.drift_bins_days, as_of)
        for table in ("daily_bins", "counted_days"):
            _prune(connection, table, newest, max(settings.drift_bins_days, _WINDOWS_OF_COUNTS * longest))
    if settings.drift_days:
        for table in ("drift_bins", "drift"):
            _prune(connection, table, newest, settings.drift_days, as_of)


def _prune(connection: Connection, what: str, newest: date, days: int, as_of: date | None = None) -> None:
    key = {"through_on": newest - timedelta(days=days)}
    connection.execute(sql(f"drift/prune_{what}"), key if as_of is None else {**key, "as_of": as_of})
