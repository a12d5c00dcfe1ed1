"""One door to a delivered file, whatever its format. What fails behind it is refused here, in one way."""

from __future__ import annotations

from collections.abc import Iterator

from warehouse.deliveries.chunks import Chunk, Header, unreadable
from warehouse.deliveries.csv_text import count_csv_rows, read_csv_chunks, read_csv_header
from warehouse.deliveries.faults import refusing_faults
from warehouse.deliveries.folders import TableFile
from warehouse.deliveries.parquet import count_parquet_rows, read_parquet_chunks, read_parquet_header


def read_header(file: TableFile) -> Header:
    """The columns of a file, compared with its table.

    Raises:
        DeliveryRefusedError: the file cannot be taken in, whatever its rows.
        ResourceError: it is gone, or may not be read.
    """
    with refusing_faults(file):
        return read_parquet_header(file) if file.is_parquet else read_csv_header(file)


def read_chunks(file: TableFile, header: Header) -> Iterator[Chunk]:
    """The rows of a file in order, in bounded chunks.

    Raises:
        DeliveryRefusedError: `unreadable_file`, possibly after some chunks.
        ResourceError: it is gone, or may not be read.
    """
    with refusing_faults(file):
        yield from read_parquet_chunks(file, header) if file.is_parquet else read_csv_chunks(file, header)


def count_rows(file: TableFile) -> int:
    """How many data rows a file holds, whether or not they can be read.

    Raises:
        DeliveryRefusedError: `unreadable_file`.
        ResourceError: it is gone, or may not be read.
    """
    with refusing_faults(file):
        return count_parquet_rows(file) if file.is_parquet else count_csv_rows(file)


def original_texts(file: TableFile, header: Header, row_numbers: set[int]) -> dict[int, str]:
    """The text of a few rows as they stood in the file, by a second reading of it.

    Raises:
        DeliveryRefusedError: `unreadable_file`.
        ResourceError: it is gone, or may not be read.
    """
    found: dict[int, str] = {}
    with refusing_faults(file):
        for chunk in read_chunks(file, header):
            numbers = chunk.frame["row_number"].to_list()
            positions = [position for position, number in enumerate(numbers) if number in row_numbers]
            found.update(zip((numbers[p] for p in positions), chunk.original_text(positions), strict=True))
            if len(found) == len(row_numbers):
                return found
    raise unreadable(file, "it was changed while it was read")
