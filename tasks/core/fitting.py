"""Fitting trees so that the same rows always give the same bytes, and predictions for rows that the trees never saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.errors import UsageError
from tasks.core.encoding import Encoding, Matrix, TextCodes, fit_codes, to_matrix
from tasks.core.metrics import Vector

Parameter = float | int | str | bool
Progress = Callable[[str], None]

#: What makes a fit repeatable byte for byte; the number of threads stands in the model text, so it is fixed too.
_FIXED: dict[str, Parameter] = {
    "objective": "binary",
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 2,
    "feature_pre_filter": False,
    "verbosity": -1,
}
#: Found on the real rows (docs/model.md): small steps, small trees, few features a tree, strong shrinkage.
DEFAULT_PARAMETERS: dict[str, Parameter] = {
    "learning_rate": 0.03,
    "num_leaves": 15,
    "min_data_in_leaf": 80,
    "feature_fraction": 0.1,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l1": 0.0,
    "lambda_l2": 30.0,
    "min_gain_to_split": 0.0,
    "path_smooth": 0.0,
    "max_bin": 63,
    "max_trees": 3000,
    "early_stopping_rounds": 100,
}
#: A leaf may hold this share of the training rows where that is less than `min_data_in_leaf`: for small portfolios.
_LEAF_SHARE = 1 / 250
_PROGRESS_TREES = 100


@dataclass(frozen=True)
class TrainingRows:
    """Rows to fit on, in a fixed order: features and target (1 for a default, else 0)."""

    features: pl.DataFrame
    target: pl.Series

    def take(self, rows: npt.NDArray[np.bool_]) -> TrainingRows:
        """The rows of the mask."""
        mask = pl.Series(rows)
        return TrainingRows(self.features.filter(mask), self.target.filter(mask))

    @property
    def text_columns(self) -> list[str]:
        return [name for name, kind in self.features.schema.items() if kind == pl.String]

    def codes(self) -> TextCodes:
        """Codes of the text columns, by these rows' default rates."""
        return fit_codes(self.features, self.target, self.text_columns)

    def matrix(self, codes: TextCodes) -> Matrix:
        return to_matrix(self.features, Encoding(tuple(self.features.columns), codes))

    @property
    def y(self) -> Vector:
        return self.target.cast(pl.Float64).to_numpy()


@dataclass(frozen=True)
class OutOfFold:
    """Raw scores of every row from trees that saw neither the row nor its fold, and how many trees the folds chose."""

    raw: Vector
    n_trees: int


def resolve_parameters(overrides: Mapping[str, Parameter], n_rows: int) -> dict[str, Parameter]:
    """Defaults with the overrides put in, and leaves no larger than few rows allow.

    Raises:
        UsageError: an override names no parameter.
    """
    unknown = sorted(set(overrides) - set(DEFAULT_PARAMETERS))
    if unknown:
        raise UsageError(
            f"unknown training parameter(s): {', '.join(unknown)}",
            expected="one of " + ", ".join(sorted(DEFAULT_PARAMETERS)),
            where="--set KEY=VALUE",
            remedy="name one of these parameters",
        )
    resolved = {**DEFAULT_PARAMETERS, **overrides}
    if "min_data_in_leaf" not in overrides:
        resolved["min_data_in_leaf"] = max(5, min(int(DEFAULT_PARAMETERS["min_data_in_leaf"]), int(n_rows * _LEAF_SHARE)))
    return resolved


def _booster_parameters(parameters: Mapping[str, Parameter], seed: int) -> dict[str, Parameter]:
    own = {key: value for key, value in parameters.items() if key not in {"max_trees", "early_stopping_rounds"}}
    return {**own, **_FIXED, "seed": seed}


def _reporter(stage: str, progress: Progress) -> Callable[[lgb.callback.CallbackEnv], None]:
    def report(state: lgb.callback.CallbackEnv) -> None:
        if (state.iteration + 1) % _PROGRESS_TREES == 0:
            progress(f"{stage}: {state.iteration + 1} trees")

    return report


def fit_trees(
    rows: TrainingRows, codes: TextCodes, parameters: Mapping[str, Parameter], seed: int, n_trees: int, progress: Progress
) -> lgb.Booster:
    """The final fit: a fixed number of trees on all these rows."""
    names = list(rows.features.columns)
    data = lgb.Dataset(rows.matrix(codes), rows.y, feature_name=names)
    return lgb.train(
        _booster_parameters(parameters, seed), data, num_boost_round=n_trees, callbacks=[_reporter("all rows", progress)]
    )


def _fit_fold(
    train: TrainingRows, held: TrainingRows, parameters: Mapping[str, Parameter], seed: int, stage: str, progress: Progress
) -> tuple[lgb.Booster, Matrix]:
    """Trees on the other folds, stopped early on this one, and this one's matrix under the codes of the others."""
    codes = train.codes()
    matrix = held.matrix(codes)
    data = lgb.Dataset(train.matrix(codes), train.y, feature_name=list(train.features.columns))
    stopping = lgb.early_stopping(int(parameters["early_stopping_rounds"]), verbose=False)
    booster = lgb.train(
        _booster_parameters(parameters, seed),
        data,
        num_boost_round=int(parameters["max_trees"]),
        valid_sets=[lgb.Dataset(matrix, held.y, reference=data)],
        callbacks=[stopping, _reporter(stage, progress)],
    )
    return booster, matrix


def _mean_trees(counts: Sequence[int]) -> int:
    return max(1, round(float(np.mean(counts))))


def fit_out_of_fold(
    rows: TrainingRows, fold: npt.NDArray[np.int64], parameters: Mapping[str, Parameter], seed: int, progress: Progress
) -> OutOfFold:
    """Scores of each fold by trees and category codes of the other folds.

    Early stopping looks at the fold it stops on, so a fold is scored with as many trees as the *other* folds chose
    (their mean, rounded); the final fit takes the mean over all folds.
    """
    n_folds = int(fold.max()) + 1
    raw = np.empty(len(fold), dtype=np.float64)
    fitted = []
    for number in range(n_folds):
        stage = f"fold {number + 1} of {n_folds}"
        progress(stage)
        fitted.append(_fit_fold(rows.take(fold != number), rows.take(fold == number), parameters, seed, stage, progress))
    counts = [booster.best_iteration for booster, _ in fitted]
    for number, (booster, matrix) in enumerate(fitted):
        others = _mean_trees(counts[:number] + counts[number + 1 :])
        raw[fold == number] = booster.predict(matrix, raw_score=True, num_iteration=others)
    return OutOfFold(raw, _mean_trees(counts))
