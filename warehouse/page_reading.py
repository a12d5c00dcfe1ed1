"""What the nightly page and the index show, read from marts: of the warehouse or of the published snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar

from schemas.pages import (
    AlertLine,
    BinLine,
    DecisionLine,
    DeliveryLine,
    DriftLine,
    NightLine,
    NightlyPage,
    PastPsi,
    RuleLine,
    ShadowGapLine,
    SwapLine,
)
from warehouse.connection import Connection
from warehouse.sql_files import sql

Line = TypeVar("Line")

#: Nights in the heat map.
PAST_NIGHTS = 30


def _lines(connection: Connection, name: str, line: type[Line], parameters: Mapping[str, Any] | None = None) -> tuple[Line, ...]:
    cursor = connection.execute(sql(f"pages/{name}"), dict(parameters) if parameters else None)
    names = [item[0] for item in cursor.description or []]
    return tuple(line(**dict(zip(names, row, strict=True))) for row in cursor.fetchall())


def _relations(connection: Connection) -> set[str]:
    return {name for (name,) in connection.execute(sql("pages/relations")).fetchall()}


def read_nightly_page(connection: Connection, as_of: date) -> NightlyPage:
    """The night's page without its links and importances, which the caller adds with `dataclasses.replace`.

    `previous_on` and `next_on` are the neighbouring business dates with deliveries. Relations that the home does not have yet
    give None: not measured.
    """
    key = {"as_of": as_of}
    first_on = as_of - timedelta(days=PAST_NIGHTS - 1)
    known = _relations(connection)
    has_drift = "drift" in known
    page = NightlyPage(
        as_of=as_of,
        deliveries=_lines(connection, "deliveries", DeliveryLine, key),
        rules=_lines(connection, "rules", RuleLine, key),
        decisions=_lines(connection, "decisions", DecisionLine, key),
        model_versions=tuple(name for (name,) in connection.execute(sql("pages/model_versions"), key).fetchall()),
        drift=_lines(connection, "drift", DriftLine, key) if has_drift else None,
        bins=_lines(connection, "bins", BinLine, key) if "drift_bins" in known else None,
        past=_lines(connection, "past", PastPsi, {"first_on": first_on, **key}) if has_drift else None,
        alerts=_lines(connection, "alerts", AlertLine, key) if "alerts" in known else None,
        swaps=_lines(connection, "swaps", SwapLine, key) if "swap_set" in known else None,
        shadow_gaps=_lines(connection, "shadow_gaps", ShadowGapLine, key) if "shadow_gaps" in known else None,
    )
    nights = [night.as_of for night in read_nights(connection)]
    return replace(
        page,
        previous_on=max((night for night in nights if night < as_of), default=None),
        next_on=min((night for night in nights if night > as_of), default=None),
    )


def read_nights(connection: Connection) -> tuple[NightLine, ...]:
    """Every business date with a delivery that was not history, or that was measured; oldest first."""
    measured = {}
    if "drift" in _relations(connection):
        rows = connection.execute(sql("pages/night_statuses")).fetchall()
        measured = {as_of: statuses for as_of, *statuses in rows}
    delivered = {as_of: counts for as_of, *counts in connection.execute(sql("pages/nights")).fetchall()}
    nothing: list[int] = [0, 0, 0, 0, 0]
    unmeasured: list[Any] = [None, None, None]
    return tuple(
        NightLine(as_of, *delivered.get(as_of, nothing), *measured.get(as_of, unmeasured))
        for as_of in sorted(delivered.keys() | measured.keys())
    )
