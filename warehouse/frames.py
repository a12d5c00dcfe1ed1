"""Frames that SQL reads by a name, and that are let go when it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from warehouse.connection import Connection


class _Shown:
    """What DuckDB asks for a frame's rows, each time that a statement reads them (Arrow's C stream interface)."""

    def __init__(self, frame: pl.DataFrame, batch_rows: int | None) -> None:
        self._table: pa.Table | None = frame.to_arrow()
        self._batch_rows = batch_rows

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        if self._table is None:
            raise ValueError("the frame was let go")
        return self._table.to_reader(self._batch_rows).__arrow_c_stream__(requested_schema)

    def let_go(self) -> None:
        self._table = None


@contextmanager
def shown(connection: Connection, frames: Mapping[str, pl.DataFrame], batch_rows: int | None = None) -> Iterator[None]:
    """Inside, each frame is a relation under its name; afterwards its memory is free.

    Several of DuckDB's threads read a frame together where it comes in batches of so many rows at most.

    `connection.register` alone would keep every frame until the transaction ends, since a name that was dropped stays in the
    catalogue till then, with what it stands for: a delivery of 58 million rows would be held in memory whole.
    """
    held = {name: _Shown(frame, batch_rows) for name, frame in frames.items()}
    for name, frame in held.items():
        connection.register(name, frame)
    try:
        yield
    finally:
        for name, frame in held.items():
            connection.unregister(name)
            frame.let_go()
