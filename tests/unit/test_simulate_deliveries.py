"""`simulate`: which days, which marks, which outcomes, and nothing new the second time."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from schemas.errors import UsageError
from schemas.settings import Settings
from tasks.core.simulation import simulate_outcomes
from tasks.deliver import delivery_days
from tasks.simulate import FIRST_UNTIL, SimulationReport, simulate_deliveries, simulate_one_day

LAST = date(2026, 6, 30)


def simulate(settings: Settings, days: int = 4, per_day: int = 3, **changes: object) -> SimulationReport:
    arguments = {"days": days, "per_day": per_day, "seed": 1, "new_days": 2} | changes
    return simulate_deliveries(settings, **arguments)  # type: ignore[arg-type]


def content(landing: Path) -> dict[str, bytes]:
    return {str(path.relative_to(landing)): path.read_bytes() for path in sorted(landing.rglob("*")) if path.is_file()}


def delivered(settings: Settings, day: date, name: str) -> pl.DataFrame:
    return pl.read_parquet(settings.landing / day.isoformat() / f"{name}.parquet")


def test_all_days_but_the_last_are_history(settings: Settings) -> None:
    report = simulate(settings)
    days = [LAST - timedelta(days=3 - place) for place in range(4)]
    assert delivery_days(settings.landing) == days
    assert [(settings.landing / day.isoformat() / "_HISTORY").exists() for day in days] == [True, True, False, False]
    assert (report.first_day, report.last_day, report.n_days, report.n_history_days) == (days[0], LAST, 4, 2)
    assert str(report) == "4 day(s) from 2026-06-27 to 2026-06-30, 2 of them history: 12 applicants, 0 outcomes"


def test_an_empty_landing_ends_on_a_fixed_day_and_the_next_run_follows_it(settings: Settings) -> None:
    assert simulate(settings).last_day == FIRST_UNTIL
    following = simulate(settings, days=2)
    assert (following.first_day, following.last_day) == (FIRST_UNTIL + timedelta(days=1), FIRST_UNTIL + timedelta(days=2))


def test_the_same_command_twice_changes_nothing(settings: Settings) -> None:
    first = simulate(settings)
    before = content(settings.landing)
    assert simulate(settings) == first
    assert content(settings.landing) == before


def test_outcomes_arrive_on_the_day_they_are_observed(settings: Settings) -> None:
    report = simulate(settings, days=80)
    arrived = []
    for day in delivery_days(settings.landing):
        if (settings.landing / day.isoformat() / "outcomes.parquet").exists():
            outcomes = delivered(settings, day, "outcomes")
            assert outcomes["observed_on"].unique().to_list() == [day]
            arrived.append(outcomes)
    found = pl.concat(arrived).sort("SK_ID_CURR")
    made = pl.concat([simulate_outcomes(LAST - timedelta(days=back), 3, 1) for back in range(80)])
    assert found.equals(made.filter(pl.col("observed_on") <= LAST).sort("SK_ID_CURR"))
    assert report.n_outcomes == found.height > 0


def test_outcomes_of_an_earlier_run_arrive_in_a_later_one(settings: Settings) -> None:
    simulate(settings, days=2)
    later = simulate(settings, days=2, until=LAST + timedelta(days=80))
    assert later.n_outcomes == 6
    found = delivered(settings, LAST + timedelta(days=79), "outcomes")
    assert found["observed_on"].is_between(LAST + timedelta(days=44), LAST + timedelta(days=75)).all()


def test_one_more_day_follows_with_what_fell_due_since_the_last(settings: Settings) -> None:
    simulate(settings, days=3)
    day = LAST + timedelta(days=60)
    report = simulate_one_day(settings, day, per_day=5, seed=1)
    made = pl.concat([simulate_outcomes(LAST - timedelta(days=back), 3, 1) for back in range(3)])
    assert report.n_outcomes == made.filter(pl.col("observed_on") <= day).height
    assert delivered(settings, day, "application").height == 5
    assert not (settings.landing / day.isoformat() / "_HISTORY").exists()
    before = content(settings.landing)
    assert simulate_one_day(settings, day, per_day=5, seed=1) == report
    assert content(settings.landing) == before


def test_a_scenario_touches_the_new_days_alone(settings: Settings) -> None:
    simulate(settings, scenario="bureau_outage")
    has_bureau = [(settings.landing / day.isoformat() / "bureau.parquet").exists() for day in delivery_days(settings.landing)]
    assert has_bureau == [True, True, False, False]


def test_an_interrupted_run_is_completed_by_the_same_command(settings: Settings, tmp_path: Path) -> None:
    class PowerCutError(Exception):
        pass

    def cut(done: int, total: int, what: str) -> None:
        if done == 2:
            raise PowerCutError

    with pytest.raises(PowerCutError):
        simulate(settings, on_progress=cut)
    assert len(delivery_days(settings.landing)) == 2
    simulate(settings)
    whole = Settings(**{**vars(settings), "home": tmp_path / "whole"})
    simulate(whole)
    assert content(settings.landing) == content(whole.landing)


def test_progress_counts_the_days(settings: Settings) -> None:
    told: list[tuple[int, int, str]] = []
    simulate(settings, days=2, on_progress=lambda *step: told.append(step))
    assert told == [(1, 2, "2026-06-29"), (2, 2, "2026-06-30")]


@pytest.mark.parametrize(
    "changes",
    [
        {"days": 0},
        {"new_days": -1},
        {"per_day": -1},
        {"seed": 2**17},
        {"scenario": "storm"},
        {"until": date(1999, 1, 1)},
        {"until": date(1, 1, 2)},
        {"days": 10**9},
    ],
)
def test_impossible_requests_are_refused_before_anything_is_written(settings: Settings, changes: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        simulate(settings, **changes)  # type: ignore[arg-type]
    assert not settings.landing.exists()


def test_a_home_of_real_applicants_takes_no_simulated_ones(settings: Settings) -> None:
    folder = settings.landing / "2026-06-30"
    folder.mkdir(parents=True)
    (folder / "_READY").write_text("home_credit\n")
    with pytest.raises(UsageError, match="real applicants"):
        simulate(settings)
    with pytest.raises(UsageError, match="real applicants"):
        simulate_one_day(settings, LAST, per_day=1, seed=1)
    assert [path.name for path in settings.landing.iterdir()] == ["2026-06-30"]


@pytest.mark.parametrize(
    "changes",
    [{"seed": 9}, {"per_day": 4}, {"new_days": 0}, {"scenario": "income_shift"}, {"days": 3, "until": date(2026, 7, 2)}],
)
def test_days_that_were_delivered_before_are_never_replaced_by_others(settings: Settings, changes: dict[str, object]) -> None:
    simulate(settings, until=LAST)
    before = content(settings.landing)
    with pytest.raises(UsageError, match="delivered before with other content") as refused:
        simulate(settings, **({"until": LAST} | changes))  # type: ignore[arg-type]
    assert (refused.value.exit_code, bool(refused.value.expected), bool(refused.value.remedy)) == (2, True, True)
    assert refused.value.where.startswith("landing/2026-06-")
    assert content(settings.landing) == before
    with pytest.raises(UsageError, match="delivered before with other content"):
        simulate_one_day(settings, LAST, per_day=3, seed=9)
    assert content(settings.landing) == before


def test_a_folder_that_nobody_simulated_is_never_replaced(settings: Settings) -> None:
    folder = settings.landing / LAST.isoformat()
    folder.mkdir(parents=True)
    (folder / "application.csv").touch()
    with pytest.raises(UsageError, match="1 of the 4 days"):
        simulate(settings, until=LAST)
    assert content(settings.landing) == {"2026-06-30/application.csv": b""}


def test_an_interrupted_run_does_not_bind_the_days_that_it_never_wrote(settings: Settings) -> None:
    class PowerCutError(Exception):
        pass

    def cut(done: int, total: int, what: str) -> None:
        raise PowerCutError

    with pytest.raises(PowerCutError):
        simulate(settings, on_progress=cut)
    following = simulate(settings, days=2, seed=9)
    assert following.first_day == LAST - timedelta(days=2)
    # The first command cannot have its days any more, so it goes on where the home ends.
    assert simulate(settings).first_day == following.last_day + timedelta(days=1)


def outcomes_delivered(settings: Settings) -> pl.DataFrame:
    files = sorted(settings.landing.rglob("outcomes.parquet"))
    return pl.concat([simulate_outcomes(LAST, 0, 0), *map(pl.read_parquet, files)]).sort("SK_ID_CURR")


def test_outcomes_due_on_days_that_are_there_already_come_with_the_next_new_day(settings: Settings) -> None:
    earlier = LAST - timedelta(days=120)
    simulate(settings, days=1, new_days=1, until=LAST)
    simulate(settings, days=1, new_days=0, until=earlier, seed=2)
    before = content(settings.landing)
    assert simulate(settings, days=1, new_days=1, until=LAST).n_outcomes == 0
    assert content(settings.landing) == before
    assert simulate_one_day(settings, LAST + timedelta(days=1), per_day=3, seed=1).n_outcomes == 3
    assert outcomes_delivered(settings).equals(simulate_outcomes(earlier, 3, 2).sort("SK_ID_CURR"))


def test_days_put_in_between_deliver_no_outcome_a_second_time(settings: Settings) -> None:
    for back in (200, 0, 130, 100):
        simulate(settings, days=1, new_days=0, until=LAST - timedelta(days=back))
    simulate(settings, days=1, new_days=0, until=LAST + timedelta(days=80))
    made = [simulate_outcomes(LAST - timedelta(days=back), 3, 1) for back in (200, 130, 100, 0)]
    assert outcomes_delivered(settings).equals(pl.concat(made).sort("SK_ID_CURR"))


def test_notes_that_cannot_be_understood_are_named(settings: Settings) -> None:
    simulate(settings)
    (settings.landing / ".simulation.json").write_text('{"days": {"2026-06-30": {"seed": 1}}}')
    with pytest.raises(UsageError, match="cannot be understood"):
        simulate(settings)
