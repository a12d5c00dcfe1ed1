"""How much a delivered file may unfold to. A small file that becomes an endless one is refused before it fills memory or disk."""

from __future__ import annotations

from typing import IO, Any

from schemas.errors import DeliveryRefusedError
from warehouse.deliveries.folders import TableFile

#: Header and footer are held whole, and the work per column is not nothing.
MAX_COLUMNS = 5_000

#: Files of rows unpack to 5 to 20 times their size, of rows that are nearly equal to 100; gzip itself goes up to 1,032.
MAX_UNPACK_RATIO = 200
#: Up to here no ratio is looked at.
FREE_UNPACKED_BYTES = 256 * 2**20

#: Runs of one value take no room in Parquet, so its own statement of bytes bounds nothing: cells per byte of the file do.
MAX_CELLS_PER_BYTE = 100
FREE_CELLS = 50_000_000

#: Text of one column in one chunk, after its dictionary has been written out.
MAX_COLUMN_BYTES = 512 * 2**20


def unpacks_too_large(file: TableFile, why: str) -> DeliveryRefusedError:
    """The refusal of a file that is far larger inside than outside."""
    return DeliveryRefusedError(
        "unpacks_too_large",
        f"{file.name} unpacks to more than it can honestly hold: {why}",
        expected=f"at most {MAX_UNPACK_RATIO} times its size",
        where=str(file.path),
        remedy="look at the file before anything opens it; large deliveries may come as .csv, without gzip",
    )


def check_columns(file: TableFile, n_columns: int) -> None:
    """Raises DeliveryRefusedError (`too_many_columns`) where a header is longer than any table is."""
    if n_columns > MAX_COLUMNS:
        raise DeliveryRefusedError(
            "too_many_columns",
            f"{file.name} has {n_columns} columns",
            expected=f"at most {MAX_COLUMNS}",
            where=str(file.path),
            remedy="deliver the table's own columns; further ones are left aside anyway",
        )


class Unpacked:
    """The bytes of a gzip file as they are unpacked, counted, so that the reading ends where they become too many."""

    def __init__(self, file: TableFile, stream: IO[bytes]) -> None:
        self._file, self._stream = file, stream
        self._limit = max(FREE_UNPACKED_BYTES, MAX_UNPACK_RATIO * file.n_bytes)
        self._n_bytes = 0

    def read(self, size: int) -> bytes:
        """At most `size` bytes. Raises DeliveryRefusedError (`unpacks_too_large`)."""
        return self._counted(self._stream.read(size))

    def readline(self, size: int) -> bytes:
        """A line, at most `size` bytes of it. Raises DeliveryRefusedError (`unpacks_too_large`)."""
        return self._counted(self._stream.readline(size))

    def _counted(self, piece: bytes) -> bytes:
        self._n_bytes += len(piece)
        if self._n_bytes > self._limit:
            raise unpacks_too_large(self._file, f"beyond {self._limit} bytes, from {self._file.n_bytes}")
        return piece


def check_parquet_size(file: TableFile, metadata: Any) -> None:
    """Raises DeliveryRefusedError (`unpacks_too_large`) where the footer promises more than such a file can hold."""
    n_bytes = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    if n_bytes > max(FREE_UNPACKED_BYTES, MAX_UNPACK_RATIO * file.n_bytes):
        raise unpacks_too_large(file, f"{n_bytes} bytes from {file.n_bytes}")
    n_cells = metadata.num_rows * metadata.num_columns
    if n_cells > max(FREE_CELLS, MAX_CELLS_PER_BYTE * file.n_bytes):
        raise unpacks_too_large(file, f"{metadata.num_rows} rows of {metadata.num_columns} columns from {file.n_bytes} bytes")


def are_too_many(n_bytes: int) -> bool:
    """Whether one column of one chunk with so much text is more than memory should hold."""
    return n_bytes > MAX_COLUMN_BYTES


def check_column_bytes(file: TableFile, n_bytes: int) -> None:
    """Raises DeliveryRefusedError (`unpacks_too_large`) where one column of one chunk holds more text than memory should."""
    if are_too_many(n_bytes):
        raise unpacks_too_large(file, f"{n_bytes} bytes of text in one column of a chunk")
