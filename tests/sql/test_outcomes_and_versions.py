"""An outcome belongs to the application that turned out, not to a later one of the same person."""

from __future__ import annotations

from datetime import date, timedelta

from schemas.settings import Settings
from tests.deliveries import DAY, deliver, rows, take_in
from warehouse.connection import open_warehouse
from warehouse.registry import training_versions

AGAIN = DAY + timedelta(days=70)
AS_OF = DAY + timedelta(days=400)


def _training(settings: Settings, as_of: date = AS_OF, maturity_days: int = 90) -> list[tuple[int, int, int]]:
    with open_warehouse(settings) as connection:
        frame = training_versions(
            connection, as_of, maturity_days=maturity_days, received_from=date(1, 1, 1), received_to=date(9999, 12, 31)
        )
    return frame.select("application_id", "batch_id", "target").rows()


def _outcome(target: int, observed_on: date) -> dict[str, object]:
    return {"outcomes": rows("outcomes", 1, TARGET=target, observed_on=observed_on)}


def test_an_outcome_is_that_of_the_version_received_before_it(settings: Settings) -> None:
    deliver(settings.landing, {"application": rows("application", 1)})
    deliver(settings.landing, _outcome(1, DAY + timedelta(days=60)), day=DAY + timedelta(days=61))
    deliver(settings.landing, {"application": rows("application", 1, AMT_CREDIT=1.0)}, day=AGAIN)
    take_in(settings)
    assert _training(settings) == [(100001, 2026060101, 1)]


def test_a_cohort_is_used_once_its_whole_window_has_passed_and_its_outcome_was_delivered(settings: Settings) -> None:
    deliver(settings.landing, {"application": rows("application", 1)})
    deliver(settings.landing, _outcome(0, DAY + timedelta(days=60)), day=DAY + timedelta(days=95))
    take_in(settings)
    assert _training(settings, DAY + timedelta(days=94)) == []  # mature, but nobody had told
    assert _training(settings, DAY + timedelta(days=95)) == [(100001, 2026060101, 0)]
    assert _training(settings, DAY + timedelta(days=95), maturity_days=96) == []


def test_of_two_outcomes_the_one_delivered_later_counts_from_then_on(settings: Settings) -> None:
    deliver(settings.landing, {"application": rows("application", 1)})
    deliver(settings.landing, _outcome(0, DAY + timedelta(days=60)), day=DAY + timedelta(days=61))
    deliver(settings.landing, _outcome(1, DAY + timedelta(days=80)), day=DAY + timedelta(days=120))
    take_in(settings)
    assert _training(settings, DAY + timedelta(days=100)) == [(100001, 2026060101, 0)]
    assert _training(settings) == [(100001, 2026060101, 1)]
