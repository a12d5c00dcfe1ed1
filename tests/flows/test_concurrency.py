"""Everything at once on one home: writers wait for each other, readers never wait and never see half a night."""

from __future__ import annotations

from pathlib import Path

from tests.faults.concurrency import run_all
from tests.flows.conftest import FIRST_NEW_DAY, LAST_NEW_DAY, NEW_PER_DAY


def test_writers_at_once_leave_what_nights_in_order_leave_and_readers_see_whole_nights_only(
    champion_home: Path, tmp_path: Path
) -> None:
    days = [FIRST_NEW_DAY, LAST_NEW_DAY]
    writers = ("nightly", "backfill", "policy")  # with drift runs among them: make concurrency
    outcome = run_all(champion_home, tmp_path, days=days, per_day=NEW_PER_DAY, readers=2, queries=60, writers=writers)
    assert outcome.is_sound, outcome
    assert outcome.n_queries >= 60
    assert outcome.n_states > 1
