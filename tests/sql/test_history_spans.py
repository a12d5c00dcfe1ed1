"""The spans in which histories were valid, as the core views show them."""

from __future__ import annotations

from datetime import timedelta

from schemas.settings import Settings
from tests.deliveries import DAY, deliver, query, rows, take_in


def test_a_history_is_valid_from_its_delivery_until_the_next_one_of_its_applicant_and_table(settings: Settings) -> None:
    later = DAY + timedelta(days=3)
    deliver(settings.landing, {"bureau": rows("bureau", 2)})
    deliver(settings.landing, {"bureau": rows("bureau", 1, AMT_CREDIT_SUM=5.0)}, day=later)
    take_in(settings)
    spans = query(settings, "SELECT SK_ID_CURR, valid_from, valid_to, AMT_CREDIT_SUM FROM core.bureau ORDER BY ALL")
    assert spans == [(100001, DAY, later, 1000.5), (100001, later, None, 5.0), (100002, DAY, None, 1000.5)]


def test_the_rows_valid_on_a_day_are_those_held_on_it(settings: Settings) -> None:
    deliver(settings.landing, {"POS_CASH_balance": rows("POS_CASH_balance", 1, SK_DPD=3)})
    deliver(settings.landing, {"POS_CASH_balance": rows("POS_CASH_balance", 1, SK_DPD=7)}, day=DAY + timedelta(days=1))
    take_in(settings)
    held = "SELECT SK_DPD FROM core.pos_cash_balance WHERE valid_from <= DATE '{0}' AND coalesce(valid_to > DATE '{0}', true)"
    assert query(settings, held.format(DAY)) == [(3,)]
    assert query(settings, held.format(DAY + timedelta(days=1))) == [(7,)]
    assert query(settings, held.format(DAY - timedelta(days=1))) == []
