"""Laws of PSI and of its bins; what SQL counts is what Polars counts."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from random import Random

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from schemas.drift import Subject
from tasks.core.binning import count_rows, freeze_subject
from tasks.core.psi import measure_cells, psi
from tests.conftest import settings_of
from tests.drift_support import RULES, Watched, watch
from warehouse.connection import open_warehouse

COUNTS = st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 300)), min_size=1, max_size=60)
#: Numbers of every kind, repeated ones and the ends of the range among them.
NUMBERS = st.one_of(
    st.none(),
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 5e-324, 1e308, math.inf, -math.inf, math.nan]),
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-5, 5).map(float),
)
TEXTS = st.one_of(st.none(), st.sampled_from(["", "XNA", "a", "b", "it's", '"', "<script>", "ä"]), st.text(max_size=3))
#: Whole numbers that every transformation below keeps apart.
WHOLE = st.lists(st.one_of(st.none(), st.integers(-40, 40)), min_size=30, max_size=200)


def _frozen(values: pl.Series) -> Subject:
    return freeze_subject(values, RULES.bins, kind="feature", source="input")


def _psi(reference: pl.Series, current: pl.Series) -> float:
    subject = _frozen(reference)
    return psi(subject.n_reference, count_rows(current, subject))


@given(COUNTS)
def test_psi_is_never_negative_and_its_significance_is_a_chance(counts: list[tuple[int, int]]) -> None:
    m, n = (np.array(side, dtype=float) for side in zip(*counts, strict=True))
    found = measure_cells(m, n, np.zeros(len(m), dtype=np.int64))
    assert found.psi[0] >= 0.0
    assert np.isfinite(found.psi[0])
    assert 0.0 <= found.p_value[0] <= 1.0
    assert found.contribution.min() >= 0.0


@given(COUNTS, st.randoms(use_true_random=False))
def test_psi_does_not_depend_on_the_order_of_bins(counts: list[tuple[int, int]], random: Random) -> None:
    shuffled = list(counts)
    random.shuffle(shuffled)
    one, other = (measure_cells(*np.array(c, dtype=float).T, np.zeros(len(c), dtype=np.int64)) for c in (counts, shuffled))
    assert other.psi[0] == pytest.approx(one.psi[0], rel=1e-12, abs=1e-15)
    assert other.p_value[0] == pytest.approx(one.p_value[0], rel=1e-9, abs=1e-300)


@given(st.lists(NUMBERS, min_size=1, max_size=60), st.lists(NUMBERS, min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_rows_in_another_order_have_the_same_psi(
    reference: list[float | None], current: list[float | None], random: Random
) -> None:
    one = _psi(*(pl.Series("x", values, dtype=pl.Float64) for values in (reference, current)))
    for values in (reference, current):
        random.shuffle(values)
    assert _psi(*(pl.Series("x", values, dtype=pl.Float64) for values in (reference, current))) == one


@given(WHOLE, WHOLE)
def test_a_strictly_increasing_transformation_changes_nothing(reference: list[int | None], current: list[int | None]) -> None:
    """Zero stays zero under the first two; the third has no zero before or after, as an exponential of anything has none."""
    before, now = (pl.Series("x", values, dtype=pl.Float64) for values in (reference, current))
    for transformed in (lambda s: s**3, lambda s: s * 1e-3 + s.sign() * s**2):
        assert _psi(transformed(before), transformed(now)) == _psi(before, now)
    positive, positive_now = ((s + 50.0) for s in (before, now))
    assert _psi(positive.log(), positive_now.log()) == _psi(positive, positive_now)


@given(st.lists(NUMBERS, max_size=80))
def test_every_reference_row_is_in_one_bin_and_edges_rise(values: list[float | None]) -> None:
    subject = _frozen(pl.Series("x", values, dtype=pl.Float64))
    assert sum(subject.n_reference) == len(values)
    assert subject.edges == sorted(set(subject.edges))
    assert [item.number for item in subject.bins] == list(range(1, len(subject.bins) + 1))


@pytest.fixture(scope="module")
def scratch_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a migrated, empty warehouse to copy."""
    folder = tmp_path_factory.mktemp("drift")
    with open_warehouse(settings_of(folder)):
        pass
    return folder


ROW = st.tuples(NUMBERS, st.integers(0, 1).map(float), TEXTS)


@hypothesis_settings(max_examples=20)
@given(reference=st.lists(ROW, min_size=1, max_size=40), current=st.lists(ROW, min_size=1, max_size=40))
def test_sql_counts_what_polars_counts(
    scratch_home: Path, reference: list[tuple[float, float, str]], current: list[tuple[float, float, str]]
) -> None:
    settings = settings_of(scratch_home / "home")
    shutil.rmtree(settings.home, ignore_errors=True)  # with the log of the last example and the note about it
    settings.home.mkdir()
    shutil.copy(settings_of(scratch_home).warehouse, settings.warehouse)
    schema = {"NUMBER": pl.Float64, "FLAG": pl.Float64, "TEXT": pl.String}
    before, now = (pl.DataFrame(rows, schema=schema, orient="row") for rows in (reference, current))
    with open_warehouse(settings) as connection:
        watched = watch(connection, settings, before)
        watched.add_night(now)
        watched.measure()
        _require_same_counts(watched, before, now)


def _require_same_counts(watched: Watched, before: pl.DataFrame, now: pl.DataFrame) -> None:
    for name in before.columns:
        assert watched.counts(name) == count_rows(now[name], _frozen(before[name])), name


def test_duckdb_gives_a_value_on_an_edge_to_the_bin_below_it() -> None:
    counts = duckdb.sql(
        "SELECT map_values(histogram(x, [1.0, 2.0, 'inf'::DOUBLE])) FROM (VALUES (1.0::DOUBLE), (2.0), (2.5)) AS t(x)"
    )
    assert counts.fetchall() == [([1, 1, 1],)]
