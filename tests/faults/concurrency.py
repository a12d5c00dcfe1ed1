"""Writers at once, readers all the while: nights, a backfill, drift runs and policy acts on a home, analysts on its snapshot.

    python -m tests.faults.concurrency [--nights 3] [--readers 4] [--queries 1000] [--per-day 20]

Every writer is a process of its own and waits for its turn. Every query is a connection of its own to the published snapshot
and checks that what it sees is the state after a whole night. At the end the home holds what the same nights in order give.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from schemas.errors import LoanwatchError
from schemas.parameters import RetrainParameters
from schemas.policy import load_policy
from schemas.settings import Settings
from tasks.monitor import measure, raise_all
from tasks.night import (
    check_warehouse,
    find_pending,
    hold_warehouse,
    publish,
    recorded_run,
    require_ready,
    score_delivery,
    take_in,
)
from tasks.policy import apply_policy
from tests.contents import warehouse_hashes
from warehouse.reading import query_snapshot

FIRST = date(2026, 6, 28)
_WAIT_SECONDS = 600.0
_PAUSE_SECONDS = 0.02
_DONE = "writers-have-ended"
WRITERS = ("nightly", "backfill", "drift", "policy")

#: What the order of the writers decides: the record of runs, and what a drift run measures and judges at its turn.
_BY_ORDER = ("ops.", "monitor.")


@dataclass(frozen=True)
class Outcome:
    """What a run of the harness found; all of it should be 0 but the queries and the states of the snapshot that they saw."""

    n_failed_writers: int
    n_queries: int
    n_failed_queries: int
    n_half_nights: int
    n_differing_tables: int
    n_states: int

    @property
    def is_sound(self) -> bool:
        return not (self.n_failed_writers or self.n_failed_queries or self.n_half_nights or self.n_differing_tables)


def settings_for(home: Path) -> Settings:
    """Patient, since everybody waits for everybody."""
    return Settings(home=home, policy_file=None, memory_limit="1GB", threads=1, lock_wait_seconds=_WAIT_SECONDS, chunk_rows=10)


def night(settings: Settings, as_of: date, command: str = "nightly") -> None:
    """The steps of a night, with the warehouse held from the first to the last, without Prefect."""
    with hold_warehouse(settings), recorded_run(settings, command, as_of) as run:
        require_ready(settings, as_of)
        take_in(settings, as_of)
        for batch in find_pending(settings, as_of):
            score_delivery(settings, batch)
        check_warehouse(settings)
        publish(settings, run.run_id, as_of)


def drift(settings: Settings, as_of: date) -> None:
    """Measures, judges and publishes."""
    with hold_warehouse(settings), recorded_run(settings, "drift", as_of) as run:
        measure(settings, as_of)
        raise_all(settings, as_of)
        publish(settings, run.run_id, as_of)


def write(what: str, settings: Settings, days: Sequence[date]) -> None:
    """What one writing process does."""
    if what == "backfill":
        for day in days:
            night(settings, day, "backfill")
    elif what == "drift":
        for day in days[:-1]:
            drift(settings, days[0] if day == days[0] else day - timedelta(days=1))
    elif what == "policy":
        for _ in days:
            apply_policy(settings, load_policy(None), applied_by="Q. Risk", reason="the same again")
    else:
        for day in days:
            night(settings, day)


def read(settings: Settings, n_queries: int, per_day: dict[str, int]) -> dict[str, int]:
    """Queries until the writers have ended, at least so many: how many failed, and how many saw what no whole night leaves."""
    n_done = n_failed = n_half = 0
    states = set()
    while n_done < n_queries or not (settings.home.parent / _DONE).exists():
        try:
            is_whole, state = _look(settings, per_day)
            n_half += not is_whole
            states.add(state)
        except (OSError, LoanwatchError, duckdb.Error):
            n_failed += 1
        n_done += 1
        time.sleep(_PAUSE_SECONDS)
    return {"n_queries": n_done, "n_failed": n_failed, "n_half": n_half, "n_states": len(states)}


def _look(settings: Settings, per_day: dict[str, int]) -> tuple[bool, str]:
    """One query: whether every decided day is decided whole and the figures agree, and which run published what it saw."""
    _, rows = query_snapshot(
        settings,
        "SELECT d.as_of::VARCHAR, count(*), max(f.n_decisions), max(f.newest_decided_on::VARCHAR), "
        "(SELECT count(*) FROM marts.decisions), (SELECT sum(n_scored) FROM marts.batches), max(f.run_id) "
        "FROM marts.decisions AS d CROSS JOIN marts.freshness AS f GROUP BY d.as_of ORDER BY 1",
    )
    days = {day: n for day, n, *_ in rows}
    is_whole = bool(days) and days == {day: per_day[day] for day in days} and all(_agrees(row, max(days)) for row in rows)
    return is_whole, rows[0][-1] if rows else ""


def _agrees(row: tuple[Any, ...], newest_day: str) -> bool:
    _, _, n_fresh, newest, n_all, n_scored, _ = row
    return bool(n_fresh == n_all == n_scored and newest == newest_day)


def make_home(home: Path, nights: int, per_day: int) -> Settings:
    """A champion and as many new days; nothing decided yet."""
    from tasks.retrain import retrain
    from tasks.simulate import simulate_deliveries

    settings = settings_for(home)
    last = FIRST + timedelta(days=nights - 1)
    simulate_deliveries(settings, days=2, per_day=400, seed=1, until=date(2026, 3, 2), new_days=0)
    simulate_deliveries(settings, days=nights, per_day=per_day, seed=2, until=last, new_days=nights)
    quick = {"learning_rate": 0.5, "num_leaves": 4, "min_data_in_leaf": 50}
    retrain(settings, last, RetrainParameters(maturity_days=60, parameters=quick, candidates=("lightgbm",)))
    return settings


def run_all(
    prepared: Path,
    place: Path,
    *,
    days: Sequence[date],
    per_day: int,
    readers: int,
    queries: int,
    writers: Sequence[str] = WRITERS,
) -> Outcome:
    """Two copies of a prepared home: one in which the nights run one after the other, one in which everything runs at once.

    Args:
        prepared: a home with a champion and the new days, nothing decided.
        place: an empty folder for the copies.
        days: the new business dates, in order.
        per_day: applications of each.
        readers: reading processes.
        queries: queries of all of them together, at least.
        writers: what is run at once, by name.
    """
    alone, together = settings_for(place / "alone"), settings_for(place / "together")
    shutil.copytree(prepared, alone.home)
    night(alone, days[0])  # so that the readers have something from the beginning
    shutil.copytree(alone.home, together.home)
    for day in days[1:]:
        night(alone, day)
    expected = {str(day): per_day for day in days}
    readings = [_start("read", queries // readers, together.home, days, json.dumps(expected)) for _ in range(readers)]
    n_failed = sum(_result(process) is None for process in [_start("write", what, together.home, days) for what in writers])
    (place / _DONE).touch()
    found = [_result(process) for process in readings]
    sums = {name: sum(item[name] for item in found if item) for name in ("n_queries", "n_failed", "n_half")}
    n_states = min((item["n_states"] for item in found if item), default=0)
    n_failed_queries = sums["n_failed"] + found.count(None)
    return Outcome(n_failed, sums["n_queries"], n_failed_queries, sums["n_half"], _n_differing(alone, together), n_states)


def _n_differing(alone: Settings, together: Settings) -> int:
    one, other = warehouse_hashes(alone), warehouse_hashes(together)
    return sum(one[name] != other[name] for name in one if not name.startswith(_BY_ORDER))


def _start(*arguments: object) -> subprocess.Popen[str]:
    texts = [",".join(map(str, item)) if isinstance(item, list | tuple) else str(item) for item in arguments]
    command = [sys.executable, "-m", "tests.faults.concurrency", "--child", *texts]
    root = Path(__file__).resolve().parent.parent.parent
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root, env=os.environ | {"OMP_NUM_THREADS": "1"})


def _result(process: subprocess.Popen[str]) -> dict[str, Any] | None:
    """What a child says at its end; None where it failed."""
    output, _ = process.communicate()
    return json.loads(output) if process.returncode == 0 else None


def _child(what: str, detail: str, home: str, days: str, expected: str = "{}") -> dict[str, int]:
    settings = settings_for(Path(home))
    if what == "read":
        return read(replace(settings, threads=1), int(detail), json.loads(expected))
    write(detail, settings, [date.fromisoformat(day) for day in days.split(",")])
    return {}


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, value in (("nights", 3), ("readers", 4), ("queries", 1000), ("per-day", 20)):
        parser.add_argument(f"--{name}", type=int, default=value)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place, started = Path(folder), time.monotonic()
        days = [FIRST + timedelta(days=number) for number in range(given.nights)]
        prepared = make_home(place / "prepared", given.nights, given.per_day)
        outcome = run_all(prepared.home, place, days=days, per_day=given.per_day, readers=given.readers, queries=given.queries)
        sys.stdout.write(
            f"{outcome.n_queries} queries of {given.readers} processes during {given.nights} nights: "
            f"failed = {outcome.n_failed_queries}, half nights seen = {outcome.n_half_nights}, "
            f"states of the snapshot seen = {outcome.n_states}\n"
            f"{len(WRITERS)} writers at once: failed = {outcome.n_failed_writers}, "
            f"differing tables = {outcome.n_differing_tables}\n"
            f"{time.monotonic() - started:.0f} s\n"
        )
    sys.exit(0 if outcome.is_sound else 1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        sys.stdout.write(json.dumps(_child(*sys.argv[2:])))
    else:
        main()
