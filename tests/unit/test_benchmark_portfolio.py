"""Portfolios of any size: copies of simulated applicants under new ids, whose histories go with them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from benchmarks import portfolio
from benchmarks.portfolio import full_size
from schemas.tables import DELIVERED_TABLES
from tasks.core.simulation import simulate_applicants


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portfolio, "BASE_APPLICANTS", 10)
        folder = full_size(tmp_path_factory.mktemp("portfolios"), 35)
    return {name: pl.read_parquet(folder / f"{name}.parquet") for name in DELIVERED_TABLES}


def test_it_holds_so_many_applicants_with_consecutive_ids(tables: dict[str, pl.DataFrame]) -> None:
    ids = tables["application"]["SK_ID_CURR"].sort()
    assert ids.to_list() == list(range(ids[0], ids[0] + 35))
    assert tables["outcomes"]["SK_ID_CURR"].sort().equals(ids)


def test_histories_belong_to_applicants_and_credits_that_are_there(tables: dict[str, pl.DataFrame]) -> None:
    ids, loans = set(tables["application"]["SK_ID_CURR"]), tables["bureau"]
    for name in ("bureau", "previous_application", "POS_CASH_balance", "installments_payments", "credit_card_balance"):
        assert set(tables[name]["SK_ID_CURR"]) <= ids
    assert loans["SK_ID_BUREAU"].is_unique().all()
    assert set(tables["bureau_balance"]["SK_ID_BUREAU"]) <= set(loans["SK_ID_BUREAU"])
    owners = tables["previous_application"].select("SK_ID_PREV", "SK_ID_CURR")
    paid = tables["installments_payments"].select("SK_ID_PREV", "SK_ID_CURR")
    assert paid.join(owners, on=["SK_ID_PREV", "SK_ID_CURR"], how="anti").is_empty()


def test_a_small_one_is_what_the_simulator_gives(tmp_path: Path) -> None:
    folder = full_size(tmp_path, 5, seed=3)
    simulated = simulate_applicants(portfolio.DAY, 5, 3)
    for name, frame in simulated.frames.items():
        assert pl.read_parquet(folder / f"{name}.parquet").sort(pl.all()).equals(frame.sort(pl.all()))
    assert full_size(tmp_path, 5, seed=3) == folder
    assert full_size(tmp_path, 5, seed=4) != folder
