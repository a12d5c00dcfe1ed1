"""Every feature on the real histories: against the oracle, and bit-equal whatever the threads, the chunk or the company."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from schemas.features import FeatureSet, feature_set
from tests.feature_oracle import oracle
from tests.feature_support import REAL_BATCH, connect, differing_columns, load_real, pandas_tables, versions_of
from warehouse.connection import Connection
from warehouse.features import compute_features, iter_features, observe_levels

PROTECTED = ["CODE_GENDER", "NAME_FAMILY_STATUS"]


@dataclass(frozen=True)
class Real:
    connection: Connection
    levels: dict[str, list[str]]
    feature_set: FeatureSet
    versions: pl.DataFrame
    features: pl.DataFrame


@pytest.fixture(scope="module")
def real(real_data: Path) -> Iterator[Real]:
    connection = connect()
    load_real(connection, real_data, uncovered=500)
    levels = observe_levels(connection, REAL_BATCH)
    wanted = feature_set(levels, PROTECTED)
    versions = versions_of(connection)
    yield Real(connection, levels, wanted, versions, compute_features(connection, wanted, versions))
    connection.close()


def test_every_feature_agrees_with_the_oracle(real: Real) -> None:
    expected = oracle(pandas_tables(real.connection), real.levels, PROTECTED)
    assert real.features.height > 10_000
    assert differing_columns(real.features, expected, real.feature_set) == []


def test_the_kinds_and_order_of_columns_are_those_declared(real: Real) -> None:
    assert real.features.columns == ["application_id", "batch_id", *real.feature_set.names]
    for feature in real.feature_set.features:
        assert real.features.schema[feature.name] == (pl.String if feature.kind == "text" else pl.Float64)


def test_no_numeric_feature_holds_the_sentinel(real: Real) -> None:
    numbers = [feature.name for feature in real.feature_set.features if feature.kind == "number"]
    assert [name for name in numbers if (real.features[name].abs() == 365243).any()] == []
    days = [name for name in numbers if "DAYS" in name and not name.endswith(("_SUM", "_VAR", "_SENTINEL"))]
    assert len(days) > 40
    assert [name for name in days if (real.features[name].abs().max() or 0) > 100_000] == []


@pytest.mark.parametrize("threads", [1, 4])
def test_the_number_of_threads_changes_no_bit(real: Real, threads: int) -> None:
    real.connection.execute(f"SET threads = {threads}")
    try:
        found = compute_features(real.connection, real.feature_set, real.versions)
    finally:
        real.connection.execute("SET threads = 2")
    assert found.equals(real.features)


def test_an_applicant_alone_has_the_features_it_has_among_all(real: Real) -> None:
    for version in real.versions.sample(5, seed=1).iter_slices(1):
        alone = compute_features(real.connection, real.feature_set, version)
        assert alone.equals(real.features.join(version, on=["application_id", "batch_id"], how="semi"))


def test_chunks_cut_the_same_frame_into_pieces(real: Real) -> None:
    chunk_rows = 3_001
    shuffled = real.versions.sample(fraction=1.0, shuffle=True, seed=2)
    pieces = list(iter_features(real.connection, real.feature_set, shuffled, chunk_rows))
    assert max(piece.height for piece in pieces) <= chunk_rows
    assert pl.concat(pieces).equals(real.features)
