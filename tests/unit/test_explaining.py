from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from reports.night import night_markdown
from schemas.references import BatchScore, NightSummary
from tasks.core import bulk_shap as bulk_module
from tasks.core import explaining
from tasks.core.bulk_shap import bulk_shap
from tasks.core.encoding import Matrix, to_matrix
from tasks.core.explaining import AGREEMENT, explain, rows_in_doubt
from tasks.core.reasons import contributions, explain_rows
from tasks.core.scoring import Model
from tasks.core.shap_tables import ShapTables
from tests.model_rows import model, policy, training_frame

N_ROWS = 600
NAMES = ["EXT_SOURCE_1", "EXT_SOURCE_2", "BURO_AMT_CREDIT_SUM_DEBT_SUM", "DAYS_BIRTH", "OCCUPATION_TYPE", "AMT_CREDIT"]


@pytest.fixture
def in_bulk(monkeypatch: pytest.MonkeyPatch) -> Matrix:
    """So few rows are enough for a bulk."""
    monkeypatch.setattr(explaining, "BULK_FROM_ROWS", 60)
    monkeypatch.setattr(explaining, "BULK_FROM_ROWS_MADE", 60)
    return to_matrix(training_frame(N_ROWS), model().encoding)


def _by_lightgbm(matrix: Matrix, decided_by: pl.Series) -> pl.DataFrame:
    return explain_rows(contributions(model(), matrix), model().manifest.input_names, decided_by, policy())


def _decided(n: int = N_ROWS) -> pl.Series:
    return pl.Series(["score", "H01", "Q02"] * (n // 3))


def test_reasons_in_bulk_are_lightgbms_to_the_last_digit(in_bulk: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    by_lightgbm: list[int] = []

    def counted(ready: Model, matrix: Matrix) -> Matrix:
        by_lightgbm.append(len(matrix))
        return contributions(ready, matrix)

    monkeypatch.setattr(explaining, "contributions", counted)
    found = explain(model(), in_bulk, _decided(), policy())
    assert found.warning == ""
    assert found.reasons.equals(_by_lightgbm(in_bulk, _decided()))
    assert sum(by_lightgbm) < N_ROWS / 5


@pytest.mark.parametrize("doubted", [0, 3])
def test_reasons_are_the_same_in_however_many_parts_of_the_rows(
    in_bulk: Matrix, monkeypatch: pytest.MonkeyPatch, doubted: int
) -> None:
    monkeypatch.setattr(bulk_module, "CHUNK_ROWS", 16)
    monkeypatch.setattr(bulk_module, "LEAST_ROWS", 8)
    monkeypatch.setattr(explaining, "rows_in_doubt", lambda values, *_: np.arange(len(values))[:doubted])
    found = explain(model(), in_bulk, _decided(), policy())
    assert found.warning == ""
    assert found.reasons.equals(_by_lightgbm(in_bulk, _decided()))


def test_an_error_within_the_tolerance_changes_no_reason(in_bulk: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(1)

    def noisy(tables: ShapTables, matrix: Matrix) -> Matrix:
        values = bulk_shap(tables, matrix)
        return values + generator.uniform(-0.9, 0.9, values.shape) * wide / model().manifest.calibration.slope

    wide = 1e-6
    monkeypatch.setattr(explaining, "AGREEMENT", wide)
    monkeypatch.setattr(explaining, "bulk_shap", noisy)
    found = explain(model(), in_bulk, _decided(), policy())
    assert found.warning == ""
    assert found.reasons.equals(_by_lightgbm(in_bulk, _decided()))
    monkeypatch.setattr(explaining, "rows_in_doubt", lambda *_: np.empty(0, dtype=np.int64))
    assert not explain(model(), in_bulk, _decided(), policy()).reasons.equals(found.reasons), "the noise shows nothing"


@pytest.mark.parametrize("wrong", [1e-9, np.nan])
def test_where_the_sample_differs_lightgbm_explains_all_and_the_night_says_so(
    in_bulk: Matrix, monkeypatch: pytest.MonkeyPatch, wrong: float
) -> None:
    monkeypatch.setattr(explaining, "bulk_shap", lambda tables, matrix: bulk_shap(tables, matrix) + wrong)
    found = explain(model(), in_bulk, _decided(), policy())
    assert found.reasons.equals(_by_lightgbm(in_bulk, _decided()))
    assert "contributions in bulk differ from LightGBM's" in found.warning
    as_of = training_frame(1)["batch_id"].cast(pl.String).str.slice(0, 8).str.to_date("%Y%m%d")[0]
    score = BatchScore(2026010101, as_of, "2026-01-01.1", n_scored=N_ROWS, warnings=[found.warning])
    assert f"- Delivery 2026010101: {found.warning}" in night_markdown(NightSummary(as_of, "r", scores=[score]))


def test_few_rows_make_no_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = to_matrix(training_frame(N_ROWS), model().encoding)
    monkeypatch.setattr(explaining, "are_made", lambda _: False)
    monkeypatch.setattr(explaining, "tables_of", lambda _: pytest.fail("tables were made"))
    assert explain(model(), matrix, _decided(), policy()).reasons.equals(_by_lightgbm(matrix, _decided()))
    assert explain(model(), matrix[:0], _decided()[:0], policy()).reasons.is_empty()


def test_a_model_without_tables_is_explained_by_lightgbm(in_bulk: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining, "tables_of", lambda _: None)
    found = explain(model(), in_bulk, _decided(), policy())
    assert found.warning == ""
    assert found.reasons.equals(_by_lightgbm(in_bulk, _decided()))


@pytest.mark.parametrize(
    ("row", "in_doubt"),
    [
        ([0.1, 0.1, 0.3, 0.2, 0.0, 0.0], True),  # both external scores raise it as much: either could lead
        ([0.1, 0.2, 0.3, 0.2, 0.0, 0.0], False),
        ([0.1, 0.2, 0.30005, 0.2, 0.0, 0.0], True),  # a half of the last decimal
        ([0.1, 0.2, 0.30005 + 1e-9, 0.2, 0.0, 0.0], False),
        ([-0.1, -0.1, -0.3, -0.2, 0.0, 0.0], False),  # nothing is named
        ([0.1, 0.2, 0.3, 0.2, 0.00005 + AGREEMENT / 2, 0.0], True),  # next to what is rounded to nothing
    ],
)
def test_rows_are_in_doubt_where_a_last_bit_could_change_what_is_told(row: list[float], in_doubt: bool) -> None:
    assert (len(rows_in_doubt(np.array([row]), NAMES, policy().reasons)) == 1) is in_doubt
