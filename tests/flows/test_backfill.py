"""Past nights run in order, go on after a stop, and say where to go on."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path

import pytest

import tasks.night_tasks
from flows.backfill import backfill_nights, nights_between
from schemas.errors import ResourceError
from schemas.parameters import BackfillParameters
from tests.flows.conftest import FIRST_NEW_DAY, LAST_NEW_DAY

BOTH = BackfillParameters(from_date=FIRST_NEW_DAY, to_date=LAST_NEW_DAY)


def test_only_days_with_a_delivery_are_nights_and_they_come_in_order() -> None:
    delivered = [date(2026, 6, 30), date(2026, 6, 1), date(2026, 6, 29), date(2026, 7, 1)]
    assert nights_between(date(2026, 6, 29), date(2026, 6, 30), delivered) == [date(2026, 6, 29), date(2026, 6, 30)]


@pytest.mark.usefixtures("prefect_server")
def test_the_first_night_that_fails_stops_it_and_names_the_command_to_go_on(
    small_home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    publish = tasks.night_tasks.night.publish
    published: list[date] = []

    def publish_until_the_disk_is_full(settings: object, run_id: str, as_of: date) -> Path:
        if as_of == LAST_NEW_DAY:
            raise ResourceError("no space", where="published")
        published.append(as_of)
        return publish(settings, run_id, as_of)  # type: ignore[arg-type]

    monkeypatch.setattr(tasks.night_tasks.night, "publish", publish_until_the_disk_is_full)
    monkeypatch.setattr(tasks.night_tasks.publish_results, "retries", 0)
    with caplog.at_level(logging.INFO, logger="flows.backfill"), pytest.raises(ResourceError):
        backfill_nights(BOTH)
    assert published == [FIRST_NEW_DAY]
    assert f"loanwatch backfill --from {LAST_NEW_DAY} --to {LAST_NEW_DAY}" in caplog.text

    monkeypatch.undo()
    monkeypatch.setenv("LOANWATCH_HOME", str(small_home))
    gone_on = backfill_nights(BackfillParameters(from_date=LAST_NEW_DAY, to_date=LAST_NEW_DAY))
    assert [night.as_of for night in gone_on] == [LAST_NEW_DAY]
    assert gone_on[0].snapshot
