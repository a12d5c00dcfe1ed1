"""The yardstick: other models on the same folds and rows, each a scikit-learn pipeline that is fitted as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from schemas.errors import UsageError
from schemas.parameters import Candidate
from tasks.core.encoding import Matrix
from tasks.core.imbalance import Sample
from tasks.core.matrices import Prepared
from tasks.core.vectors import Vector

Parameter = float | int | str | bool

TITLES = {
    Candidate.DUMMY: "Default rate for everyone",
    Candidate.LOGISTIC: "Logistic regression",
    Candidate.NAIVE_BAYES: "Naive Bayes",
    Candidate.TREE: "Decision tree",
    Candidate.RANDOM_FOREST: "Random forest",
    Candidate.HIST_GRADIENT_BOOSTING: "Histogram gradient boosting",
    Candidate.LIGHTGBM: "LightGBM",
    Candidate.XGBOOST: "XGBoost",
}

#: Settings that suit a few ten thousand rows and some hundred features (docs/model.md); what is not named is the library's.
SETTINGS: dict[Candidate, dict[str, Parameter]] = {
    Candidate.DUMMY: {"strategy": "prior"},
    Candidate.LOGISTIC: {"C": 0.002, "max_iter": 300},
    Candidate.NAIVE_BAYES: {"var_smoothing": 1e-3},
    Candidate.TREE: {"max_depth": 6, "min_samples_leaf": 200},
    Candidate.RANDOM_FOREST: {"n_estimators": 200, "min_samples_leaf": 30, "max_features": "sqrt", "n_jobs": 2},
    Candidate.HIST_GRADIENT_BOOSTING: {
        "learning_rate": 0.08,
        "max_iter": 120,
        "max_leaf_nodes": 15,
        "min_samples_leaf": 80,
        "l2_regularization": 30.0,
        "max_features": 0.1,
        "max_bins": 63,
        "early_stopping": False,
    },
    Candidate.XGBOOST: {
        "n_estimators": 300,
        "learning_rate": 0.05,
        "max_depth": 4,
        "min_child_weight": 10,
        "subsample": 0.8,
        "colsample_bytree": 0.1,
        "reg_lambda": 30.0,
        "tree_method": "hist",
        "max_bin": 64,
        "n_jobs": 2,
    },
}
#: A leaf holds at most this share of the rows, as for LightGBM.
_LEAF_SHARE = 1 / 100
#: Scaled values are drawn in to this many standard deviations: one typo of 1e9 would bend a straight line.
_CLIP = 5.0
#: A leaf without any default is no proof that none can occur.
_SMALLEST = 1e-6


def require_available(candidates: Sequence[Candidate]) -> None:
    """Raises UsageError where XGBoost is asked for and not installed."""
    if Candidate.XGBOOST in candidates and find_spec("xgboost") is None:
        raise UsageError(
            "the candidate xgboost is asked for, and XGBoost is not installed",
            expected="candidates whose packages are installed",
            where="candidates",
            remedy="install the package xgboost in this environment, or leave the candidate out",
        )


def settings_of(candidate: Candidate, n_rows: int) -> dict[str, Parameter]:
    """The settings of a candidate that is not LightGBM; leaves no larger than few rows allow."""
    settings = dict(SETTINGS[candidate])
    if "min_samples_leaf" in settings:
        settings["min_samples_leaf"] = max(5, min(int(settings["min_samples_leaf"]), int(n_rows * _LEAF_SHARE)))
    return settings


def _imputed(*, with_flags: bool) -> list[Any]:
    """Median for missing (0 where nothing is known), flags for missing if wanted, scaling, ends drawn in."""
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    imputer = SimpleImputer(strategy="median", add_indicator=with_flags, keep_empty_features=True)
    return [imputer, StandardScaler(), FunctionTransformer(np.clip, kw_args={"a_min": -_CLIP, "a_max": _CLIP})]


def _logistic(settings: Mapping[str, Parameter], seed: int, text: Sequence[int], n_columns: int) -> list[Any]:
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    numbers = [position for position in range(n_columns) if position not in set(text)]
    columns = ColumnTransformer(
        [
            ("numbers", make_pipeline(*_imputed(with_flags=True)), numbers),
            # codes are levels: each its own column, and an unseen one is none of them
            ("texts", OneHotEncoder(handle_unknown="ignore", sparse_output=False), list(text)),
        ]
    )
    return [columns, LogisticRegression(random_state=seed, **settings)]


#: Module and class of the last step, and whether it draws.
_ESTIMATORS = {
    Candidate.DUMMY: ("sklearn.dummy", "DummyClassifier", False),
    Candidate.NAIVE_BAYES: ("sklearn.naive_bayes", "GaussianNB", False),
    Candidate.TREE: ("sklearn.tree", "DecisionTreeClassifier", True),
    Candidate.RANDOM_FOREST: ("sklearn.ensemble", "RandomForestClassifier", True),
    Candidate.HIST_GRADIENT_BOOSTING: ("sklearn.ensemble", "HistGradientBoostingClassifier", True),
    Candidate.XGBOOST: ("xgboost", "XGBClassifier", True),
}


def _known_columns(matrix: Matrix) -> list[Any]:
    """Leaves out columns without any value: histograms cannot be made of them."""
    from sklearn.compose import ColumnTransformer

    known = np.flatnonzero(~np.isnan(matrix).all(axis=0))
    return [ColumnTransformer([("known", "passthrough", known)])]


def _steps(candidate: Candidate, settings: Mapping[str, Parameter], seed: int, prepared: Prepared) -> list[Any]:
    """The steps of the pipeline. Trees find missing values and the order of codes by themselves."""
    matrix = prepared.sample.matrix
    if candidate is Candidate.LOGISTIC:
        return _logistic(settings, seed, prepared.text_positions, matrix.shape[1])
    module, name, draws = _ESTIMATORS[candidate]
    estimator = getattr(import_module(module), name)(**settings, **({"random_state": seed} if draws else {}))
    if candidate is Candidate.NAIVE_BAYES:
        return [*_imputed(with_flags=False), estimator]
    return [*(_known_columns(matrix) if candidate is Candidate.HIST_GRADIENT_BOOSTING else []), estimator]


def fit_candidate(candidate: Candidate, prepared: Prepared, seed: int) -> Any:
    """The candidate's pipeline, fitted on the sample alone; its imputation, scaling and codes come from there."""
    from sklearn.pipeline import make_pipeline
    from threadpoolctl import threadpool_limits

    sample: Sample = prepared.sample
    settings = settings_of(candidate, len(sample.target))
    pipeline = make_pipeline(*_steps(candidate, settings, seed, prepared))
    weights = {} if sample.bad_weight == 1.0 else {f"{pipeline.steps[-1][0]}__sample_weight": sample.weight}
    # histograms of few rows are done before a second thread has started, and on a busy machine threads wait for each other
    with threadpool_limits(limits=1, user_api="openmp"):
        return pipeline.fit(sample.matrix, sample.target, **weights)


def raw_scores(pipeline: Any, matrix: Matrix) -> Vector:
    """Log-odds of default as the pipeline gives them, before calibration."""
    if hasattr(pipeline, "decision_function"):
        return np.asarray(pipeline.decision_function(matrix), dtype=np.float64)
    if pipeline.steps[-1][0] == "gaussiannb":  # its probabilities reach 0 and 1, their logarithms do not
        logs = pipeline.predict_log_proba(matrix)
        return np.asarray(logs[:, 1] - logs[:, 0], dtype=np.float64)
    pd = np.clip(np.asarray(pipeline.predict_proba(matrix)[:, 1], dtype=np.float64), _SMALLEST, 1.0 - _SMALLEST)
    return np.asarray(np.log(pd / (1.0 - pd)))
