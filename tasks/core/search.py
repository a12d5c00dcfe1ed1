"""The search for LightGBM's parameters by Optuna: the same folds as the candidates, seeded, resumable, pruned after each fold."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from schemas.parameters import SEARCHED_PARAMETERS
from schemas.policy import Cost
from schemas.training_record import SearchRecord, Trial
from tasks.core.calibration import sigmoid
from tasks.core.fitting import Parameter, Progress, Recipe, TreeFold, combine_folds
from tasks.core.metrics import auc, policy_cost
from tasks.core.threshold import optimal_threshold
from tasks.core.training_plan import SearchMetric, SearchPlan
from tasks.core.vectors import Mask, Vector

if TYPE_CHECKING:
    import optuna

#: Trials before the sampler models what it saw, and before one can be pruned.
_STARTUP_TRIALS = 4
#: Significant digits of what is tried: more would only be harder to read.
_DIGITS = 4
_SECONDS = 60.0
_SEED_STEP = 7919


class _Range(NamedTuple):
    low: float
    high: float
    is_log: bool = False
    is_whole: bool = False


_RANGES = {
    "num_leaves": _Range(5, 63, is_log=True, is_whole=True),
    "feature_fraction": _Range(0.05, 0.6, is_log=True),
    "bagging_fraction": _Range(0.5, 1.0),
    "lambda_l1": _Range(0.0, 10.0),
    "lambda_l2": _Range(1.0, 100.0, is_log=True),
    "min_gain_to_split": _Range(0.0, 0.5),
    "path_smooth": _Range(0.0, 50.0),
}


def space(recipe: Recipe, fixed: Mapping[str, Parameter]) -> dict[str, _Range]:
    """What is searched and where; the smallest leaf around the one that the number of rows suggests."""
    leaf = int(recipe.parameters["min_data_in_leaf"])
    ranges = {**_RANGES, "min_data_in_leaf": _Range(max(2, leaf // 4), 4 * leaf, is_log=True, is_whole=True)}
    return {name: ranges[name] for name in sorted(SEARCHED_PARAMETERS - set(fixed))}


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _suggest(trial: optuna.Trial, ranges: Mapping[str, _Range]) -> dict[str, Parameter]:
    found: dict[str, Parameter] = {}
    for name, item in ranges.items():
        if item.is_whole:
            found[name] = trial.suggest_int(name, int(item.low), int(item.high), log=item.is_log)
        else:
            found[name] = _rounded(trial.suggest_float(name, item.low, item.high, log=item.is_log))
    return found


def _threshold_of(target: Vector, raw: Vector, cost: Cost) -> float:
    return optimal_threshold(target, np.clip(sigmoid(raw), 1e-12, 1.0 - 1e-12), cost)


def fold_cost(target: Vector, raw: Vector, threshold_from: tuple[Vector, Vector], cost: Cost) -> float:
    """Policy cost of scores at the threshold that is best on other scores (`threshold_from`: their targets, themselves)."""
    threshold = _threshold_of(*threshold_from, cost)
    return policy_cost(target, sigmoid(raw) < threshold, cost)


def search_value(target: Vector, raw: Vector, held: Sequence[Mask], metric: SearchMetric, cost: Cost) -> float:
    """Mean over folds, of AUC, or of policy cost at the threshold of the other folds."""
    if metric == "auc":
        return float(np.mean([auc(target[rows], raw[rows]) for rows in held]))
    costs = [fold_cost(target[rows], raw[rows], (target[~rows], raw[~rows]), cost) for rows in held]
    return float(np.mean(costs))


class _Objective:
    """Fits one set of parameters fold by fold and gives up where it does worse than most did by then."""

    def __init__(
        self, folds: Sequence[TreeFold], recipe: Recipe, fixed: Mapping[str, Parameter], metric: SearchMetric, cost: Cost
    ) -> None:
        self.folds, self.recipe, self.metric, self.cost = folds, recipe, metric, cost
        self.ranges = space(recipe, fixed)
        self.held = [fold.held for fold in folds]
        self.target = np.empty(len(self.held[0]))
        for fold in folds:
            self.target[fold.held] = fold.target

    def _so_far(self, fold: TreeFold, raw: Vector) -> float:
        if self.metric == "auc":
            return auc(fold.target, raw)
        return fold_cost(fold.target, raw, (fold.target, raw), self.cost)

    def value(self, trial: optuna.Trial, parameters: Mapping[str, Parameter]) -> float | None:
        """The trial's value, or None where it was pruned."""
        recipe = replace(self.recipe, parameters={**self.recipe.parameters, **parameters})
        boosters, values = [], []
        for number, fold in enumerate(self.folds):
            boosters.append(fold.fit(recipe, "", lambda _: None))
            raw = boosters[-1].predict(fold.matrix, raw_score=True, num_iteration=boosters[-1].best_iteration)
            values.append(self._so_far(fold, np.asarray(raw)))
            trial.report(float(np.mean(values)), number)
            if number + 1 < len(self.folds) and trial.should_prune():
                return None
        return search_value(self.target, combine_folds(self.folds, boosters).raw, self.held, self.metric, self.cost)


@contextmanager
def _storage(file: Path | None) -> Iterator[optuna.storages.BaseStorage]:
    """The SQLite file, closed at the end; memory without one."""
    import optuna

    if file is None:
        yield optuna.storages.InMemoryStorage()
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another search would take the trial that runs here for one that was interrupted
        storage = optuna.storages.RDBStorage(f"sqlite:///{file}")
        try:
            yield storage
        finally:
            storage.remove_session()
            storage.engine.dispose()


def _study(storage: optuna.storages.BaseStorage, metric: SearchMetric, name: str) -> optuna.Study:
    import optuna

    return optuna.create_study(
        storage=storage,
        study_name=name,
        direction="maximize" if metric == "auc" else "minimize",
        pruner=optuna.pruners.MedianPruner(n_startup_trials=_STARTUP_TRIALS),
        load_if_exists=True,
    )


def _settle_interrupted(study: optuna.Study) -> None:
    """A trial that was running when the search was stopped is done again."""
    import optuna

    for trial in study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)


def _finished(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    import optuna

    states = (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED)
    return study.get_trials(deepcopy=False, states=states)


def _next_trial(study: optuna.Study, n_finished: int, objective: _Objective) -> optuna.Trial:
    """The first trial is the defaults. Each has a seed of its own, so that a resumed search tries what an unbroken one had."""
    import optuna

    seed = (objective.recipe.seed + _SEED_STEP * n_finished) % 2**32
    study.sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=_STARTUP_TRIALS)
    if n_finished == 0 and not study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.WAITING,)):
        study.enqueue_trial({name: objective.recipe.parameters[name] for name in objective.ranges})
    return study.ask()


def _record(study: optuna.Study, plan: SearchPlan) -> SearchRecord:
    states = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed"}
    trials = [
        Trial.model_validate(
            {
                "number": trial.number,
                "state": states[trial.state.name],
                "value": trial.value if trial.value is not None and np.isfinite(trial.value) else None,
                "parameters": trial.user_attrs.get("parameters", {}),
            }
        )
        for trial in study.get_trials(deepcopy=False)
        if trial.state.name in states
    ]
    return SearchRecord(metric=plan.metric, is_time_bounded=plan.minutes > 0, best_trial=study.best_trial.number, trials=trials)


def _run_trials(
    study: optuna.Study, objective: _Objective, plan: SearchPlan, progress: Progress, clock: Callable[[], float]
) -> None:
    import optuna

    started = clock()
    while (n_finished := len(_finished(study))) < plan.trials:
        if n_finished and plan.minutes and clock() - started >= plan.minutes * _SECONDS:
            break
        trial = _next_trial(study, n_finished, objective)
        parameters = _suggest(trial, objective.ranges)
        trial.set_user_attr("parameters", parameters)
        value = objective.value(trial, parameters)
        study.tell(trial, value, state=None if value is not None else optuna.trial.TrialState.PRUNED)
        progress(f"search: trial {n_finished + 1} of {plan.trials}, best {plan.metric} so far {study.best_value:.4f}")


def search_parameters(
    folds: Sequence[TreeFold],
    recipe: Recipe,
    fixed: Mapping[str, Parameter],
    plan: SearchPlan,
    name: str,
    cost: Cost,
    progress: Progress,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Recipe, SearchRecord]:
    """The recipe with the best parameters found, and every trial.

    Trials that the storage holds under `name` count. The same seed and data try the same parameters, unless time bounds them.

    Args:
        folds: the folds that the candidates are measured on.
        recipe: the defaults, which are the first trial.
        fixed: parameters that are given and not searched.
        plan: how many trials, for how long (no trial starts later), by which metric, kept where.
        name: of the study: everything that a trial's value hangs on (`TrainingPlan.search_sha256`).
        cost: whose cost is meant where the metric is `cost`.
        progress: is told each trial and the best value so far.
        clock: seconds.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)  # its lines would go to stderr; `progress` tells
    objective = _Objective(folds, recipe, fixed, plan.metric, cost)
    with _storage(plan.storage) as storage:
        study = _study(storage, plan.metric, name)
        _settle_interrupted(study)
        _run_trials(study, objective, plan, progress, clock)
        best = study.best_trial.user_attrs["parameters"]
        return replace(recipe, parameters={**recipe.parameters, **best}), _record(study, plan)
