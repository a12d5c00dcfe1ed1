"""`make fuzz`: many made-up files, whole deliveries and policies; prints how many, and ends at the first that breaks a rule.

    python -m tests.faults.fuzz [--files N] [--seed S]

The same seed gives the same files. What is found is shrunk by Hypothesis and printed; it is invented, so it may be shown.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from schemas.policy import load_policy
from tasks.ingest import ingest_all
from tests.conftest import settings_of
from tests.deliveries import DAY
from tests.faults import fuzzing
from tests.faults.fuzzing import CODES, Made, check_file, check_policy, parse_policy, read_text
from warehouse.connection import Connection, open_warehouse

#: Hypothesis remembers what it has tried; in parts its memory stays small.
PART = 2_000
DELIVERIES_PER_HOME = 100


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(strategy: st.SearchStrategy[Any], check: Callable[[Any], None], n: int, first_seed: int, what: str) -> None:
    """Draws `n` examples and checks each. Raises what the check raises, for the smallest example that Hypothesis finds."""
    started = time.monotonic()
    for part, done in enumerate(range(0, n, PART)):
        limit = settings(max_examples=min(PART, n - done), database=None, deadline=None, suppress_health_check=list(HealthCheck))

        @seed(first_seed + part)
        @limit
        @given(made=strategy)
        def try_all(made: Any) -> None:
            check(made)

        try_all()
        _tell(f"  {min(done + PART, n):>7,} of {n:,} {what}, {time.monotonic() - started:.0f} s")


def _books(connection: Connection, batch_id: int) -> tuple[int, int, int]:
    """Applications accepted, quarantined and repeated, as the tables hold them."""
    names = ("raw.application_v1", "core.duplicates_v1")
    accepted, repeated = (
        connection.execute(f"SELECT count(*) FROM {name} WHERE batch_id = ?", [batch_id]).fetchall()[0][0] for name in names
    )
    query = (
        "SELECT count(*) FROM core.rejected_rows WHERE batch_id = ? "
        "AND (source_file LIKE 'application.%' OR source_file LIKE 'application_%.%')"
    )
    return accepted, connection.execute(query, [batch_id]).fetchall()[0][0], repeated


class Homes:
    """Takes whole deliveries in, one day after the other, and begins another home now and then."""

    def __init__(self, folder: Path, counts: Counter[str]) -> None:
        self._folder, self._counts = folder, counts
        self._n_taken = 0
        strict = load_policy(None)
        lenient = strict.model_copy(update={"validation": strict.validation.model_copy(update={"max_bad_share": 1.0})})
        self._policies = (strict, lenient)

    def take_in(self, files: list[Made]) -> None:
        """One delivery. Raises AssertionError where its books do not balance."""
        home = self._folder / f"home-{self._n_taken // DELIVERIES_PER_HOME}"
        day = DAY + timedelta(days=self._n_taken % DELIVERIES_PER_HOME)
        self._n_taken += 1
        where = settings_of(home)
        shutil.rmtree(where.landing, ignore_errors=True)
        (where.landing / day.isoformat()).mkdir(parents=True)
        for made in files:
            (where.landing / day.isoformat() / f"{made.table}.{made.ending}").write_bytes(made.content)
        (where.landing / day.isoformat() / "_READY").touch()
        with open_warehouse(where) as connection:
            (result,) = ingest_all(where, connection, self._policies[self._n_taken % 2], day)
            accepted, bad, repeated = _books(connection, result.batch_id)
        self._counts["whole deliveries"] += 1
        self._counts["applications received"] += result.n_received
        if result.is_refused:
            self._counts["whole deliveries refused"] += 1
            assert str(result.refused_because).split(":")[0] in CODES
            assert accepted == repeated == 0
        else:
            assert (result.n_accepted, result.n_quarantined, result.n_duplicates) == (accepted, bad, repeated)
            assert result.n_received == accepted + bad + repeated


def fuzz(n_files: int, first_seed: int) -> Counter[str]:
    """Files, a hundredth as many whole deliveries, and a fifth as many policies; returns the counts."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        run(fuzzing.files, lambda made: check_file(made, folder, counts), n_files, first_seed, "files")
        homes = Homes(folder, counts)
        applications, others = fuzzing.csv_files(["application"]), st.lists(fuzzing.files, max_size=1)
        deliveries = st.builds(lambda first, more: [first, *more], applications, others)
        run(deliveries, homes.take_in, max(1, n_files // 100), first_seed, "whole deliveries")
    contents, texts = fuzzing.policy_contents(), fuzzing.policy_texts()
    run(
        contents,
        lambda content: check_policy(lambda: parse_policy(content, "fuzzed"), counts),
        n_files // 10,
        first_seed,
        "policies",
    )
    run(texts, lambda text: check_policy(lambda: read_text(text), counts), n_files // 10, first_seed, "policy files")
    return counts


def main() -> None:
    """Runs, and prints the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given_arguments = parser.parse_args()
    counts = fuzz(given_arguments.files, given_arguments.seed)
    for name in sorted(counts):
        _tell(f"{name:<40}{counts[name]:>10,}")
    _tell(f"crashes 0, tracebacks 0, wrong values 0 (seed {given_arguments.seed})")


if __name__ == "__main__":
    main()
