"""What the simulated days of a landing were made from, in a hidden file beside them.

It is all that is needed to make again the outcomes of earlier days when they fall due, to recognise a command that was given
before, and to tell a day that is asked for again from one that would replace it. A day is noted just before its folder is
written, so after an interruption at most the newest note has no folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from schemas.errors import UsageError
from tasks.deliver import delivery_days

NOTES_FILE = ".simulation.json"


@dataclass(frozen=True)
class Recipe:
    """What one day is made from. `number` counts the days of the home in the order in which they were written."""

    per_day: int
    seed: int
    scenario: str
    is_history: bool
    number: int = field(default=0, compare=False)


@dataclass
class Notes:
    """Recipes by day, and for each command given without a last day the last day that it got."""

    landing: Path
    days: dict[date, Recipe]
    runs: dict[str, date]

    def conflicts(self, wanted: dict[date, Recipe]) -> list[date]:
        """The wanted days that were delivered before and are not made from the same."""
        held = set(delivery_days(self.landing))
        return [day for day, recipe in wanted.items() if self.days.get(day, None if day in held else recipe) != recipe]

    def require_free(self, wanted: dict[date, Recipe]) -> None:
        """Refuses to replace what was delivered.

        Raises:
            UsageError: a wanted day was delivered before with other content.
        """
        other = self.conflicts(wanted)
        if other:
            raise UsageError(
                f"{len(other)} of the {len(wanted)} days were delivered before with other content",
                expected="days without a delivery, or exactly what was asked for when they were delivered",
                where=f"landing/{other[0]}" + (f" to landing/{other[-1]}" if len(other) > 1 else ""),
                remedy="leave --until away, so that the days follow the newest delivery; or set LOANWATCH_HOME to another folder",
            )

    def newest(self) -> date | None:
        """The newest day that was delivered, by whomever."""
        return max([*delivery_days(self.landing), *self.days], default=None)

    def note(self, day: date, recipe: Recipe) -> None:
        """Notes a day that is about to be written. One that is noted already keeps its number."""
        if day not in self.days:
            self.days[day] = replace(recipe, number=1 + max((held.number for held in self.days.values()), default=0))
            self.write()

    def earlier(self, day: date) -> Iterator[tuple[date, Recipe, date]]:
        """The days written before this one; each with the newest day that may have brought outcomes of it since.

        An outcome comes with the first day written that is not before it was observed, so a day that was put in front of
        others loses none: what fell due on folders that were there already comes with the next one.
        """
        own, reached = self.days[day].number, date.min
        for made, recipe in sorted(self.days.items(), key=lambda item: -item[1].number):
            if recipe.number < own:
                reached = max(reached, made)
                yield made, recipe, reached

    def write(self) -> None:
        """Replaces the file in one step."""
        days = {day.isoformat(): asdict(recipe) for day, recipe in sorted(self.days.items())}
        runs = {command: last.isoformat() for command, last in sorted(self.runs.items())}
        self.landing.mkdir(parents=True, exist_ok=True)
        new = self.landing / f"{NOTES_FILE}.new"
        new.write_text(json.dumps({"days": days, "runs": runs}, indent=1) + "\n", encoding="utf-8")
        new.replace(self.landing / NOTES_FILE)


def read_notes(landing: Path) -> Notes:
    """The notes of a landing; none where nothing was simulated.

    Raises:
        UsageError: the file is not as it was written.
    """
    file = landing / NOTES_FILE
    if not file.is_file():
        return Notes(landing, {}, {})
    try:
        content: dict[str, Any] = json.loads(file.read_text("utf-8"))
        days = {date.fromisoformat(key): Recipe(**recipe) for key, recipe in content["days"].items()}
        runs = {command: date.fromisoformat(last) for command, last in content["runs"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(
            "the notes of the simulator cannot be understood",
            expected="the file as `loanwatch simulate` wrote it",
            where=str(file),
            remedy="restore the file, or set LOANWATCH_HOME to another folder",
        ) from None
    return Notes(landing, _without_interrupted(landing, days), runs)


def _without_interrupted(landing: Path, days: dict[date, Recipe]) -> dict[date, Recipe]:
    """The days without the newest note where an interruption left it without a folder."""
    newest = max(days, key=lambda day: days[day].number, default=None)
    if newest is None or (landing / newest.isoformat()).is_dir():
        return days
    return {day: recipe for day, recipe in days.items() if day != newest}
