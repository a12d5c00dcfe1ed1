"""The record of an invented training with everything in it, for tests of what is made from one."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
from sklearn.metrics import precision_recall_curve, roc_auc_score, roc_curve

from schemas.gate import GateComparison, GateFinding, GateResult, Verdict
from schemas.manifest import Calibration, ModelManifest, ReliabilityBin
from schemas.policy import Cost
from schemas.training_record import (
    FIGURE_NAMES,
    CandidateRecord,
    Curves,
    DroppedFeature,
    FairnessRow,
    FeatureRecord,
    Figure,
    FigureSet,
    Point,
    ScoreBin,
    SearchRecord,
    ShapBar,
    TrainingRecord,
    Trial,
)
from tests.model_rows import fitted

THRESHOLD = 0.085
REASON = 'drift of the score: <b>weekly</b> | "review" & more\n# not a heading'
STRENGTHS = {
    "dummy": 0.0,
    "logistic": 1.0,
    "naive_bayes": 0.7,
    "tree": 0.6,
    "random_forest": 0.95,
    "hist_gradient_boosting": 1.15,
    "lightgbm": 1.2,
}
TITLES = {
    "dummy": "Dummy (default rate)",
    "logistic": "Logistic regression",
    "naive_bayes": "Naive Bayes",
    "tree": "Decision tree",
    "random_forest": "Random forest",
    "hist_gradient_boosting": "Histogram gradient boosting",
    "lightgbm": "LightGBM",
}


@cache
def _rows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(4)
    risk, noise = generator.normal(size=(2, 6000))
    target = (generator.random(6000) < 1 / (1 + np.exp(2.8 - 1.1 * risk))).astype(int)
    return target, risk, noise


def _pd(strength: float) -> np.ndarray:
    target, risk, noise = _rows()
    if strength == 0:
        return np.full(len(target), target.mean())
    return 1 / (1 + np.exp(2.9 - 0.9 * (strength * risk + (1.3 - strength) * noise)))


def _figure(value: float, half: float) -> Figure:
    return Figure(value=value, lower=value - half, upper=value + half)


def figure_set(pd: np.ndarray, shift: float = 0.0) -> FigureSet:
    """Figures of the rows; those that do not matter here are round numbers. `shift` makes another set of them."""
    target, _, _ = _rows()
    granted = pd < THRESHOLD
    auc = float(roc_auc_score(target, pd)) + shift
    cost = float((10 * (granted & (target == 1)) + (~granted & (target == 0))).mean())
    known = {
        "auc": _figure(auc, 0.012),
        "gini": _figure(2 * auc - 1, 0.024),
        "cost": _figure(cost, 0.021),
        "approval_rate": _figure(float(granted.mean()), 0.01),
        "default_rate": _figure(float(target.mean()), 0.006),
        "calibration_slope": Figure(value=None) if pd.std() == 0 else _figure(0.98, 0.06),
    }
    figures = {name: known.get(name, _figure(0.3, 0.01)) for name in FIGURE_NAMES}
    return FigureSet(n_rows=len(target), n_bad=int(target.sum()), threshold=THRESHOLD, figures=figures)


def _points(x: np.ndarray, y: np.ndarray) -> list[Point]:
    places = np.unique(np.linspace(0, len(x) - 1, 150).astype(int))
    return [Point(x=float(x[place]), y=float(y[place])) for place in places]


def _curves(pd: np.ndarray) -> Curves:
    target, _, _ = _rows()
    false_positive, true_positive, _ = roc_curve(target, pd)
    precision, recall, _ = precision_recall_curve(target, pd)
    cuts = np.linspace(0.005, 0.6, 150)
    costs = np.array([(10 * ((pd < cut) & (target == 1)) + ((pd >= cut) & (target == 0))).mean() for cut in cuts])
    order = np.argsort(-pd, kind="stable")
    reached = np.arange(1, len(pd) + 1)
    lift = np.cumsum(target[order]) / reached / target.mean()
    return Curves(
        roc=_points(false_positive, true_positive),
        precision_recall=_points(recall, precision),
        cost=_points(cuts, costs),
        lift=_points(reached[59:] / len(pd), lift[59:]),
        reliability=_reliability(pd),
        scores=_score_bins(pd),
    )


def _reliability(pd: np.ndarray) -> list[ReliabilityBin]:
    target, _, _ = _rows()
    parts = np.array_split(np.argsort(pd, kind="stable"), 10)
    return [
        ReliabilityBin(
            lower=float(pd[part].min()),
            upper=float(pd[part].max()),
            n_rows=len(part),
            mean_pd=float(pd[part].mean()),
            default_rate=float(target[part].mean()),
        )
        for part in parts
    ]


def _score_bins(pd: np.ndarray) -> list[ScoreBin]:
    target, _, _ = _rows()
    edges = np.linspace(0, 1, 41)
    good, _ = np.histogram(pd[target == 0], edges)
    bad, _ = np.histogram(pd[target == 1], edges)
    return [ScoreBin(lower=float(edges[i]), upper=float(edges[i + 1]), n_good=int(good[i]), n_bad=int(bad[i])) for i in range(40)]


@cache
def candidate(name: str, strength: float) -> CandidateRecord:
    """One candidate; the stronger, the better."""
    pd = _pd(strength)
    holdout = figure_set(pd)
    is_chosen = name == "lightgbm"
    return CandidateRecord(
        name=name,
        title=TITLES[name],
        may_become_champion=is_chosen,
        parameters={"depth": 6, "learning_rate": 0.03, "weights": None, "kind": "a=b"},
        calibration=None if strength == 0 else Calibration(intercept=0.01, slope=0.97),
        threshold=THRESHOLD,
        seconds=12.5,
        train=figure_set(pd, 0.03),
        out_of_fold=figure_set(pd, 0.004),
        folds=[{key: figure.value for key, figure in holdout.figures.items()} for _ in range(4)],
        holdout=holdout,
        curves=_curves(pd),
        auc_difference=None if is_chosen else _figure((strength - 1.2) * 0.2, 0.01),
        cost_difference=None if is_chosen else _figure((1.2 - strength) * 0.2, 0.02),
        note="No order among applicants." if strength == 0 else "",
    )


def _fairness() -> list[FairnessRow]:
    def row(attribute: str, group: str, rate: float, ratio: float | None, status: str, n_rows: int = 2000) -> FairnessRow:
        return FairnessRow.model_validate(
            {
                "attribute": attribute,
                "group": group,
                "n_rows": n_rows,
                "n_bad": n_rows // 12,
                "approval_rate": rate,
                "mean_pd": 0.08,
                "default_rate": 0.081,
                "ratio": ratio,
                "is_judged": attribute != "AGE",
                "status": status,
            }
        )

    return [
        row("CODE_GENDER", "F", 0.72, 1.0, "ok"),
        row("CODE_GENDER", "M", 0.55, 0.764, "below_floor"),
        row("CODE_GENDER", "<XNA>", 0.5, None, "too_few", 4),
        row("NAME_FAMILY_STATUS", "Married", 0.71, 1.0, "ok"),
        row("NAME_FAMILY_STATUS", "Single / not married", 0.64, 0.901, "ok"),
        row("AGE", "under 25", 0.4, 0.5, "reported"),
        row("AGE", "55 and over", 0.8, 1.0, "reported"),
    ]


def _features() -> list[FeatureRecord]:
    told = [("EXT_SOURCE_2", "Score of external source 2, 0 to 1", 0.31), ("AMT_CREDIT", "Credit amount | in currency", 0.08)]
    told += [(f"BURO_AMT_CREDIT_SUM_DEBT_{number}", f"Debt at other lenders, part {number}", 0.61 / 60) for number in range(60)]
    return [
        FeatureRecord(name=name, description=text, gain_share=gain, missing_share=0.12, single_auc=0.61)
        for name, text, gain in told
    ]


def record(**changes: object) -> TrainingRecord:
    """A training with seven candidates, a search and a fairness floor that is not met."""
    manifest = fitted().manifest
    trials: list[dict[str, object]] = [{"state": "complete", "value": 0.751}, {"state": "pruned", "value": 0.7}]
    standard: dict[str, object] = {
        "model_version": manifest.model_version,
        "trained_as_of": manifest.trained_as_of,
        "requested_by": "Ann <Lee>",
        "reason": REASON,
        "request": {"maturity_days": 180, "search_trials": 2, "reason": REASON},
        "reproduce": "loanwatch retrain --as-of 2026-02-01 --set seed=0",
        "git_revision": "0123456789abcdef0123456789abcdef01234567",
        "versions": {"lightgbm": "4.7.0", "python": "3.11.7"},
        "threads": 2,
        "seed": 0,
        "policy_sha256": manifest.policy_sha256,
        "cost": Cost(granted_default=100.0, granted_repaid=-10.0, refused=0.0, constant=1.0),
        "data_sha256": manifest.data_sha256,
        "received_from": date(2025, 1, 1),
        "received_to": date(2025, 7, 31),
        "holdout_received_from": date(2025, 1, 2),
        "holdout_received_to": date(2025, 7, 31),
        "n_rows": 24_000,
        "n_holdout": 6_000,
        "imbalance": "none",
        "candidates": [candidate(name, strength) for name, strength in STRENGTHS.items()],
        "search": SearchRecord(
            metric="auc",
            is_time_bounded=True,
            best_trial=0,
            trials=[Trial.model_validate({"number": n, "parameters": {"num_leaves": 15 + n}, **t}) for n, t in enumerate(trials)],
        ),
        "features": _features(),
        "dropped": [DroppedFeature(name="AMT_GOODS_PRICE", because="correlation", detail="0.99 with AMT_CREDIT")],
        "shap": [
            ShapBar(feature=item.name, mean_absolute=0.3 / (n + 1), direction=[-0.8, 0.7, 0.02, None][n % 4])
            for n, item in enumerate(_features())
        ],
        "score_psi": 0.012,
        "fairness": _fairness(),
        "warnings": ["3 features are constant in training"],
    }
    return TrainingRecord(**{**standard, **changes})  # type: ignore[arg-type]


def manifest() -> ModelManifest:
    """The manifest of the same version."""
    return fitted().manifest


def gate(verdict: Verdict = "pass", champion_version: str = "2025-12-01.1") -> GateResult:
    """A comparison with a champion."""
    findings = [
        GateFinding(rule="auc", verdict="pass", expected="difference of at least -0.003", found="+0.0042"),
        GateFinding(rule="fairness", verdict=verdict, expected="ratio of at least 0.80", found="CODE_GENDER <M>: 0.76"),
    ]
    comparison = GateComparison(
        n_rows=5_800,
        n_bad=470,
        auc_challenger=0.7561,
        auc_champion=0.7519,
        auc_difference=_figure(0.0042, 0.006),
        cost_challenger=0.51,
        cost_champion=0.52,
        cost_difference=_figure(-0.01, 0.015),
        calibration_slope=_figure(1.01, 0.07),
        calibration_ratio=_figure(0.97, 0.05),
        fairness=_fairness(),
        findings=findings,
        verdict=verdict,
    )
    return GateResult(
        model_version=fitted().manifest.model_version,
        champion_version=champion_version,
        policy_sha256="ab" * 32,
        comparison=comparison,
    )
