"""What the rules cost: `python -m benchmarks.validation_cost --source DIR [--rows N] [--repeats K]`.

For each delivered table, on clean real rows (invented ones for outcomes): the screen over all rules, and Pandera over all rules,
on 50 rows and on N. The least of K runs, after one not counted: what the others take longer is the machine, not the rules.
Writes benchmarks/results/validation_cost.json: milliseconds.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from schemas.frames import table_rules
from schemas.tables import DELIVERED_TABLES, table
from tasks.core.conversion import convert
from tasks.core.validation import broken_rules, find_failures

logger = logging.getLogger("validation_cost")

RESULTS = Path(__file__).parent / "results" / "validation_cost.json"
DAY = date(2026, 6, 1)
SMALL_ROWS = 50


def _rows(source: Path, name: str, rows: int) -> pl.DataFrame:
    if name == "outcomes":
        return pl.DataFrame({"SK_ID_CURR": pl.int_range(1, rows + 1, eager=True)}).with_columns(TARGET=0, observed_on=DAY)
    return pl.read_parquet(source / f"{'application_train' if name == 'application' else name}.parquet", n_rows=rows)


def _milliseconds(repeats: int, run: Callable[[], object]) -> float:
    def once() -> float:
        started = time.perf_counter()
        run()
        return 1000 * (time.perf_counter() - started)

    once()
    return round(min(once() for _ in range(repeats)), 1)


def measure(source: Path, rows: int, repeats: int) -> dict[str, Any]:
    """Figures by table."""
    found = {}
    for name in DELIVERED_TABLES:
        rules = table_rules(name, DAY)
        figures: dict[str, Any] = {"rules": len(rules)}
        for label, n_rows in (("small", SMALL_ROWS), ("large", rows)):
            frame = convert(table(name), _rows(source, name, n_rows)).frame
            figures[label] = {
                "rows": frame.height,
                "screen": _milliseconds(repeats, lambda frame=frame, rules=rules: broken_rules(frame, rules)),  # type: ignore[misc]
                "pandera": _milliseconds(
                    repeats,
                    lambda name=name, frame=frame, rules=rules: find_failures(table(name), frame, rules),  # type: ignore[misc]
                ),
            }
        found[name] = figures
    return found


def main() -> None:
    """Measures, writes the results and logs them."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder with the competition's Parquet files")
    parser.add_argument("--rows", type=int, default=50_000, help="rows of the large frame, where the files hold so many")
    parser.add_argument("--repeats", type=int, default=9)
    given = parser.parse_args()
    results = measure(given.source, given.rows, given.repeats)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    logger.info(json.dumps(results))


if __name__ == "__main__":
    main()
