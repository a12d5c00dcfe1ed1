"""The chapters of a model card that hold figures: candidates, performance, calibration, threshold, fairness, comparison."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from reports.card_blocks import Badge, Block, Cell, Picture, Section, Table, Text, VerdictLine
from reports.html import NOTHING, number, share
from reports.model_figures import CAPTIONS, CHOSEN
from schemas.gate import GateComparison, GateResult, Verdict
from schemas.training_record import CandidateRecord, FairnessRow, Figure, FigureSet, TrainingRecord

#: What a figure is called in a table; shares are shown in percent.
FIGURE_TITLES = {
    "auc": "AUC",
    "gini": "Gini (2 AUC - 1)",
    "ks": "KS",
    "pr_auc": "PR AUC (average precision)",
    "log_loss": "Log loss",
    "brier": "Brier score",
    "calibration_intercept": "Calibration intercept (0 is perfect)",
    "calibration_slope": "Calibration slope (1 is perfect)",
    "accuracy": "Accuracy",
    "precision": "Precision: defaults among those refused",
    "recall": "Recall: defaults that are refused",
    "f1": "F1",
    "balanced_accuracy": "Balanced accuracy",
    "cost": "Cost: (10 FN + FP)/n",
    "approval_rate": "Approval rate",
    "default_rate": "Default rate",
}
_SHARES = frozenset({"accuracy", "precision", "recall", "balanced_accuracy", "approval_rate", "default_rate"})

VERDICTS: dict[Verdict, Badge] = {
    "pass": Badge("passed", "ok"),
    "fail": Badge("FAILED", "alert"),
    "not_enough_data": Badge("not enough data", "watch"),
}
_FAIRNESS: dict[str, Badge] = {
    "ok": Badge("ok", "ok"),
    "below_floor": Badge("BELOW THE FLOOR", "alert"),
    "too_few": Badge("too few rows", "other"),
    "reported": Badge("reported only", "other"),
}


def picture(name: str) -> Picture:
    """A figure with its caption."""
    title, _, _ = CAPTIONS[name].partition(".")
    return Picture(name, title, CAPTIONS[name])


def with_bounds(figure: Figure | None, decimals: int = 4, *, is_share: bool = False, is_signed: bool = False) -> str:
    """`0.7555 (0.7460 to 0.7642)`; a dash where there is no value, no bounds where there are none."""
    if figure is None or figure.value is None:
        return NOTHING

    def told(value: float) -> str:
        sign = "+" if is_signed and value > 0 else ""
        return sign + (share(value) if is_share else number(value, decimals))

    if figure.lower is None or figure.upper is None:
        return told(figure.value)
    return f"{told(figure.value)} ({told(figure.lower)} to {told(figure.upper)})"


def candidates_section(record: TrainingRecord) -> Section:
    """All candidates on the same hold-out, with paired differences to LightGBM."""
    rows = [_candidate_row(item) for item in record.candidates]
    heads = ["Candidate", "AUC (95 %)", "AUC minus LightGBM", "Cost (95 %)", "Cost minus LightGBM", "KS", "Brier", "Threshold"]
    notes = [Text(f"{item.title}: {item.note}", is_note=True) for item in record.candidates if item.note]
    return Section(
        "Candidates",
        [
            Text(
                "Fitted on the same folds and measured on the same hold-out. Only LightGBM can become champion; the others "
                "show what its complexity is worth. Differences are the candidate's figure minus LightGBM's on the same "
                "bootstrap resamples: an AUC difference below 0 and a cost difference above 0 favour LightGBM; bounds that "
                "enclose 0 are noise."
            ),
            picture("candidates"),
            Table("Candidates on the hold-out", heads, rows, range(1, len(heads))),
            *notes,
        ],
    )


def _candidate_row(item: CandidateRecord) -> list[Cell]:
    figures = item.holdout.figures
    return [
        item.title,
        with_bounds(figures["auc"]),
        with_bounds(item.auc_difference, is_signed=True),
        with_bounds(figures["cost"]),
        with_bounds(item.cost_difference, is_signed=True),
        number(figures["ks"].value),
        number(figures["brier"].value, 5),
        number(item.threshold, 4),
    ]


def performance_section(record: TrainingRecord) -> Section:
    """Every figure of LightGBM for the fitted rows, out of fold, and for the hold-out."""
    chosen = record.candidate(CHOSEN)
    sets = [chosen.train, chosen.out_of_fold, chosen.holdout]
    rows: list[list[Cell]] = [
        ["Rows", *(f"{item.n_rows:,}" for item in sets), NOTHING],
        ["Defaults", *(f"{item.n_bad:,}" for item in sets), NOTHING],
    ]
    rows += [_figure_row(name, sets, chosen.folds) for name in FIGURE_TITLES]
    heads = ["Figure", "Fitted rows", "Out of fold", "Hold-out", "Folds, lowest to highest"]
    return Section(
        "Performance",
        [
            Text(
                "95 % bounds are percentiles of bootstrap resamples. The fitted rows were seen by the model and flatter it. "
                "Out of fold, each row was scored by trees that had not seen it, but the threshold was chosen on these scores. "
                "The hold-out had no say in anything: read that column."
            ),
            Table("Figures of the version", heads, rows, range(1, len(heads))),
            *(picture(name) for name in ("roc", "precision_recall", "lift", "scores")),
            Text(
                f"PSI of the hold-out's scores against those of the training rows: {number(record.score_psi, 4)}. "
                "Below 0.1 the two are alike."
            ),
        ],
    )


def _figure_row(name: str, sets: Sequence[FigureSet], folds: Sequence[dict[str, float | None]]) -> list[Cell]:
    is_share = name in _SHARES
    values = [value for fold in folds if (value := fold.get(name)) is not None]
    told = share if is_share else lambda value: number(value, 4)
    span = f"{told(min(values))} to {told(max(values))}" if values else NOTHING
    shown = [with_bounds(item.figures.get(name), is_share=is_share) for item in sets]
    return [FIGURE_TITLES[name], *shown, span]


def calibration_section(record: TrainingRecord) -> Section:
    """Whether the PD says what happens."""
    chosen = record.candidate(CHOSEN)
    bins = chosen.curves.reliability
    rows: list[list[Cell]] = [
        [
            f"{item.lower:.4f} to {item.upper:.4f}",
            f"{item.n_rows:,}",
            share(item.mean_pd, 2),
            share(item.default_rate, 2),
            number(item.default_rate / item.mean_pd, 2) if item.mean_pd > 0 else NOTHING,
        ]
        for item in bins
    ]
    platt = chosen.calibration
    how = (
        f"PD = sigmoid({platt.intercept:+.4f} + {platt.slope:.4f} x raw log-odds), fitted on out-of-fold scores at the natural "
        f"default rate (imbalance strategy: {record.imbalance})."
        if platt
        else "The PD is not calibrated."
    )
    figures = chosen.holdout.figures
    line = (
        f"A logistic line through default on the PD's log-odds has slope {with_bounds(figures.get('calibration_slope'), 3)} and "
        f"intercept {with_bounds(figures.get('calibration_intercept'), 3)} on the hold-out; 1 and 0 are perfect."
    )
    heads = ["PD", "Rows", "Mean PD", "Default rate", "Observed / expected"]
    return Section(
        "Calibration",
        [Text(how), Text(line), picture("reliability"), Table("Calibration on the hold-out", heads, rows, range(1, 5))],
    )


def threshold_section(record: TrainingRecord) -> Section:
    """The threshold, and why it is where it is."""
    chosen, cost = record.candidate(CHOSEN), record.cost
    exact = (cost.refused - cost.granted_repaid) / (cost.granted_default - cost.granted_repaid)
    figures = chosen.holdout.figures
    default_rate = figures["default_rate"].value
    everyone = NOTHING if default_rate is None else number(10 * default_rate, 4)
    rows: list[list[Cell]] = [
        ["Granted, defaults", f"{cost.granted_default:g}"],
        ["Granted, repaid", f"{cost.granted_repaid:g}"],
        ["Refused", f"{cost.refused:g}"],
        ["Handling, whatever is decided", f"{cost.constant:g}"],
    ]
    return Section(
        "Threshold",
        [
            Text(
                f"A loan can be granted only where PD < {chosen.threshold:.6g}. Of all cuts between the out-of-fold PDs this "
                f"one has the lowest cost under the costs below. Were every PD exact, the best threshold would be {exact:.4f}."
            ),
            Table("Cost per applicant", ["Outcome", "Cost"], rows, [1]),
            Text(
                f"At this threshold the hold-out costs {with_bounds(figures['cost'])} as (10 FN + FP)/n, where FN is a granted "
                f"default and FP a refused good applicant; approving everyone costs {everyone}. "
                f"{with_bounds(figures['approval_rate'], is_share=True)} would be granted."
            ),
            picture("cost"),
        ],
    )


def fairness_section(rows: Sequence[FairnessRow]) -> Section:
    """Approval by group on the hold-out."""
    if not rows:
        return Section("Fairness", [Text("The policy names no attribute, or the hold-out holds none: nothing was measured.")])
    blocks: list[Block] = [
        Text(
            "Approval rates by group on the hold-out, at the threshold of this version. Ratio: the group's approval rate over "
            "the highest one among the attribute's groups that are large enough. An attribute that is judged has to keep the "
            "policy's floor; the others are reported."
        )
    ]
    for attribute, group in groupby(rows, key=lambda row: row.attribute):
        blocks.append(_fairness_table(attribute, list(group)))
    return Section("Fairness", blocks)


def _fairness_table(attribute: str, rows: Sequence[FairnessRow]) -> Table:
    heads = ["Group", "Rows", "Approved", "Ratio", "Mean PD", "Default rate", "Status"]
    cells: list[list[Cell]] = [
        [
            row.group,
            f"{row.n_rows:,}",
            share(row.approval_rate),
            number(row.ratio),
            share(row.mean_pd, 2),
            share(row.default_rate, 2),
            _FAIRNESS[row.status],
        ]
        for row in rows
    ]
    return Table(f"{attribute} ({'judged' if rows[0].is_judged else 'reported'})", heads, cells, range(1, 6))


def comparison_section(gate: GateResult | None, former: str | None) -> Section:
    """What the version shows against the champion that it would replace."""
    title = "Comparison with the former champion"
    if gate is not None:
        return Section(title, [*_verdict(gate), *comparison_tables(gate.comparison)])
    if former is None:
        return Section(title, [Text("This is the first model of its home: there was no champion to compare it with.")])
    return Section(title, [Text(f"Not compared with champion {former} yet; that happens before it can be approved.")])


def _verdict(gate: GateResult) -> list[Block]:
    words = (
        f"against champion {gate.champion_version}, on {gate.comparison.n_rows:,} applications with "
        f"{gate.comparison.n_bad:,} defaults that neither of the two was fitted on. It holds only while "
        f"{gate.champion_version} is the champion."
    )
    return [VerdictLine(VERDICTS[gate.verdict], words)]


def comparison_tables(comparison: GateComparison) -> list[Block]:
    """Figures of both models and what each rule of the gate found."""
    rows: list[list[Cell]] = [
        [
            "AUC",
            number(comparison.auc_challenger, 4),
            number(comparison.auc_champion, 4),
            with_bounds(comparison.auc_difference, is_signed=True),
        ],
        [
            "Cost: (10 FN + FP)/n",
            number(comparison.cost_challenger, 4),
            number(comparison.cost_champion, 4),
            with_bounds(comparison.cost_difference, is_signed=True),
        ],
        ["Calibration slope", with_bounds(comparison.calibration_slope, 3), NOTHING, NOTHING],
        ["Observed over expected defaults", with_bounds(comparison.calibration_ratio, 3), NOTHING, NOTHING],
    ]
    found: list[list[Cell]] = [
        [item.rule.replace("_", " "), VERDICTS[item.verdict], item.expected, item.found] for item in comparison.findings
    ]
    return [
        Table("Challenger against champion", ["Figure", "Challenger", "Champion", "Difference (bounds)"], rows, [1, 2, 3]),
        Text(
            "Bounds of the cost difference are one-sided: 5 % and 95 %; the upper one decides. The others are two-sided, 95 %.",
            is_note=True,
        ),
        Table("Rules of the gate", ["Rule", "Verdict", "Expected", "Found"], found),
    ]
