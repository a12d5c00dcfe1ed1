"""Time of a night's drift: 200,000 applications against a reference of 200,000, 120 subjects, three windows.

Run: python -m benchmarks.drift_speed [rows]
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from tests.conftest import settings_of
from tests.drift_support import DAY, Watched, day, watch
from warehouse.connection import open_warehouse

NUMBERS, TEXTS = 101, 16


def rows_of(n: int, seed: int) -> pl.DataFrame:
    """Columns of many shapes: continuous, with zeros, whole numbers, flags; a tenth missing; texts of 2 to 58 levels."""
    generator = np.random.default_rng(seed)
    columns: dict[str, pl.Series] = {}
    for i in range(NUMBERS):
        values = [
            generator.normal(size=n),
            generator.lognormal(size=n) * (generator.random(n) < 0.5),
            generator.integers(0, 20, n).astype(float),
            (generator.random(n) < 0.3).astype(float),
        ][i % 4]
        columns[f"N{i}"] = pl.Series(np.where(generator.random(n) < 0.1, np.nan, values)).fill_nan(None)
    for i in range(TEXTS):
        levels = [f"level {j}" for j in range(2 + 56 * i // (TEXTS - 1))]
        columns[f"T{i}"] = pl.Series(generator.choice(levels, n))
    return pl.DataFrame(columns)


def measured(watched: Watched) -> float:
    """Seconds of one measurement of DAY."""
    start = time.perf_counter()
    watched.measure()
    return time.perf_counter() - start


def main() -> None:
    """Prints seconds: the first measurement of the night, and the same again."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(Path(folder) / "home")
        with open_warehouse(settings) as connection:
            watched = watch(connection, settings, rows_of(n, 1))
            watched.add_night(rows_of(n, 3), day(-1))
            watched.measure(day(-1))
            watched.add_night(rows_of(n, 2), DAY, first_id=n + 1)
            result = {"rows": n, "subjects": NUMBERS + TEXTS + 3, "first_seconds": round(measured(watched), 2)}
            result["again_seconds"] = round(measured(watched), 2)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
