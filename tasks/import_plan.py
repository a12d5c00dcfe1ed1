"""Over which days a home's import was spread, in a hidden file of the landing: other days would deliver applicants twice."""

from __future__ import annotations

from pathlib import Path

from schemas.errors import UsageError
from tasks.core.importing import Calendar
from tasks.deliver import delivery_days

PLAN_FILE = ".import-home-credit"


def _plan(calendar: Calendar) -> str:
    return f"--until {calendar.until} --days {calendar.n_new_days}"


def require_same_plan(landing: Path, calendar: Calendar) -> None:
    """Refuses an import that would leave days of another one beside its own, or replace what it did not deliver.

    Raises:
        UsageError: the home holds an import of other days, or deliveries on these days that no import made.
    """
    file = landing / PLAN_FILE
    other_home = "set LOANWATCH_HOME to another folder"
    if file.is_file():
        held = file.read_text("utf-8", errors="replace").strip()
        if held != _plan(calendar):
            raise UsageError(
                "this home holds an import of other days",
                expected=f"the days of that import: {held}",
                where=str(file),
                remedy=f"give {held}, which changes nothing or completes it; or {other_home}",
            )
        return
    taken = sorted({*delivery_days(landing)} & {*calendar.all_days})
    if taken:
        raise UsageError(
            f"days of this import have a delivery already: {len(taken)}",
            expected="days without deliveries, or deliveries that an import into this home made",
            where=f"landing/{taken[0]}" + (f" to landing/{taken[-1]}" if len(taken) > 1 else ""),
            remedy=f"choose other days with --until, or {other_home}",
        )


def note_plan(landing: Path, calendar: Calendar) -> None:
    """Notes the days before the first folder is written, so that an interrupted import is known again. Replaced in one step."""
    new = landing / f"{PLAN_FILE}.new"
    new.write_text(f"{_plan(calendar)}\n", encoding="utf-8")
    new.replace(landing / PLAN_FILE)
