"""The home and the business date of a command: light to import, so that a wrong home is told at once."""

from __future__ import annotations

from datetime import date

from schemas.errors import UsageError
from schemas.settings import Settings
from warehouse.deliveries.folders import ready_folders


def newest_business_date(settings: Settings) -> date:
    """The business date of the newest ready folder. Raises UsageError when there is none."""
    newest = max(ready_folders(settings.landing), default=None)
    if newest is None:
        raise UsageError(
            "no delivery is ready",
            expected="a folder landing/YYYY-MM-DD with _READY in it",
            where=str(settings.landing),
            remedy="deliver one, or try `loanwatch simulate --days 120 --per-day 200 --seed 1`",
        )
    return newest


def require_home(settings: Settings) -> Settings:
    """The settings, if their home exists: a misspelt name must not become a new and empty home. Raises UsageError."""
    if not settings.home.is_dir():
        raise UsageError(
            "there is no home here",
            expected="a folder with landing/ in it",
            where=str(settings.home),
            remedy="name the home in LOANWATCH_HOME or --home, or start one with `loanwatch simulate` or `import-home-credit`",
        )
    return settings


def newest_decided_date(settings: Settings) -> date:
    """The newest business date that a night has decided. Raises UsageError before the first night."""
    from warehouse.connection import open_warehouse
    from warehouse.runs import newest_decided_on

    with open_warehouse(settings) as connection:
        newest = newest_decided_on(connection)
    if newest is None:
        raise UsageError(
            "no night has decided anything yet",
            expected="decisions to measure",
            where=str(settings.warehouse),
            remedy="run `loanwatch nightly` first",
        )
    return newest
