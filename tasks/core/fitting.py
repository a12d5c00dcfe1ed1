"""Fitting trees so that the same rows always give the same bytes, and predictions for rows that the trees never saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from schemas.errors import UsageError
from tasks.core.encoding import Encoding, Matrix
from tasks.core.imbalance import Sample
from tasks.core.matrices import Folds, PreparedFold, TrainingRows, plain_folds
from tasks.core.vectors import Mask, Vector

Parameter = float | int | str | bool
Progress = Callable[[str], None]

#: Threads of a fit: part of what makes it repeatable.
THREADS = 2
#: What makes a fit repeatable byte for byte; the number of threads stands in the model text, so it is fixed too.
_FIXED: dict[str, Parameter] = {
    "objective": "binary",
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": THREADS,
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


@dataclass(frozen=True)
class Recipe:
    """How trees are fitted: resolved parameters, seed, and features whose effect may have one sign only (1 or -1)."""

    parameters: Mapping[str, Parameter]
    seed: int
    monotone: Mapping[str, int] = field(default_factory=dict)

    def named(self) -> dict[str, Parameter]:
        """The parameters as a manifest keeps them; constraints as one text."""
        constraints = {"monotone_constraints": ",".join(f"{name}={sign:+d}" for name, sign in sorted(self.monotone.items()))}
        return {**self.parameters, **(constraints if self.monotone else {})}


def _booster_parameters(recipe: Recipe, encoding: Encoding, bad_weight: float) -> dict[str, Any]:
    own: dict[str, Any] = {
        key: value for key, value in recipe.parameters.items() if key not in {"max_trees", "early_stopping_rounds"}
    }
    if recipe.monotone:
        own["monotone_constraints"] = [recipe.monotone.get(name, 0) for name in encoding.names]
    if bad_weight != 1.0:
        own["scale_pos_weight"] = bad_weight
    return {**own, **_FIXED, "seed": recipe.seed}


def _reporter(stage: str, progress: Progress) -> Callable[[lgb.callback.CallbackEnv], None]:
    def report(state: lgb.callback.CallbackEnv) -> None:
        if (state.iteration + 1) % _PROGRESS_TREES == 0:
            progress(f"{stage}: {state.iteration + 1} trees")

    return report


def fit_trees(
    encoding: Encoding, sample: Sample, recipe: Recipe, n_trees: int, progress: Progress, grower: Grower | None = None
) -> lgb.Booster:
    """A fixed number of trees on all these rows, in this process or by the grower."""
    parameters = _booster_parameters(recipe, encoding, sample.bad_weight)
    if grower is not None:
        return lgb.Booster(model_str=grower.grow(encoding, sample, parameters, n_trees, progress))
    data = lgb.Dataset(sample.matrix, sample.target, feature_name=list(encoding.names))
    return lgb.train(parameters, data, num_boost_round=n_trees, callbacks=[_reporter("all rows", progress)])


@dataclass(frozen=True)
class Grower:
    """Another way to fit a number of trees on all rows, and the parameters by which a manifest says so.

    `grow` takes the encoding of the inputs, the sample, LightGBM's parameters, the number of trees, and who is told of progress;
    it gives the model text.
    """

    grow: Callable[[Encoding, Sample, Mapping[str, Any], int, Progress], str]
    parameters: Mapping[str, Parameter]


@dataclass(frozen=True)
class TreeFold:
    """A fold in the form that trees are fitted on, once for any number of fits: binned rows of the others, and its own."""

    encoding: Encoding
    bad_weight: float
    train: lgb.Dataset
    valid: lgb.Dataset
    held: Mask
    matrix: Matrix
    target: Vector

    def fit(self, recipe: Recipe, stage: str, progress: Progress) -> lgb.Booster:
        """Trees on the other folds, stopped early on this one."""
        parameters = _booster_parameters(recipe, self.encoding, self.bad_weight)
        stopping = lgb.early_stopping(int(recipe.parameters["early_stopping_rounds"]), verbose=False)
        return lgb.train(
            parameters,
            self.train,
            num_boost_round=int(recipe.parameters["max_trees"]),
            valid_sets=[self.valid],
            callbacks=[stopping, _reporter(stage, progress)],
        )


def tree_fold(fold: PreparedFold, recipe: Recipe) -> TreeFold:
    """The fold, binned."""
    parameters = _booster_parameters(recipe, fold.encoding, fold.sample.bad_weight)
    names = list(fold.encoding.names)
    train = lgb.Dataset(fold.sample.matrix, fold.sample.target, feature_name=names, params=parameters).construct()
    weight = None if fold.held_weight == 1.0 else np.where(fold.target == 1, fold.held_weight, 1.0)
    valid = lgb.Dataset(fold.matrix, fold.target, weight=weight, reference=train, params=parameters).construct()
    return TreeFold(fold.encoding, fold.sample.bad_weight, train, valid, fold.held, fold.matrix, fold.target)


def _mean_trees(counts: Sequence[int]) -> int:
    return max(1, round(float(np.mean(counts))))


def combine_folds(folds: Sequence[TreeFold], boosters: Sequence[lgb.Booster]) -> OutOfFold:
    """Scores of each fold by its booster.

    Early stopping looks at the fold it stops on, so a fold is scored with as many trees as the *other* folds chose
    (their mean, rounded); the final fit takes the mean over all folds.
    """
    raw = np.empty(len(folds[0].held), dtype=np.float64)
    counts = [booster.best_iteration for booster in boosters]
    for number, (fold, booster) in enumerate(zip(folds, boosters, strict=True)):
        others = _mean_trees(counts[:number] + counts[number + 1 :])
        raw[fold.held] = booster.predict(fold.matrix, raw_score=True, num_iteration=others)
    return OutOfFold(raw, _mean_trees(counts))


def tree_folds(folds: Folds, recipe: Recipe) -> list[TreeFold]:
    """All folds, binned one after the other."""
    return [tree_fold(folds.without(number), recipe) for number in range(folds.n_folds)]


def score_folds(folds: Sequence[TreeFold], recipe: Recipe, progress: Progress) -> OutOfFold:
    """Scores of every row by trees of the other folds."""
    boosters = []
    for number, fold in enumerate(folds, start=1):
        stage = f"fold {number} of {len(folds)}"
        progress(stage)
        boosters.append(fold.fit(recipe, stage, progress))
    return combine_folds(folds, boosters)


def fit_out_of_fold(
    rows: TrainingRows, fold: npt.NDArray[np.int64], parameters: Mapping[str, Parameter], seed: int, progress: Progress
) -> OutOfFold:
    """Scores of each fold by trees and category codes of the other folds, from natural rows and every feature."""
    recipe = Recipe(parameters, seed)
    return score_folds(tree_folds(plain_folds(rows, fold), recipe), recipe, progress)
