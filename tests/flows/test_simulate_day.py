"""The simulated day keeps a simulated home alive, and keeps its hands off any other."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from flows.simulate_day import day_name, day_to_deliver, simulate_day
from schemas.parameters import SimulationParameters
from schemas.settings import Settings


def _deliver(settings: Settings, day: str, source: str) -> Path:
    folder = settings.landing / day
    folder.mkdir(parents=True)
    (folder / "_READY").write_text(source)
    return folder


def test_by_hand_the_day_after_the_newest_delivery_is_next(settings: Settings) -> None:
    _deliver(settings, "2026-06-30", "simulated")
    assert day_to_deliver(settings, None) == date(2026, 7, 1)


def test_a_scheduled_day_is_delivered_once(settings: Settings) -> None:
    _deliver(settings, "2026-06-30", "simulated")
    assert day_to_deliver(settings, date(2026, 7, 9)) == date(2026, 7, 9)
    assert day_to_deliver(settings, date(2026, 6, 30)) is None


@pytest.mark.usefixtures("prefect_server")
def test_an_empty_home_stays_empty_so_that_it_may_become_a_real_one(settings: Settings) -> None:
    assert "nothing to simulate" in simulate_day()
    assert not settings.landing.exists()


@pytest.mark.usefixtures("prefect_server")
def test_a_home_with_real_rows_gets_no_invented_ones(settings: Settings) -> None:
    _deliver(settings, "2026-06-30", "home_credit")
    assert "nothing was simulated: this home holds real applicants" in simulate_day()
    assert [folder.name for folder in settings.landing.iterdir()] == ["2026-06-30"]


@pytest.mark.usefixtures("prefect_server")
def test_a_simulated_home_gets_another_day_of_applicants(settings: Settings) -> None:
    from tasks.simulate import simulate_deliveries

    simulate_deliveries(settings, days=1, per_day=5, seed=1, until=date(2026, 6, 30), new_days=1)
    said = simulate_day(SimulationParameters(per_day=7, seed=1))
    assert said.startswith("7 applicants")
    assert said.endswith("2026-07-01")
    assert (settings.landing / "2026-07-01" / "_READY").read_text().strip() == "simulated"


def test_the_name_of_a_run_carries_its_day(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert day_name() == "simulated-day-without-a-date"
    _deliver(settings, "2026-06-30", "simulated")
    assert day_name() == "simulated-day-of-2026-07-01"
    monkeypatch.setattr("flows.simulate_day.current_scheduled_day", lambda: date(2026, 6, 30))
    assert day_name() == "simulated-day-of-2026-06-30"
