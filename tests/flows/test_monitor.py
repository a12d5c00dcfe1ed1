"""After the night: drift is measured, judged, drawn and published by one flow, and twice changes nothing."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.monitor import monitor_drift, watch_nights
from flows.nightly import score_nightly
from schemas.errors import UsageError
from schemas.parameters import MonitorParameters, NightParameters
from schemas.settings import Settings
from tasks.simulate import simulate_deliveries
from tests.conftest import settings_of
from tests.contents import file_hashes, snapshot_hashes, warehouse_hashes
from tests.flows.conftest import LAST_NEW_DAY
from warehouse.connection import open_warehouse
from warehouse.reading import query_snapshot

DAY = LAST_NEW_DAY + timedelta(days=1)
PER_DAY = 220

pytestmark = [
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),  # Apprise's plugins, on Python 3.11
]


@pytest.fixture(scope="module")
def drifted_home(champion_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small home with one large day of lower incomes delivered, not scored yet."""
    home = tmp_path_factory.mktemp("drifted") / "home"
    shutil.copytree(champion_home, home)
    settings = Settings(home=home, policy_file=None, memory_limit="1GB", threads=2, lock_wait_seconds=5.0, chunk_rows=20000)
    simulate_deliveries(settings, days=1, per_day=PER_DAY, seed=9, until=DAY, new_days=1, scenario="income_shift")
    return home


@pytest.fixture
def drifted(drifted_home: Path, home: Path) -> Path:
    shutil.copytree(drifted_home, home)
    return home


@pytest.fixture(scope="module")
def monitored(drifted_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The same, scored and measured; tests only read it."""
    home = tmp_path_factory.mktemp("monitored") / "home"
    shutil.copytree(drifted_home, home)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("LOANWATCH_HOME", str(home))
        score_nightly(NightParameters(as_of=DAY))
        monitor_drift(MonitorParameters(as_of=DAY))
    return settings_of(home)


def published(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    return query_snapshot(settings, query)[1]


def without_snapshots(settings: Settings) -> dict[str, str]:
    """The documents by hash; Evidently's own workspace holds ids that it draws by chance."""
    return {name: value for name, value in file_hashes(settings.reports).items() if "workspace" not in name}


@pytest.mark.usefixtures("drifted")
def test_a_shifted_night_is_measured_alerted_drawn_and_published_and_a_second_run_changes_nothing(settings: Settings) -> None:
    score_nightly(NightParameters(as_of=DAY))
    summary = monitor_drift(MonitorParameters(as_of=DAY))
    assert any("AMT_INCOME_TOTAL" in alert for alert in summary.alerts)

    income = published(
        settings,
        f"SELECT psi, status FROM marts.drift WHERE as_of = DATE '{DAY}' AND window_days = 1 AND subject = 'AMT_INCOME_TOTAL' "
        "AND kind = 'feature' AND segment = ''",
    )
    assert income[0][0] > 0.2
    assert income[0][1] == "alert"
    opened = published(settings, "SELECT subject, status FROM marts.alerts WHERE subject = 'AMT_INCOME_TOTAL'")
    assert opened == [("AMT_INCOME_TOTAL", "open")]

    page = Path(summary.report).read_text(encoding="utf-8")
    assert "AMT_INCOME_TOTAL" in page
    evidently = json.loads((Path(summary.report).parent / "evidently.json").read_text(encoding="utf-8"))
    drawn = evidently["loanwatch"]["psi"]
    assert {"pd", "decision"} <= set(drawn)
    measured = dict(
        published(
            settings,
            f"SELECT subject, psi FROM marts.drift WHERE as_of = DATE '{DAY}' AND window_days = 1 AND segment = '' "
            "AND kind IN ('feature', 'score', 'decision')",
        )
    )
    assert {subject: found["psi"] for subject, found in drawn.items()} == {subject: measured[subject] for subject in drawn}
    assert (settings.reports / "index.html").exists()

    before = (warehouse_hashes(settings), snapshot_hashes(settings), without_snapshots(settings))
    monitor_drift(MonitorParameters(as_of=DAY))
    assert (warehouse_hashes(settings), snapshot_hashes(settings), without_snapshots(settings)) == before


def test_the_reported_psi_is_that_of_the_rows(monitored: Settings) -> None:
    """Recomputed from the stored features and the frozen bins, apart from the product's counting."""
    with open_warehouse(monitored) as connection:
        table = connection.execute("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'features_%'").fetchone()
        assert table is not None
        values = connection.execute(f"SELECT AMT_INCOME_TOTAL FROM score.{table[0]} WHERE batch_id = {DAY:%Y%m%d}01").fetchall()
        bins = connection.execute(
            "SELECT lower, upper, n_reference, n_current FROM marts.drift_bins WHERE subject = 'AMT_INCOME_TOTAL' "
            f"AND segment = '' AND as_of = DATE '{DAY}' AND window_days = 1 AND kind = 'feature' AND label <> 'missing' "
            "ORDER BY bin"
        ).fetchall()
    assert len(values) == PER_DAY
    for lower, upper, _, n_current in bins:
        inside = [x for (x,) in values if (lower is None or x > lower) and (upper is None or x <= upper)]
        assert len(inside) == n_current
    assert sum(row[3] for row in bins) == PER_DAY


@pytest.mark.usefixtures("small_home")
def test_before_the_first_night_there_is_nothing_to_measure() -> None:
    with pytest.raises(UsageError, match="no night has decided"):
        monitor_drift(MonitorParameters())


@pytest.mark.usefixtures("small_home")
def test_a_night_that_did_not_run_is_an_alert_and_one_that_ran_is_none(settings: Settings) -> None:
    score_nightly(NightParameters(as_of=LAST_NEW_DAY))
    assert watch_nights(MonitorParameters(as_of=LAST_NEW_DAY)) == 0
    missed: date = LAST_NEW_DAY + timedelta(days=1)
    assert watch_nights(MonitorParameters(as_of=missed)) == 1
    assert watch_nights(MonitorParameters(as_of=missed)) == 0
    with open_warehouse(settings) as connection:
        found = connection.execute("SELECT kind, severity, status FROM marts.alerts").fetchall()
    assert found == [("dead_man", "critical", "open")]


def test_nobody_is_named_in_the_documents(monitored: Settings) -> None:
    ids = {str(row[0]) for row in published(monitored, "SELECT application_id FROM marts.decisions")}
    documents = list((monitored.reports / DAY.isoformat()).iterdir())
    assert ids
    assert documents
    for path in documents:
        numbers = set(re.findall(r"\d{16}", path.read_text(encoding="utf-8")))
        assert not ids & numbers, path.name
