"""Whose the credits are that monthly balances name: by the bureau rows of the same delivery, else by the newest held before.

An applicant's months must not move to another one because of what was delivered later.
"""

from __future__ import annotations

import polars as pl

from warehouse.connection import Connection
from warehouse.frames import shown
from warehouse.sql_files import sql

_CREDIT, _APPLICANT = "SK_ID_BUREAU", "SK_ID_CURR"


class CreditOwners:
    """The owners of credits as one delivery knows them. Its bureau rows are to be written before the first question."""

    def __init__(self, connection: Connection, batch_id: int) -> None:
        self._connection, self._batch_id = connection, batch_id
        self._delivered: pl.DataFrame | None = None

    def named(self, balances: pl.DataFrame) -> pl.DataFrame:
        """The rows in their order with SK_ID_CURR; null for an orphan, whose credit no bureau row names."""
        owners = self._delivered_owners().join(balances.select(_CREDIT), on=_CREDIT, how="semi")
        named = _joined(balances, owners)
        orphans = named.filter(pl.col(_APPLICANT).is_null()).select(_CREDIT).unique()
        if orphans.is_empty():
            return named
        return _joined(balances, pl.concat([owners, self._earlier_owners(orphans)]))

    def _delivered_owners(self) -> pl.DataFrame:
        """Asked once: most credits of a delivery are its own, and a file of balances has many chunks."""
        if self._delivered is None:
            self._delivered = self._connection.sql(sql("ingest/delivered_owners"), params={"batch_id": self._batch_id}).pl()
        return self._delivered

    def _earlier_owners(self, wanted: pl.DataFrame) -> pl.DataFrame:
        with shown(self._connection, {"wanted": wanted}):
            return self._connection.sql(sql("ingest/earlier_owners"), params={"batch_id": self._batch_id}).pl()


def _joined(balances: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    return balances.join(owners, on=_CREDIT, how="left", maintain_order="left")
