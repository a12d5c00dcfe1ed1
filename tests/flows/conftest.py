"""A small home that has a champion and two days of new applications, made once and copied for each test that needs it."""

from __future__ import annotations

import fcntl
import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from schemas.parameters import Candidate, RetrainParameters
from schemas.settings import Settings

FIRST_NEW_DAY, LAST_NEW_DAY = date(2026, 6, 29), date(2026, 6, 30)
NEW_PER_DAY = 20

#: Learns badly and quickly: these tests ask how a night runs, not how good its model is.
QUICK = RetrainParameters(
    requested_by="Q. Owner",
    reason="a home for tests",
    maturity_days=60,
    candidates=(Candidate.LIGHTGBM,),
    search_trials=0,
    parameters={"learning_rate": 0.5, "num_leaves": 4, "min_data_in_leaf": 50},
)


@pytest.fixture(scope="session")
def champion_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The original, made by whichever of the suite's processes comes first; tests use `small_home`."""
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if os.environ.get("PYTEST_XDIST_WORKER") else folder
    home = shared / "champion" / "home"
    with (shared / "champion.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            unfinished = home.with_name("unfinished")
            _make_champion_home(unfinished)
            unfinished.rename(home)
    return home


def _make_champion_home(home: Path) -> None:
    from tasks.retrain import retrain
    from tasks.simulate import simulate_deliveries

    settings = Settings(home=home, policy_file=None, memory_limit="1GB", threads=2, lock_wait_seconds=5.0, chunk_rows=20000)
    simulate_deliveries(settings, days=2, per_day=400, seed=1, until=date(2026, 3, 2), new_days=0)
    simulate_deliveries(settings, days=2, per_day=NEW_PER_DAY, seed=2, until=LAST_NEW_DAY, new_days=2)
    retrain(settings, LAST_NEW_DAY, QUICK)


@pytest.fixture
def small_home(champion_home: Path, home: Path) -> Path:
    """A copy of it, this test's own, also in LOANWATCH_HOME."""
    shutil.copytree(champion_home, home)
    return home


@pytest.fixture(scope="session")
def decided_home(champion_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with both new days decided, in chunks of seven; tests copy it."""
    from tests.audit_support import decide

    home = tmp_path_factory.mktemp("decided") / "home"
    shutil.copytree(champion_home, home)
    settings = Settings(home=home, policy_file=None, memory_limit="1GB", threads=2, lock_wait_seconds=5.0, chunk_rows=7)
    decide(settings, LAST_NEW_DAY)
    return home
