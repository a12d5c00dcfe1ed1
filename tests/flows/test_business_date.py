"""Which day a run is for: never today's clock, and a schedule's day in the schedule's own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.schedules import CronSchedule

from flows.business_date import business_date, local_date, schedule_zone
from schemas.errors import UsageError
from schemas.settings import Settings


def _schedule(zone: str | None) -> DeploymentSchedule:
    return DeploymentSchedule(id=uuid4(), schedule=CronSchedule(cron="0 2 * * *", timezone=zone), active=True)


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        (datetime(2026, 11, 20, 13, 0, tzinfo=UTC), "Pacific/Auckland", date(2026, 11, 21)),  # 02:00 the next morning there
        (datetime(2026, 11, 20, 1, 0, tzinfo=UTC), "America/New_York", date(2026, 11, 19)),
        (datetime(2026, 11, 20, 23, 30, tzinfo=UTC), "Europe/Prague", date(2026, 11, 21)),
        (datetime(2026, 7, 20, 22, 30, tzinfo=UTC), "Europe/Prague", date(2026, 7, 21)),  # summer time
        (datetime(2026, 11, 20, 2, 0, tzinfo=UTC), "UTC", date(2026, 11, 20)),
        (datetime(2026, 11, 20, 13, 0), "Pacific/Auckland", date(2026, 11, 21)),  # noqa: DTZ001  without a zone: UTC
    ],
)
def test_the_scheduled_moment_is_read_in_the_zone_of_the_schedule(moment: datetime, zone: str, expected: date) -> None:
    assert local_date(moment, zone) == expected


def test_an_unknown_zone_is_a_usage_error_that_names_it() -> None:
    with pytest.raises(UsageError, match="Mars/Olympus"):
        local_date(datetime(2026, 11, 20, tzinfo=UTC), "Mars/Olympus")


def test_of_several_schedules_the_one_that_made_the_run_counts() -> None:
    prague, auckland = _schedule("Europe/Prague"), _schedule("Pacific/Auckland")
    assert schedule_zone([prague, auckland], auckland.id) == "Pacific/Auckland"


def test_a_single_schedule_counts_when_it_was_deployed_anew_since() -> None:
    assert schedule_zone([_schedule("Europe/Prague")], uuid4()) == "Europe/Prague"


def test_without_a_stated_zone_the_setting_counts_and_then_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    assert schedule_zone([], None) == "UTC"
    monkeypatch.setenv("LOANWATCH_TIMEZONE", "Europe/Prague")
    assert schedule_zone([], None) == "Europe/Prague"
    assert schedule_zone([_schedule(None)], None) == "Europe/Prague"


def test_a_given_date_counts_whatever_was_delivered(settings: Settings) -> None:
    assert business_date(date(2026, 3, 1), settings) == date(2026, 3, 1)


def test_a_run_by_hand_takes_the_newest_ready_folder(settings: Settings) -> None:
    for day, is_ready in (("2026-03-01", True), ("2026-03-02", True), ("2026-03-03", False)):
        folder: Path = settings.landing / day
        folder.mkdir(parents=True)
        if is_ready:
            (folder / "_READY").touch()
    assert business_date(None, settings) == date(2026, 3, 2)


def test_with_nothing_delivered_there_is_no_business_date(settings: Settings) -> None:
    with pytest.raises(UsageError, match="no delivery is ready"):
        business_date(None, settings)
