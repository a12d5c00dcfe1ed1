"""Whose the credits are that monthly balances name: by the bureau rows of the same delivery, else by the newest held before.

An applicant's months must not move to another one because of what was delivered later.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import polars as pl

from warehouse.connection import Connection, beside
from warehouse.frames import shown
from warehouse.sql_files import sql

_CREDIT, _APPLICANT = "SK_ID_BUREAU", "SK_ID_CURR"
#: A span of keys up to so many times their number is looked up by place, four bytes for each key that there could be.
_SPARSEST = 16


@contextmanager
def credit_owners(connection: Connection, batch_id: int) -> Iterator[CreditOwners]:
    """The owners of credits as a delivery knows them whose bureau rows are written."""
    delivered = connection.execute(sql("ingest/delivered_owners"), {"batch_id": batch_id}).pl()
    with beside(connection) as other:
        yield CreditOwners(other, batch_id, delivered)


class CreditOwners:
    """The owners of credits as one delivery knows them: may be asked by one thread while another writes the delivery.

    What the delivery itself says was asked before, once: most credits of a delivery are its own, and a file of balances has many
    chunks. What was held before it is committed, and seen by a connection beside the writer's.
    """

    def __init__(self, beside_writer: Connection, batch_id: int, delivered: pl.DataFrame) -> None:
        self._beside, self._batch_id, self._delivered = beside_writer, batch_id, Owners(delivered)

    def named(self, balances: pl.DataFrame) -> pl.DataFrame:
        """The rows in their order with SK_ID_CURR; null for an orphan, whose credit no bureau row names."""
        credit = balances[_CREDIT]
        applicant = self._delivered.of(credit)
        if applicant.null_count():
            earlier = self._earlier_owners(credit.filter(applicant.is_null()).unique())
            applicant = applicant.zip_with(applicant.is_not_null(), earlier.of(credit))
        return balances.with_columns(applicant)

    def _earlier_owners(self, wanted: pl.Series) -> Owners:
        with shown(self._beside, {"wanted": wanted.to_frame()}):
            return Owners(self._beside.execute(sql("ingest/earlier_owners"), {"batch_id": self._batch_id}).pl())


class Owners:
    """Owners to be looked up for many rows, again and again: a join would look at all of them for each chunk of rows."""

    def __init__(self, owners: pl.DataFrame) -> None:
        """`owners`: SK_ID_BUREAU, each once, and SK_ID_CURR."""
        ordered = owners.sort(_CREDIT)
        self._credit, self._applicant = ordered[_CREDIT], ordered[_APPLICANT]
        self._keys = self._credit.to_numpy()
        self._places = places_of(self._keys)

    def of(self, credit: pl.Series) -> pl.Series:
        """SK_ID_CURR of each row; null where the credit is none of these."""
        if self._credit.is_empty():
            return pl.repeat(None, len(credit), dtype=pl.Int64, eager=True).alias(_APPLICANT)
        near = credit.clip(self._keys[0], self._keys[-1])
        if self._places is None:
            place = self._credit.search_sorted(near).to_numpy()
        else:
            place = self._places[near.to_numpy() - self._keys[0]]
        is_known = pl.Series(self._keys[place] == credit.to_numpy())
        return pl.select(pl.when(is_known).then(self._applicant.gather(place))).to_series().alias(_APPLICANT)


def places_of(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int32] | None:
    """Of each number from the least key to the greatest the place of a key, its own if it is one; None where keys are sparse."""
    if not len(keys):
        return None
    span = int(keys[-1]) - int(keys[0]) + 1
    if span > _SPARSEST * len(keys):
        return None
    places = np.zeros(span, dtype=np.int32)
    places[keys - keys[0]] = np.arange(len(keys), dtype=np.int32)
    return places
