"""The figures of docs/model.md, rendered from benchmarks/results/model_quality.json and put between two marks of the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

START = "<!-- figures: rendered by benchmarks/model_page.py, do not edit -->"
END = "<!-- end of figures -->"

NAMES = {
    "loanwatch": "Loanwatch",
    "loanwatch_with_protected": "Loanwatch with protected attributes",
    "plain": "plain LightGBM",
    "plain_without_protected": "plain LightGBM without protected attributes",
}
SUBSETS = {"all": "all rows", "with_histories": "rows with histories"}


def _interval(bounds: list[float], decimals: int = 4) -> str:
    return f"{bounds[0]:.{decimals}f} to {bounds[1]:.{decimals}f}"


def _model_lines(results: dict[str, Any]) -> list[str]:
    lines = [
        "| model | rows | n | AUC (95 %) | KS | Brier | cost (95 %) | granted |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for subset, rows in SUBSETS.items():
        for name, label in NAMES.items():
            found = results["models"][name][subset]
            lines.append(
                f"| {label} | {rows} | {found['n_rows']:,} | {found['auc']:.4f} ({_interval(found['auc_interval'])}) "
                f"| {found['ks']:.3f} | {found['brier']:.5f} | {found['cost']:.4f} ({_interval(found['cost_interval'])}) "
                f"| {found['approval_rate']:.1%} |"
            )
    return lines


def _difference_lines(results: dict[str, Any]) -> list[str]:
    lines = ["| Loanwatch against | rows | AUC (95 %) | cost (95 %) |", "|---|---|---|---|"]
    for subset, rows in SUBSETS.items():
        for name, differences in results["differences"].items():
            found = differences[subset]
            lines.append(
                f"| {NAMES[name]} | {rows} | {found['auc']:+.4f} ({_interval(found['auc_interval'])}) "
                f"| {found['cost']:+.4f} ({_interval(found['cost_interval'])}) |"
            )
    return lines


def _reliability_lines(results: dict[str, Any]) -> list[str]:
    lines = ["| PD from | to | rows | mean PD | default rate |", "|---|---|---|---|---|"]
    lines += [
        f"| {item['lower']:.4f} | {item['upper']:.4f} | {item['n_rows']:,} | {item['mean_pd']:.4f} | {item['default_rate']:.4f} |"
        for item in results["reliability"]
    ]
    return lines


def _parameters(parameters: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value:g}" for key, value in sorted(parameters.items()))


def render(results: dict[str, Any]) -> str:
    """The figures as Markdown."""
    mine = results["models"]["loanwatch"]
    approve_all = mine["all"]["cost_approve_all"]
    histories = mine["with_histories"]
    return "\n".join(
        [
            f"Engine {results['engine']}, {results['folds']} folds, {results['bootstrap_draws']} paired bootstrap draws. "
            f"Cost is (10 FN + FP)/n; approving everyone costs {approve_all:.4f} on all rows and "
            f"{histories['cost_approve_all']:.4f} on the rows with histories.",
            "",
            *_model_lines(results),
            "",
            "Differences on the same rows and the same resamples (AUC above 0 and cost below 0 favour Loanwatch):",
            "",
            *_difference_lines(results),
            "",
            "The same model on other ways to deal the folds: "
            + "; ".join(f"seed {item['seed']}: AUC {item['auc']:.4f}, cost {item['cost']:.4f}" for item in results["repeats"])
            + ".",
            "",
            "Calibration: deciles of the out-of-fold PD. A logistic line through default on the PD's log-odds has intercept "
            f"{mine['all']['calibration_intercept']:+.3f} and slope {mine['all']['calibration_slope']:.3f}; 0 and 1 are perfect.",
            "",
            *_reliability_lines(results),
            "",
            f"Loanwatch: {mine['n_features']} features, {mine['n_trees']} trees, thresholds of the folds "
            + ", ".join(f"{threshold:.4f}" for threshold in mine["thresholds"])
            + f". Parameters: {_parameters(results['parameters'])}.",
            "",
            f"Plain LightGBM: {results['models']['plain']['n_features']} features. Its own parameters: "
            f"{_parameters(results['plain_parameters'])}.",
        ]
    )


def update_page(page: Path, results: dict[str, Any]) -> None:
    """Puts the figures between the marks of the page. Raises ValueError where the page lacks them."""
    text = page.read_text(encoding="utf-8")
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError(f"{page.name} lacks the marks between which figures go")
    page.write_text(f"{before}{START}\n{render(results)}\n{END}{after}", encoding="utf-8")
