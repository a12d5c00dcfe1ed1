"""Which business date a run is for: the one given, else the scheduled day in its schedule's zone, else the newest delivery."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import DeploymentSchedule, FlowRun
from prefect.context import FlowRunContext

from schemas.errors import UsageError
from schemas.settings import Settings
from tasks.business_dates import newest_business_date

DEFAULT_ZONE = "UTC"


def local_date(moment: datetime, zone: str) -> date:
    """The calendar day of a moment in a time zone. Prefect keeps moments in UTC; one without a zone is taken as that.

    Raises:
        UsageError: there is no zone of that name.
    """
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return aware.astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError):
        raise UsageError(
            f"there is no time zone {zone!r}",
            expected="a name like UTC or Europe/Prague",
            where="the schedule in prefect.yaml, or LOANWATCH_TIMEZONE",
            remedy="correct the name and deploy again",
        ) from None


def schedule_zone(schedules: list[DeploymentSchedule], schedule_id: UUID | None) -> str:
    """The zone of the schedule that made a run; LOANWATCH_TIMEZONE, else UTC, where that schedule states none or is gone."""
    matching = [item for item in schedules if item.id == schedule_id] or (schedules if len(schedules) == 1 else [])
    stated = getattr(matching[0].schedule, "timezone", None) if matching else None
    return str(stated or os.environ.get("LOANWATCH_TIMEZONE") or DEFAULT_ZONE)


def scheduled_day(run: FlowRun) -> date | None:
    """The scheduled day of a run that a schedule made, in that schedule's zone; None for a run made by hand.

    The moment is the one that was planned: lateness, waiting for a slot and retries do not move it.
    """
    if not run.auto_scheduled or run.expected_start_time is None or run.deployment_id is None:
        return None
    with get_client(sync_client=True) as client:
        schedules = client.read_deployment_schedules(run.deployment_id)
    return local_date(run.expected_start_time, schedule_zone(schedules, run.created_by.id if run.created_by else None))


def current_scheduled_day() -> date | None:
    """The scheduled day of the run that is under way; None for one that was made by hand or runs without a deployment."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    return scheduled_day(run) if isinstance(run, FlowRun) else None


def business_date(as_of: date | None, settings: Settings) -> date:
    """The business date of the run that is under way; never today's clock.

    Raises:
        UsageError: nothing says which date is meant: none given, no schedule, and no delivery is ready.
    """
    day = as_of or current_scheduled_day()
    if day is None:
        day = newest_business_date(settings)
    return day
