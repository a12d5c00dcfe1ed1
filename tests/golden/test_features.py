"""Features of a few rows written out by hand: inputs and expected values are the data files in `features/`."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from schemas.features import feature_set
from tests.feature_support import versions_of, warehouse_of
from warehouse.features import compute_features, observe_levels

CASES = sorted((Path(__file__).parent / "features").glob("*.json"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_features_are_those_worked_out_by_hand(case: Path) -> None:
    content = json.loads(case.read_text(encoding="utf-8"))
    with warehouse_of(content["tables"]) as connection:
        wanted = feature_set(observe_levels(connection, 2100010101), [])
        features = compute_features(connection, wanted, versions_of(connection))
    for expected in content["expected"]:
        key = (pl.col("application_id") == expected["application_id"]) & (pl.col("batch_id") == expected["batch_id"])
        found = features.filter(key).select(list(expected["features"])).row(0, named=True)
        assert found == expected["features"], content["why"]


def test_there_are_cases() -> None:
    assert len(CASES) >= 7
