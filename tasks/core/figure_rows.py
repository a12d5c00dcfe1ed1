"""All figures of rows that count several times, in one pass: what a bootstrap does some hundred times over."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tasks.core.calibration import LineSums, line_sums
from tasks.core.resampling import Ranked, counted_auc, counted_ks, counted_precision, rank_rows
from tasks.core.vectors import Mask, Vector


def ratio(numerator: float, denominator: float) -> float:
    """NaN where there is nothing to divide by."""
    return float(numerator / denominator) if denominator else float("nan")


class FigureRows(NamedTuple):
    """What the figures of any resample of some rows are summed from.

    `columns` per row: log loss, squared error, cost, true positive, false positive, false negative, true negative, then the
    line's. Positive is refused, as in the confusion matrix of scikit-learn with the default as label 1.
    """

    ranked: Ranked
    line: LineSums
    columns: Vector

    def figures(self, weight: Vector) -> dict[str, float]:
        """Every figure where row i counts `weight[i]` times; NaN where the rows cannot give it."""
        counts = self.ranked.counts(weight)
        sums = np.einsum("i,ij->j", weight, self.columns)  # not BLAS: see resampling.weighted_sum
        log_loss_sum, square_sum, cost_sum, tp, fp, fn, tn = map(float, sums[:7])
        n = tp + fp + fn + tn
        area, (intercept, slope) = counted_auc(counts), self.line.of_sums(sums[7:])
        recall, specificity = ratio(tp, tp + fn), ratio(tn, tn + fp)
        return {
            "auc": area,
            "gini": 2.0 * area - 1.0,
            "ks": counted_ks(counts),
            "pr_auc": counted_precision(counts),
            "log_loss": ratio(log_loss_sum, n),
            "brier": ratio(square_sum, n),
            "calibration_intercept": intercept,
            "calibration_slope": slope,
            "accuracy": ratio(tp + tn, n),
            "precision": ratio(tp, tp + fp),
            "recall": recall,
            "f1": ratio(2.0 * tp, 2.0 * tp + fp + fn),
            "balanced_accuracy": (recall + specificity) / 2.0,
            "cost": ratio(cost_sum, n),
            "approval_rate": ratio(fn + tn, n),
            "default_rate": ratio(tp + fn, n),
        }


def figure_rows(target: Vector, pd: Vector, is_granted: Mask, losses: Vector) -> FigureRows:
    """What is computed once per set of rows, before any resample; `losses` is what each row counts in the cost."""
    is_bad, inside = target == 1, np.clip(pd, np.finfo(np.float64).eps, 1.0 - np.finfo(np.float64).eps)
    line = line_sums(target, pd)
    columns = (
        -np.where(is_bad, np.log(inside), np.log1p(-inside)),
        (pd - target) ** 2,
        losses,
        *((is_bad & ~is_granted), (~is_bad & ~is_granted), (is_bad & is_granted), (~is_bad & is_granted)),
    )
    return FigureRows(rank_rows(target, pd), line, np.column_stack([*columns, line.columns]).astype(np.float64))
