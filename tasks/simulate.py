"""Deliveries of invented applicants: whole runs of days, or the next day of a home that is kept alive.

A hidden file of the landing folder, `.simulation.json`, keeps what each simulated day was made from. It is all that is needed
to make again the outcomes of earlier days when they fall due, and to recognise a command that was given before.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from schemas.errors import UsageError
from schemas.settings import Settings
from tasks.core.simulation import Scenario, simulate_applicants, simulate_outcomes
from tasks.core.simulation.identifiers import check_limits, day_number
from tasks.core.simulation.latent import OBSERVED_AFTER_DAYS
from tasks.deliver import SIMULATED, check_source, delivery_days, write_delivery

#: The last day of the first run of an empty home; fixed, since no result depends on today's date.
FIRST_UNTIL = date(2026, 6, 30)
STATE_FILE = ".simulation.json"
OnProgress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class SimulationReport:
    """What a run wrote: days, applicants and outcomes, counts alone."""

    first_day: date
    last_day: date
    n_days: int
    n_history_days: int
    n_applicants: int
    n_outcomes: int

    def __str__(self) -> str:
        days = f"{self.n_days} day(s) from {self.first_day} to {self.last_day}, {self.n_history_days} of them history"
        return f"{days}: {self.n_applicants:,} applicants, {self.n_outcomes:,} outcomes"


@dataclass(frozen=True)
class _Day:
    """What one day was made from. Outcomes observed after `outcomes_after` and up to the day arrive with it."""

    per_day: int
    seed: int
    scenario: str
    is_history: bool
    outcomes_after: str


@dataclass
class _State:
    """Days by ISO date, and for each command given without a last day the last day that it got."""

    days: dict[str, _Day]
    runs: dict[str, str]


def simulate_deliveries(
    settings: Settings,
    *,
    days: int,
    per_day: int,
    seed: int,
    until: date | None = None,
    new_days: int = 7,
    scenario: str = "none",
    on_progress: OnProgress | None = None,
) -> SimulationReport:
    """Writes `days` deliveries ending with `until`, all but the last `new_days` of them history.

    Without `until` the days follow the newest folder of the landing; in an empty landing they end on FIRST_UNTIL. The same
    command again means the same days, and changes nothing. A scenario touches the new days alone. Outcomes of every applicant
    of this home arrive with the day on which they were observed, as far as the days reach.

    Raises:
        UsageError: impossible numbers, an unknown scenario, or a home of real applicants.
    """
    known = _scenario(scenario)
    _check_numbers(days=days, per_day=per_day, seed=seed, new_days=new_days)
    check_source(settings.landing, SIMULATED)
    state = _read(settings.landing)
    command = json.dumps(
        {"days": days, "per_day": per_day, "seed": seed, "new_days": new_days, "scenario": scenario}, sort_keys=True
    )
    last = until or _last_day(settings.landing, state, command, days)
    plan = [last - timedelta(days=days - 1 - place) for place in range(days)]
    for end in (plan[0], plan[-1]):
        day_number(end)
    for place, day in enumerate(plan):
        is_history = place < days - new_days
        _plan_day(state, day, per_day, seed, Scenario.NONE if is_history else known, is_history=is_history)
    if until is None:
        state.runs[command] = last.isoformat()
    # Before the first folder: a run that is interrupted is completed by the same command.
    _write(settings.landing, state)
    counts = []
    for place, day in enumerate(plan, start=1):
        counts.append(_write_day(settings.landing, state, day))
        if on_progress:
            on_progress(place, days, day.isoformat())
    return _report(plan, counts, max(0, days - new_days))


def simulate_one_day(settings: Settings, day: date, *, per_day: int, seed: int, scenario: str = "none") -> SimulationReport:
    """Writes the new applicants of one day and the outcomes of earlier days that fell due since the folder before it.

    Raises:
        UsageError: impossible numbers, an unknown scenario, or a home of real applicants.
    """
    known = _scenario(scenario)
    _check_numbers(days=1, per_day=per_day, seed=seed, new_days=1)
    day_number(day)
    check_source(settings.landing, SIMULATED)
    state = _read(settings.landing)
    _plan_day(state, day, per_day, seed, known, is_history=False)
    _write(settings.landing, state)
    return _report([day], [_write_day(settings.landing, state, day)], 0)


def _scenario(name: str) -> Scenario:
    try:
        return Scenario(name)
    except ValueError:
        known = ", ".join(item.value for item in Scenario)
        raise UsageError(f"there is no scenario {name!r}", expected=f"one of: {known}", remedy="choose one of them") from None


def _check_numbers(*, days: int, per_day: int, seed: int, new_days: int) -> None:
    if days < 1 or new_days < 0:
        raise UsageError(
            f"{days} days with {new_days} new ones mean nothing", expected="at least one day, and no negative number"
        )
    check_limits(seed, per_day)


def _last_day(landing: Path, state: _State, command: str, days: int) -> date:
    if command in state.runs:
        return date.fromisoformat(state.runs[command])
    held = delivery_days(landing)
    return held[-1] + timedelta(days=days) if held else FIRST_UNTIL


def _plan_day(state: _State, day: date, per_day: int, seed: int, scenario: Scenario, *, is_history: bool) -> None:
    """Notes what the day is made of. A day planned before keeps the day since which outcomes arrive with it."""
    key = day.isoformat()
    before = [other for other in state.days if other < key]
    since = state.days[key].outcomes_after if key in state.days else max(before, default=key)
    state.days[key] = _Day(per_day, seed, scenario.value, is_history, since)


def _write_day(landing: Path, state: _State, day: date) -> tuple[int, int]:
    """Writes the folder of a planned day; gives its numbers of applicants and outcomes."""
    plan = state.days[day.isoformat()]
    frames = dict(simulate_applicants(day, plan.per_day, plan.seed, Scenario(plan.scenario)).frames)
    outcomes = _outcomes_due(state, date.fromisoformat(plan.outcomes_after), day)
    if outcomes.height:
        frames["outcomes"] = outcomes
    write_delivery(landing, day, frames, source=SIMULATED, is_history=plan.is_history)
    return frames["application"].height, outcomes.height


def _outcomes_due(state: _State, after: date, day: date) -> pl.DataFrame:
    """Outcomes observed after one day and up to another, of all days of this home, in the order of their keys."""
    soonest, latest = OBSERVED_AFTER_DAYS
    first, last = after - timedelta(days=latest), day - timedelta(days=soonest)
    parts = [simulate_outcomes(day, 0, 0)]
    for key, plan in sorted(state.days.items()):
        if first < (made := date.fromisoformat(key)) <= last:
            parts.append(simulate_outcomes(made, plan.per_day, plan.seed))
    return pl.concat(parts).filter(pl.col("observed_on") > after, pl.col("observed_on") <= day).sort("SK_ID_CURR")


def _report(plan: list[date], counts: list[tuple[int, int]], n_history: int) -> SimulationReport:
    return SimulationReport(
        first_day=plan[0],
        last_day=plan[-1],
        n_days=len(plan),
        n_history_days=n_history,
        n_applicants=sum(applicants for applicants, _ in counts),
        n_outcomes=sum(outcomes for _, outcomes in counts),
    )


def _read(landing: Path) -> _State:
    file = landing / STATE_FILE
    if not file.is_file():
        return _State({}, {})
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return _State({key: _Day(**plan) for key, plan in content["days"].items()}, dict(content["runs"]))


def _write(landing: Path, state: _State) -> None:
    content = {"days": {key: asdict(plan) for key, plan in sorted(state.days.items())}, "runs": dict(sorted(state.runs.items()))}
    landing.mkdir(parents=True, exist_ok=True)
    new = landing / f"{STATE_FILE}.new"
    new.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    new.replace(landing / STATE_FILE)
