"""Which history tables usually arrive, and which of them a day lacks."""

from __future__ import annotations

from datetime import timedelta

from schemas.policy import QualityRules, load_policy
from schemas.settings import Settings
from tests.deliveries import DAY, deliver, rows, take_in
from warehouse.connection import open_warehouse
from warehouse.scores import absent_tables

RULES: QualityRules = load_policy(None).quality
APPLICATION = {"application": rows("application", 2)}
WITH_BUREAU = APPLICATION | {"bureau": rows("bureau", 2)}


def _absent(settings: Settings, *days: dict[str, object]) -> list[list[str]]:
    """What each day lacks, day after day."""
    for number, contents in enumerate(days):
        deliver(settings.landing, contents, day=DAY + timedelta(days=number))  # type: ignore[arg-type]
    take_in(settings)
    ids = [int(f"{DAY + timedelta(days=number):%Y%m%d}01") for number in range(len(days))]
    with open_warehouse(settings) as connection:
        return [absent_tables(connection, batch_id, RULES) for batch_id in ids]


def test_an_outage_stays_an_outage_however_long_it_lasts(settings: Settings) -> None:
    found = _absent(settings, *[WITH_BUREAU] * 7, *[APPLICATION] * 10)
    assert found == [[]] * 7 + [["bureau"]] * 10


def test_the_table_is_back_when_it_arrives_again(settings: Settings) -> None:
    found = _absent(settings, *[WITH_BUREAU] * 8, APPLICATION, WITH_BUREAU, APPLICATION)
    assert found[8:] == [["bureau"], [], ["bureau"]]


def test_a_table_that_comes_now_and_then_is_not_usual(settings: Settings) -> None:
    found = _absent(settings, *[APPLICATION] * 4, WITH_BUREAU, APPLICATION, APPLICATION)
    assert found == [[]] * 7


def test_a_file_whose_every_row_is_bad_did_not_arrive(settings: Settings) -> None:
    bad = APPLICATION | {"bureau": rows("bureau", 1, AMT_CREDIT_SUM=-1.0)}
    assert _absent(settings, *[WITH_BUREAU] * 7, bad)[7] == ["bureau"]


def test_the_first_day_of_a_home_lacks_nothing(settings: Settings) -> None:
    assert _absent(settings, APPLICATION) == [[]]
