from __future__ import annotations

import numpy as np
import pytest

from schemas.policy import ScoreScale
from tasks.core import scoring
from tasks.core.encoding import to_matrix
from tasks.core.scoring import predict_pd, predict_raw, score_points
from tests.model_rows import model, policy, training_frame


def test_odds_of_fifty_are_600_points_and_twenty_more_double_them() -> None:
    odds = np.array([50.0, 100.0, 200.0, 25.0])
    assert score_points(1 / (1 + odds), policy().score).tolist() == [600.0, 620.0, 640.0, 580.0]


def test_points_stay_finite_at_certainty() -> None:
    points = score_points(np.array([0.0, 1.0]), ScoreScale(points=600.0, odds=50.0, double=20.0))
    assert np.all(np.isfinite(points))
    assert points[0] > points[1]


def test_chunks_do_not_change_a_score(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = to_matrix(training_frame(500), model().encoding)
    whole = predict_raw(model().booster, matrix)
    monkeypatch.setattr(scoring, "CHUNK_ROWS", 7)
    assert predict_raw(model().booster, matrix).tolist() == whole.tolist()
    assert predict_raw(model().booster, matrix[123:124]).tolist() == whole[123:124].tolist()


def test_a_pd_has_twelve_decimals() -> None:
    pd = predict_pd(model(), to_matrix(training_frame(100), model().encoding))
    assert pd.tolist() == np.round(pd, 12).tolist()
    assert np.all((pd > 0) & (pd < 1))


def test_no_row_is_no_score() -> None:
    empty = to_matrix(training_frame(10).clear(), model().encoding)
    assert predict_pd(model(), empty).tolist() == []
