"""A leaky column is caught, whatever its shape; honest columns are left alone."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from schemas.errors import UsageError
from tasks.core.leakage import require_no_leakage, single_auc
from tests.model_rows import training_frame

KEYS = ("application_id", "batch_id", "target")


def _bad(n_rows: int = 2000, share: float = 0.08) -> np.ndarray:
    return (np.random.default_rng(1).random(n_rows) < share).astype(float)


def _noise(n_rows: int = 2000, seed: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=n_rows)


def _refused(column: object, bad: np.ndarray, name: str = "LEAK") -> str:
    frame = pl.DataFrame({"honest": _noise(len(bad)), name: column}, strict=False)
    with pytest.raises(UsageError) as raised:
        require_no_leakage(frame, frame.columns, bad)
    assert "honest" not in raised.value.found
    return raised.value.found


def test_honest_features_pass_and_their_aucs_come_back() -> None:
    frame = training_frame()
    names = [name for name in frame.columns if name not in KEYS]
    found = require_no_leakage(frame, names, frame["target"])
    assert found == single_auc(frame, names, frame["target"].to_numpy())
    assert list(found) == names
    assert all(0.5 <= area < 0.9 for area in found.values())


def test_a_number_without_gaps_has_the_auc_of_scikit_learn_in_either_direction() -> None:
    bad = _bad()
    score = np.round(_noise() + bad, 1)
    expected = roc_auc_score(bad, score)
    found = single_auc(pl.DataFrame({"up": score, "down": -score}), ["up", "down"], bad)
    assert (found["up"], found["down"]) == pytest.approx((expected, expected))


def test_missing_values_rank_before_or_after_all_others() -> None:
    bad = _bad()
    score = np.where(np.random.default_rng(5).random(2000) < 0.3 + 0.4 * bad, np.nan, _noise())
    expected = [roc_auc_score(bad, np.where(np.isnan(score), filling, score)) for filling in (-99, 99)]
    found = single_auc(pl.DataFrame({"a": score}), ["a"], bad)["a"]
    assert found == pytest.approx(max(max(area, 1 - area) for area in expected))
    assert found > 0.6


@pytest.mark.parametrize(
    "leak",
    [
        lambda bad: bad,
        lambda bad: 1 - bad,
        lambda bad: bad * 100 + _noise(len(bad)),
        lambda bad: pl.Series(np.where(bad == 1, np.nan, _noise(len(bad)))),  # known only of those who repaid
        lambda bad: pl.Series(np.where(bad == 1, _noise(len(bad)), np.nan)),
        lambda bad: pl.Series(np.where(bad == 1, np.nan, _noise(len(bad)))).fill_nan(None),
        lambda bad: np.where(bad == 1, 0.0, np.sign(_noise(len(bad))) * 5 + _noise(len(bad), 3)),  # amid the others
        lambda bad: pl.Series(np.where(bad == 1, "written off", "closed")),
        lambda bad: pl.Series(np.where(bad == 1, None, "closed"), dtype=pl.String),
        lambda bad: bad == 1,
        lambda bad: np.where(bad == 1, np.inf, _noise(len(bad))),
    ],
)
def test_a_leaky_column_is_caught_whatever_its_shape(leak) -> None:  # type: ignore[no-untyped-def]
    bad = _bad()
    assert "LEAK (AUC " in _refused(leak(bad), bad)


def test_a_leak_with_some_errors_in_it_is_caught() -> None:
    bad = _bad()
    flipped = np.where(np.random.default_rng(4).random(len(bad)) < 0.05, 1 - bad, bad)
    assert "LEAK" in _refused(flipped, bad)


def test_leaks_are_named_from_the_clearest_on() -> None:
    bad = _bad()
    frame = pl.DataFrame({"b": bad, "a": bad, "weaker": bad + _noise() * 0.4, "fine": _noise()})
    with pytest.raises(UsageError, match=r"3 feature\(s\)") as raised:
        require_no_leakage(frame, frame.columns, bad)
    assert raised.value.found.index("a (AUC 1.000)") < raised.value.found.index("b (AUC 1.000)")
    assert raised.value.found.index("b (AUC 1.000)") < raised.value.found.index("weaker")
    assert raised.value.exit_code == 2


def test_many_leaks_are_counted_and_ten_named() -> None:
    bad = _bad()
    frame = pl.DataFrame({f"f{i:02}": bad for i in range(13)})
    with pytest.raises(UsageError, match="and 3 more"):
        require_no_leakage(frame, frame.columns, bad)


def test_a_text_that_differs_in_every_row_is_no_leak() -> None:
    bad = _bad()
    frame = pl.DataFrame({"id": [f"applicant {i}" for i in range(len(bad))]})
    assert require_no_leakage(frame, ["id"], bad)["id"] < 0.6


def test_noise_stays_far_below_the_limit_even_with_few_defaults() -> None:
    bad = np.zeros(300)
    bad[::15] = 1.0
    generator = np.random.default_rng(7)
    frame = pl.DataFrame({f"f{i}": generator.normal(size=300) for i in range(100)})
    assert max(require_no_leakage(frame, frame.columns, bad).values()) < 0.8


def test_a_feature_that_is_empty_or_constant_says_nothing() -> None:
    bad = _bad(200)
    frame = pl.DataFrame(
        {"empty": pl.Series([None] * 200, dtype=pl.Float64), "one": [1.0] * 200, "text": pl.Series([None] * 200, dtype=pl.String)}
    )
    assert require_no_leakage(frame, frame.columns, bad) == {"empty": 0.5, "one": 0.5, "text": 0.5}


def test_the_limit_can_be_set() -> None:
    frame = training_frame()
    with pytest.raises(UsageError, match=r"above 0\.6"):
        require_no_leakage(frame, ["EXT_SOURCE_1"], frame["target"], limit=0.6)
