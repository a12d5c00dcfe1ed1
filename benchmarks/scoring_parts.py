"""Where scoring's seconds of the processor go: `python -m benchmarks.scoring_parts [--rows 100000] [--folder FOLDER]`.

The same rows and model as `benchmarks.scoring`, compiled, by the same functions, but one after the other in one thread (DuckDB
reads with two), so that each second belongs to one part. Prints a table and checks nothing: that the parts together are the
product, `benchmarks.scoring` shows.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.scoring import BATCH_ID, DAY, REASONS, chunks_of, prepare, scorer_of, settings_of, take_back
from schemas.references import PendingBatch
from tasks.core.assessing import APPLICATION_COLUMNS
from tasks.core.compiled import compile_model
from tasks.core.encoding import hex_digests, parts_of, row_digests, side_by_side
from tasks.core.quality import inputs_of, look_at, quality_of
from tasks.core.scoring import calibrate
from tasks.score import decisions_of
from tasks.scorer import Scorer
from warehouse.connection import Connection, open_warehouse, transaction
from warehouse.scores import ScoredChunk, with_content, write_chunk


class Parts:
    """Seconds of the processor by part, in the order in which they first came."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        """Adds what the processor spends inside to that part."""
        before = time.process_time()
        yield
        self.seconds[part] += time.process_time() - before


def _decide(scorer: Scorer, batch: PendingBatch, features: pl.DataFrame, parts: Parts) -> ScoredChunk:
    inputs = inputs_of(scorer.model.manifest, APPLICATION_COLUMNS)
    raws, digests, found = [], [], []
    with parts.of("codes of texts, columns in order"):
        pieces = parts_of(features, scorer.model.encoding)
    for piece in pieces:
        with parts.of("columns to rows"):
            matrix = side_by_side(piece)
        with parts.of("sum of the trees"):
            raws.append(scorer.model.raw(matrix, threads=1))
        with parts.of("hash of every row"):
            digests += row_digests(matrix)
        with parts.of("quality records"):
            found.append(look_at(matrix, inputs))
    with parts.of("quality records"):
        quality = quality_of(features, inputs, found, scorer.absent_tables, scorer.policy.quality.min_filled_share)
    with parts.of("PD, points, decision"):
        pd = calibrate(scorer.model, np.concatenate(raws))
        decisions = decisions_of(scorer, batch, features, pd, quality.is_insufficient, hex_digests(digests))
    return ScoredChunk(decisions, REASONS, quality.records, features.clear())


def _score(connection: Connection, scorer: Scorer, rows: int, parts: Parts) -> None:
    chunks, batch = chunks_of(connection, scorer, rows), PendingBatch(BATCH_ID, DAY, rows)
    n_left = rows
    while n_left:
        with parts.of("reading features"):
            features = next(chunks)
        n_left -= features.height
        chunk = _decide(scorer, batch, features, parts)
        with parts.of("fingerprints for the audit"):
            chunk = with_content(chunk)
        with parts.of("inserting"):
            write_chunk(connection, scorer.feature_set, chunk)
    chunks.close()


def measure(folder: Path, rows: int) -> Parts:
    """Seconds of the processor by part, of scoring so many rows; what was decided is taken back."""
    parts, settings = Parts(), settings_of(prepare(folder, rows))
    with open_warehouse(settings) as connection:
        scorer = scorer_of(connection, settings, rows)
        scorer = replace(scorer, model=compile_model(scorer.model))
        with parts.of("commit"), transaction(connection):
            before = time.process_time()
            _score(connection, scorer, rows, parts)
            within = time.process_time() - before
        parts.seconds["commit"] -= within
        take_back(connection)
    return parts


def table(parts: Parts) -> str:
    """The parts as a table in Markdown, with their sum."""
    lines = [f"| {part} | {seconds:.2f} |" for part, seconds in parts.seconds.items()]
    return "\n".join(["| part | seconds of the processor |", "|---|---|", *lines, f"| sum | {sum(parts.seconds.values()):.2f} |"])


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where the home lies or is made; a temporary one without it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        sys.stdout.write(table(measure(given.folder or Path(temporary), given.rows)) + "\n")


if __name__ == "__main__":
    main()
