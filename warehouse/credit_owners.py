"""Whose the credits are that monthly balances name: by the bureau rows of the same delivery, else by the newest held before.

An applicant's months must not move to another one because of what was delivered later.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl

from warehouse.connection import Connection, beside
from warehouse.frames import shown
from warehouse.sql_files import sql

_CREDIT, _APPLICANT = "SK_ID_BUREAU", "SK_ID_CURR"


@contextmanager
def credit_owners(connection: Connection, batch_id: int) -> Iterator[CreditOwners]:
    """The owners of credits as a delivery knows them whose bureau rows are written."""
    delivered = connection.sql(sql("ingest/delivered_owners"), params={"batch_id": batch_id}).pl()
    with beside(connection) as other:
        yield CreditOwners(other, batch_id, delivered)


class CreditOwners:
    """The owners of credits as one delivery knows them: may be asked by one thread while another writes the delivery.

    What the delivery itself says was asked before, once: most credits of a delivery are its own, and a file of balances has many
    chunks. What was held before it is committed, and seen by a connection beside the writer's.
    """

    def __init__(self, beside_writer: Connection, batch_id: int, delivered: pl.DataFrame) -> None:
        self._beside, self._batch_id, self._delivered = beside_writer, batch_id, delivered

    def named(self, balances: pl.DataFrame) -> pl.DataFrame:
        """The rows in their order with SK_ID_CURR; null for an orphan, whose credit no bureau row names."""
        owners = self._delivered.join(balances.select(_CREDIT), on=_CREDIT, how="semi")
        named = _joined(balances, owners)
        orphans = named.filter(pl.col(_APPLICANT).is_null()).select(_CREDIT).unique()
        if orphans.is_empty():
            return named
        return _joined(balances, pl.concat([owners, self._earlier_owners(orphans)]))

    def _earlier_owners(self, wanted: pl.DataFrame) -> pl.DataFrame:
        with shown(self._beside, {"wanted": wanted}):
            return self._beside.sql(sql("ingest/earlier_owners"), params={"batch_id": self._batch_id}).pl()


def _joined(balances: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    return balances.join(owners, on=_CREDIT, how="left", maintain_order="left")
