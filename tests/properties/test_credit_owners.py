"""Owners of credits are looked up by place, or sorted where keys are sparse: the same as a join gives, an independent oracle."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse import credit_owners
from warehouse.credit_owners import Owners

_LARGEST = 2**63 - 1
_NEAR = st.integers(-30, 30)
_FAR = st.one_of(_NEAR, st.integers(-_LARGEST - 1, _LARGEST))


def _joined(credit: pl.Series, owners: pl.DataFrame) -> pl.Series:
    found = credit.to_frame().join(owners, on="SK_ID_BUREAU", how="left", maintain_order="left")
    return found["SK_ID_CURR"]


def _owners(of: dict[int, int]) -> pl.DataFrame:
    columns = {"SK_ID_BUREAU": list(of), "SK_ID_CURR": list(of.values())}
    return pl.DataFrame(columns, schema={"SK_ID_BUREAU": pl.Int64, "SK_ID_CURR": pl.Int64})


@pytest.mark.parametrize("keys", [_NEAR, _FAR], ids=["near each other", "anywhere"])
@given(data=st.data())
def test_owners_are_those_that_a_join_finds(data: st.DataObject, keys: st.SearchStrategy[int]) -> None:
    owners = _owners(data.draw(st.dictionaries(keys, st.integers(1, 9), max_size=20)))
    asked = st.one_of(keys, st.sampled_from(owners["SK_ID_BUREAU"].to_list() or [0]))
    credit = pl.Series("SK_ID_BUREAU", data.draw(st.lists(asked, max_size=30)), dtype=pl.Int64)
    assert Owners(owners).of(credit).equals(_joined(credit, owners), check_names=True, check_dtypes=True)


@pytest.mark.parametrize(("keys", "is_by_place"), [([5, 6, 9], True), ([5, 6, 9_000], False), ([], False)])
def test_only_dense_keys_are_given_a_place_each(keys: list[int], is_by_place: bool) -> None:
    places = credit_owners.places_of(_owners(dict.fromkeys(keys, 1))["SK_ID_BUREAU"].to_numpy())
    assert (places is not None) == is_by_place
