"""Deliveries of invented applicants: whole runs of days, or the next day of a home that is kept alive."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from schemas.errors import UsageError
from schemas.settings import Settings
from tasks.core.simulation import Scenario, simulate_applicants, simulate_outcomes
from tasks.core.simulation.identifiers import check_limits, day_number
from tasks.core.simulation.latent import OBSERVED_AFTER_DAYS
from tasks.deliver import SIMULATED, check_source, write_delivery
from tasks.simulation_notes import Notes, Recipe, read_notes

#: The last day of the first run of an empty home; fixed, since no result depends on today's date.
FIRST_UNTIL = date(2026, 6, 30)
MAX_DAYS = 10_000
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

    Without `until` the days follow the newest delivery; in an empty landing they end on FIRST_UNTIL. The same command again
    means the same days, and changes nothing but complete a run that was interrupted. A scenario touches the new days alone.
    Outcomes of every applicant of this home arrive with the day on which they were observed, as far as the days reach; where
    that day had been delivered already, with the next one that is written.

    Raises:
        UsageError: impossible numbers, an unknown scenario, a home of real applicants, or a day that was delivered before
            with other content; nothing is written then.
    """
    known = _scenario(scenario)
    _check_numbers(days=days, per_day=per_day, seed=seed, new_days=new_days)
    check_source(settings.landing, SIMULATED)
    notes = read_notes(settings.landing)
    command = json.dumps(
        {"days": days, "per_day": per_day, "seed": seed, "new_days": new_days, "scenario": scenario}, sort_keys=True
    )
    past = Recipe(per_day, seed, Scenario.NONE.value, is_history=True)
    new = Recipe(per_day, seed, known.value, is_history=False)
    recipes = [past] * (days - new_days) + [new] * min(days, new_days)
    plan = _dated(until, recipes) if until else _plan_without_end(notes, command, recipes)
    notes.require_free(plan)
    if until is None:
        notes.runs[command] = max(plan)
    # Before the first folder: a run that is interrupted is completed by the same command.
    notes.write()
    counts = []
    for place, (day, recipe) in enumerate(plan.items(), start=1):
        counts.append(_deliver_day(notes, day, recipe))
        if on_progress:
            on_progress(place, days, day.isoformat())
    return _report(list(plan), counts, max(0, days - new_days))


def simulate_one_day(settings: Settings, day: date, *, per_day: int, seed: int, scenario: str = "none") -> SimulationReport:
    """Writes the new applicants of one day and the outcomes of earlier days that fell due since the folder before it.

    Raises:
        UsageError: impossible numbers, an unknown scenario, a home of real applicants, or a day that was delivered before
            with other content.
    """
    known = _scenario(scenario)
    _check_numbers(days=1, per_day=per_day, seed=seed, new_days=1)
    day_number(day)
    check_source(settings.landing, SIMULATED)
    notes = read_notes(settings.landing)
    recipe = Recipe(per_day, seed, known.value, is_history=False)
    notes.require_free({day: recipe})
    return _report([day], [_deliver_day(notes, day, recipe)], 0)


def _scenario(name: str) -> Scenario:
    try:
        return Scenario(name)
    except ValueError:
        known = ", ".join(item.value for item in Scenario)
        raise UsageError(f"there is no scenario {name!r}", expected=f"one of: {known}", remedy="choose one of them") from None


def _check_numbers(*, days: int, per_day: int, seed: int, new_days: int) -> None:
    if not 1 <= days <= MAX_DAYS or new_days < 0:
        raise UsageError(
            f"{days} days with {new_days} new ones mean nothing", expected=f"1 to {MAX_DAYS} days, and no negative number"
        )
    check_limits(seed, per_day)


def _dated(last: date, recipes: list[Recipe]) -> dict[date, Recipe]:
    """The recipes on consecutive days that end with `last`. Raises UsageError for a day that no key can hold."""
    for end in (last.toordinal() - len(recipes) + 1, last.toordinal()):
        day_number(date.fromordinal(max(1, end)))
    return {last - timedelta(days=len(recipes) - 1 - place): recipe for place, recipe in enumerate(recipes)}


def _plan_without_end(notes: Notes, command: str, recipes: list[Recipe]) -> dict[date, Recipe]:
    """The days that this command got before, unless they have gone to another since an interruption; else the next ones."""
    if command in notes.runs:
        before = _dated(notes.runs[command], recipes)
        if not notes.conflicts(before):
            return before
    newest = notes.newest()
    return _dated(newest + timedelta(days=len(recipes)) if newest else FIRST_UNTIL, recipes)


def _deliver_day(notes: Notes, day: date, recipe: Recipe) -> tuple[int, int]:
    """Writes the folder of a day unless it is there; gives its numbers of applicants and outcomes."""
    folder = notes.landing / day.isoformat()
    if day in notes.days and folder.is_dir():
        return _height(folder / "application.parquet"), _height(folder / "outcomes.parquet")
    notes.note(day, recipe)
    frames = dict(simulate_applicants(day, recipe.per_day, recipe.seed, Scenario(recipe.scenario)).frames)
    outcomes = _outcomes_due(notes, day)
    if outcomes.height:
        frames["outcomes"] = outcomes
    write_delivery(notes.landing, day, frames, source=SIMULATED, is_history=recipe.is_history)
    return frames["application"].height, outcomes.height


def _height(file: Path) -> int:
    return int(pl.scan_parquet(file).select(pl.len()).collect().item()) if file.is_file() else 0


def _outcomes_due(notes: Notes, day: date) -> pl.DataFrame:
    """Outcomes of all earlier days of this home that come with this day, in the order of their keys."""
    soonest, latest = (timedelta(days=lag) for lag in OBSERVED_AFTER_DAYS)
    parts = [simulate_outcomes(day, 0, 0)]
    for made, recipe, reached in notes.earlier(day):
        if made + soonest <= day and reached < made + latest:
            outcomes = simulate_outcomes(made, recipe.per_day, recipe.seed)
            parts.append(outcomes.filter(pl.col("observed_on") > reached, pl.col("observed_on") <= day))
    return pl.concat(parts).sort("SK_ID_CURR")


def _report(plan: list[date], counts: list[tuple[int, int]], n_history: int) -> SimulationReport:
    return SimulationReport(
        first_day=plan[0],
        last_day=plan[-1],
        n_days=len(plan),
        n_history_days=n_history,
        n_applicants=sum(applicants for applicants, _ in counts),
        n_outcomes=sum(outcomes for _, outcomes in counts),
    )
