"""The figures of a model version, from the record of its training alone: what it tells apart, what it costs, what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from reports.figures import BEFORE, INK, NOW, clear, shorten, svg
from reports.html import Markup
from schemas.training_record import CandidateRecord, Figure, Point, ScoreBin, ShapBar, TrainingRecord

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

#: The candidate that may become champion.
CHOSEN = "lightgbm"
GRID = "#E4E8EC"
#: Okabe and Ito's vermilion, for defaults and for what is marked.
BAD = "#D55E00"

_SQUARE, _WIDE = (5.4, 4.6), (6.6, 4.2)
_MOST_BARS = 20

#: Every figure of a version with the sentence that a reader needs, in the order of the card.
CAPTIONS = {
    "candidates": "AUC on the hold-out with 95 % bootstrap bounds; the one that may become champion is filled.",
    "roc": "Share of defaults found against share of good applicants refused, over all thresholds; grey: the other candidates.",
    "precision_recall": "Share of defaults among those refused against share of defaults found; dotted: the default rate.",
    "lift": "Default rate among the riskiest applications over that of all; 1 is no better than chance.",
    "scores": "PD by outcome, each outcome's area being 100 %; the dashed line marks the threshold.",
    "reliability": "Observed default rate against mean PD in bins of equal size; on the diagonal the PD says what happens.",
    "cost": "(10 FN + FP)/n at every threshold; the mark is the chosen one, which was chosen out of fold, not here.",
    "shap": "Mean absolute contribution to the log-odds. Arrow up: a higher value raises the PD; down: it lowers it.",
}


def model_figures(record: TrainingRecord) -> dict[str, Markup]:
    """All figures of the version by name, keys and order of CAPTIONS, as `<svg>` elements."""
    chosen = record.candidate(CHOSEN)
    # one PD for all has no order, and its curves would say something about ties
    others = [item for item in record.candidates if item.name != CHOSEN and item.calibration is not None]
    drawn = {
        **candidate_figures(chosen, others),
        "candidates": _candidates(record.candidates),
        "shap": _shap(record.shap),
    }
    return {name: drawn[name] for name in CAPTIONS}


def candidate_figures(candidate: CandidateRecord, others: Sequence[CandidateRecord] = ()) -> dict[str, Markup]:
    """The curves of one candidate on the hold-out, with those of others in grey where they can be compared."""
    return {
        "roc": _roc(candidate, others),
        "precision_recall": _precision_recall(candidate, others),
        "cost": _cost(candidate),
        "reliability": _reliability(candidate),
        "lift": _lift(candidate, others),
        "scores": _scores(candidate),
    }


def _draw(name: str, title: str, size: tuple[float, float], x: str, y: str, draw: Callable[[Axes], None]) -> Markup:
    def on_canvas(canvas: Canvas) -> None:
        axes = canvas.subplots()
        clear(axes)
        axes.grid(color=GRID)
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        draw(axes)
        if axes.get_legend_handles_labels()[1]:
            canvas.legend(loc="outside upper left", ncols=3, frameon=False, fontsize=9)

    return svg(f"model-{name}", title, size, on_canvas)


def _line(axes: Axes, points: Sequence[Point], **look: object) -> None:
    axes.plot([point.x for point in points], [point.y for point in points], **look)  # type: ignore[arg-type]


def _with_others(
    axes: Axes, candidate: CandidateRecord, others: Sequence[CandidateRecord], points: Callable[[CandidateRecord], list[Point]]
) -> None:
    for number, other in enumerate(others):
        _line(axes, points(other), color=BEFORE, lw=0.9, label="other candidates" if number == 0 else None)
    _line(axes, points(candidate), color=NOW, lw=2.2, label=candidate.title)


def _unit(axes: Axes) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.01)


def _roc(candidate: CandidateRecord, others: Sequence[CandidateRecord]) -> Markup:
    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=INK, lw=0.8, ls=":", label="chance")
        _with_others(axes, candidate, others, lambda item: item.curves.roc)
        _unit(axes)

    return _draw("roc", "ROC curve", _SQUARE, "false positive rate", "true positive rate", draw)


def _precision_recall(candidate: CandidateRecord, others: Sequence[CandidateRecord]) -> Markup:
    def draw(axes: Axes) -> None:
        rows = candidate.holdout
        axes.axhline(rows.n_bad / max(rows.n_rows, 1), color=INK, lw=0.8, ls=":", label="default rate")
        _with_others(axes, candidate, others, lambda item: item.curves.precision_recall)
        _unit(axes)

    return _draw("precision-recall", "Precision and recall", _SQUARE, "recall", "precision", draw)


def _lift(candidate: CandidateRecord, others: Sequence[CandidateRecord]) -> Markup:
    def draw(axes: Axes) -> None:
        axes.axhline(1, color=INK, lw=0.8, ls=":", label="chance")
        _with_others(axes, candidate, others, lambda item: item.curves.lift)
        axes.set_xlim(0, 1)
        axes.set_ylim(bottom=0)

    return _draw("lift", "Lift", _SQUARE, "share of applications, riskiest first", "lift", draw)


def _cost(candidate: CandidateRecord) -> Markup:
    def draw(axes: Axes) -> None:
        points = candidate.curves.cost
        _line(axes, points, color=NOW, lw=2.0)
        axes.axvline(candidate.threshold, color=BAD, lw=1.2, ls="--")
        cost = candidate.holdout.figures["cost"].value
        if cost is not None:
            axes.plot([candidate.threshold], [cost], "o", color=BAD, ms=8, label=f"threshold {candidate.threshold:.4f}")
        axes.set_xlim(0, _readable_end([point.x for point in points], candidate.threshold))
        axes.set_ylim(bottom=0)

    return _draw("cost", "Cost against threshold", _WIDE, "threshold on the PD", "(10 FN + FP)/n", draw)


def _readable_end(places: Sequence[float], threshold: float) -> float:
    """Thresholds far above the chosen one grant everything: the curve is flat there and would leave no room for the rest."""
    return min(max([*places, threshold]), 6 * threshold) or 1.0


def _reliability(candidate: CandidateRecord) -> Markup:
    def draw(axes: Axes) -> None:
        bins = candidate.curves.reliability
        end = 1.05 * max([0.01, *(max(item.mean_pd, item.default_rate) for item in bins)])
        axes.plot([0, end], [0, end], color=INK, lw=0.8, ls=":", label="perfect")
        axes.plot([item.mean_pd for item in bins], [item.default_rate for item in bins], "o-", color=NOW, lw=1.5, ms=6)
        axes.set_xlim(0, end)
        axes.set_ylim(0, end)

    return _draw("reliability", "Reliability", _SQUARE, "mean PD", "default rate", draw)


def _scores(candidate: CandidateRecord) -> Markup:
    bins = _filled(candidate.curves.scores)

    def draw(axes: Axes) -> None:
        edges = [item.lower for item in bins] + [item.upper for item in bins[-1:]]
        sides = [("repaid", NOW, [item.n_good for item in bins]), ("defaulted", BAD, [item.n_bad for item in bins])]
        for label, colour, counts in sides if bins else []:
            heights = [count / max(sum(counts), 1) / (item.upper - item.lower) for count, item in zip(counts, bins, strict=True)]
            axes.stairs(heights, edges, color=colour, lw=1.6, label=label, hatch="//" if label == "defaulted" else None)
        axes.axvline(candidate.threshold, color=INK, lw=1.2, ls="--", label=f"threshold {candidate.threshold:.4f}")
        axes.set_ylim(bottom=0)

    return _draw("scores", "Scores by outcome", _WIDE, "PD", "% of the outcome's rows per point of PD", draw)


def _filled(bins: Sequence[ScoreBin]) -> list[ScoreBin]:
    """The bins up to the one that reaches 99.5 % of the rows, without those that have no width."""
    wide = [item for item in bins if item.upper > item.lower]
    total, reached = sum(item.n_good + item.n_bad for item in wide), 0
    for place, item in enumerate(wide):
        reached += item.n_good + item.n_bad
        if reached >= 0.995 * total:
            return wide[: place + 1]
    return wide


def _shap(bars: Sequence[ShapBar]) -> Markup:
    shown = sorted(bars, key=lambda bar: (-bar.mean_absolute, bar.feature))[:_MOST_BARS]

    def draw(axes: Axes) -> None:
        places = range(len(shown))
        axes.barh(list(places), [bar.mean_absolute for bar in shown], color=NOW, height=0.7)
        axes.set_yticks(list(places), [f"{shorten(bar.feature)} {_arrow(bar.direction)}" for bar in shown])
        axes.set_ylim(len(shown) - 0.4, -0.6)
        axes.grid(axis="y", visible=False)

    return _draw("shap", "What moves the PD", (7.4, 1.0 + 0.27 * max(len(shown), 3)), "mean |contribution|, log-odds", "", draw)


def _arrow(direction: float | None) -> str:
    """Up, down, or a dot where the value and its contribution do not rise or fall together."""
    if direction is None or abs(direction) < 0.1:
        return "·"
    return "↑" if direction > 0 else "↓"


def _candidates(candidates: Sequence[CandidateRecord]) -> Markup:
    known = [item for item in candidates if item.holdout.figures["auc"].value is not None]
    ordered = sorted(known, key=lambda item: (-(item.holdout.figures["auc"].value or 0), item.name))

    def draw(axes: Axes) -> None:
        for place, item in enumerate(ordered):
            is_chosen = item.may_become_champion
            _interval(axes, place, item.holdout.figures["auc"], NOW if is_chosen else INK, is_filled=is_chosen)
        axes.set_yticks(range(len(ordered)), [item.title for item in ordered])
        axes.set_ylim(len(ordered) - 0.5, -0.5)
        axes.grid(axis="y", visible=False)

    return _draw("candidates", "AUC of the candidates", (7.0, 1.0 + 0.38 * max(len(ordered), 2)), "AUC on the hold-out", "", draw)


def _interval(axes: Axes, place: int, figure: Figure, colour: str, *, is_filled: bool) -> None:
    value = figure.value
    if value is None:
        return
    lower = value if figure.lower is None else figure.lower
    upper = value if figure.upper is None else figure.upper
    axes.plot([lower, upper], [place, place], color=colour, lw=1.6)
    axes.plot([value], [place], "o", ms=7, mec=colour, mfc=colour if is_filled else "white")
