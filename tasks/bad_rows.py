"""The bad rows of one file on their way into quarantine: gathered over its chunks, judged together."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from tasks.core.validation import Screened, Suspects, joined, judge
from warehouse.deliveries.chunks import APPLICANT, ROW_NUMBER, Chunk
from warehouse.deliveries.faults import refusing_faults
from warehouse.deliveries.folders import TableFile
from warehouse.ingest_store import BatchWriter

#: What is held back at most before it is judged: enough that a call of Pandera is worth while, and no more than a chunk.
HELD_ROWS = 20_000
HELD_BYTES = 16 * 2**20


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    """row_number and application_id; monthly balances name no applicant."""
    applicant = pl.col(APPLICANT) if APPLICANT in rows.columns else pl.lit(None, pl.Int64)
    return rows.select(ROW_NUMBER, applicant.alias("application_id"))


@dataclass
class BadRows:
    """Lines that are no rows, and rows that break a rule, each with the text that it had in the file."""

    writer: BatchWriter
    file: TableFile
    _suspects: list[Suspects] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)
    _lines: list[pl.DataFrame] = field(default_factory=list)
    _n_held: int = 0
    _n_bytes: int = 0

    def add(self, chunk: Chunk, screened: Screened) -> None:
        """The bad rows of a chunk; they are written with those of later ones, at the latest by `write`."""
        n_bad = chunk.n_rows - screened.good.height
        if n_bad == 0:
            return
        with refusing_faults(self.file):
            texts = chunk.original_text(screened.positions.to_list())
        self._suspects.append(screened.suspects)
        self._texts += texts
        self._lines.append(chunk.broken)
        self._n_held += n_bad
        self._n_bytes += sum(map(len, texts)) + int(chunk.broken["original_text"].str.len_bytes().sum())
        if self._n_held >= HELD_ROWS or self._n_bytes >= HELD_BYTES:
            self.write()

    def write(self) -> None:
        """Judges the rows held, and writes them with every rule that they broke."""
        if self._n_held == 0:
            return
        suspects, lines = joined(self._suspects), pl.concat(self._lines)
        with refusing_faults(self.file):
            failures = judge(self.file.table, suspects)
        rows = _numbered(suspects.rows)
        self.writer.add_bad_rows(self.file.name, _failures(rows, failures, lines), _rejected(rows, self._texts, lines))
        self._suspects, self._texts, self._lines = [], [], []
        self._n_held = self._n_bytes = 0


def _failures(rows: pl.DataFrame, failures: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    names = [ROW_NUMBER, "application_id", "rule", "column_name"]
    unread = lines.with_columns(pl.lit(None, pl.String).alias("column_name"))
    broken = failures.with_columns(rows[failures["position"]])
    return pl.concat([unread.select(names), broken.select(names)]).sort(ROW_NUMBER, maintain_order=True)


def _rejected(rows: pl.DataFrame, texts: list[str], lines: pl.DataFrame) -> pl.DataFrame:
    names = [ROW_NUMBER, "application_id", "original_text"]
    judged = rows.with_columns(pl.Series("original_text", texts, dtype=pl.String))
    return pl.concat([lines.select(names), judged.select(names)]).sort(ROW_NUMBER)
