"""Decisions computed again from what is stored: identical after whatever came later, and any tampered cell is found."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.policy import load_policy
from schemas.settings import Settings
from tasks.audit import verify_home
from tasks.replay import replay_many
from tasks.retrain import retrain
from tasks.simulate import simulate_deliveries
from tests.audit_support import decide
from tests.conftest import settings_of
from tests.flows.conftest import LAST_NEW_DAY, NEW_PER_DAY, QUICK
from warehouse.connection import open_warehouse, transaction
from warehouse.registry import record_promotion, register_policy


@pytest.fixture(scope="session")
def decided_original(champion_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nights decided, in chunks of seven; tests use `decided`."""
    home = tmp_path_factory.mktemp("decided") / "home"
    shutil.copytree(champion_home, home)
    decide(replace(settings_of(home), chunk_rows=7), LAST_NEW_DAY)
    return home


@pytest.fixture
def decided(decided_original: Path, home: Path) -> Settings:
    """A copy of it, this test's own, also in LOANWATCH_HOME."""
    shutil.copytree(decided_original, home)
    return settings_of(home)


def _keys(settings: Settings) -> list[tuple[int, int]]:
    with open_warehouse(settings) as connection:
        return connection.execute("SELECT application_id, batch_id FROM score.decisions ORDER BY ALL").fetchall()


def test_nights_verify_and_replay_identical_also_from_the_rows_as_delivered(decided: Settings) -> None:
    assert verify_home(decided) == []
    report = replay_many(decided, None, 0, from_raw=True)
    assert (report.n_replayed, report.n_identical, report.differences) == (2 * NEW_PER_DAY, 2 * NEW_PER_DAY, [])


def test_decisions_stay_identical_after_five_promotions_and_a_policy_change(decided: Settings, tmp_path: Path) -> None:
    for number in range(5):
        other = QUICK.model_copy(update={"seed": number + 2})
        version = retrain(decided, LAST_NEW_DAY, other).manifest.model_version
        with open_warehouse(decided) as connection, transaction(connection):
            record_promotion(connection, version, kind="promotion", approved_by="Q", reason="test")
    policy = load_policy(None)
    changed = policy.model_copy(update={"bands": policy.bands.model_copy(update={"decline_from": 1.6})})
    file = tmp_path / "policy.toml"
    file.write_text(
        (Path(__file__).parents[2] / "schemas" / "policy.toml").read_text().replace("decline_from = 1.25", "decline_from = 1.6")
    )
    changed = load_policy(file)
    with open_warehouse(decided) as connection, transaction(connection):
        register_policy(connection, changed, kind="applied", applied_by="Q", reason="wider")
    later = LAST_NEW_DAY + timedelta(days=1)
    simulate_deliveries(decided, days=1, per_day=NEW_PER_DAY, seed=3, until=later, new_days=1)
    decide(replace(decided, policy_file=file), later)
    report = replay_many(decided, None, 0)
    assert (report.n_replayed, report.n_identical) == (3 * NEW_PER_DAY, 3 * NEW_PER_DAY)
    assert len({version for version, _ in report.sources}) == 2
    assert len({sha256 for _, sha256 in report.sources}) == 2
    assert verify_home(decided) == []
