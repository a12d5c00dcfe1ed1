"""The chapters of a model card that tell a story: what the model is for, what it was made from, where its limits are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reports.card_blocks import Block, Cell, Code, Points, Section, Table, Text, Tiles
from reports.card_performance import FIGURE_TITLES, VERDICTS, picture, with_bounds
from reports.html import NOTHING, number, share
from reports.model_figures import CHOSEN
from schemas.gate import GateResult
from schemas.manifest import ModelManifest
from schemas.training_record import FeatureRecord, SearchRecord, TrainingRecord

#: Features that a reader sees at once; the others unfold.
_FEATURES_AT_ONCE = 25
_BECAUSE = {
    "missing_share": "missing too often",
    "correlation": "says what another feature says",
    "importance": "adds too little",
}


def summary_blocks(record: TrainingRecord, gate: GateResult | None) -> list[Block]:
    """What somebody reads who reads no further."""
    chosen = record.candidate(CHOSEN)
    figures = chosen.holdout.figures
    default_rate = figures["default_rate"].value
    tiles = [
        (number(figures["auc"].value, 4), "AUC on the hold-out"),
        (number(figures["cost"].value, 4), "cost on the hold-out"),
        (NOTHING if default_rate is None else number(10 * default_rate, 4), "cost of approving everyone"),
        (share(figures["approval_rate"].value), "would be granted"),
        (number(figures["calibration_slope"].value), "calibration slope"),
        (number(chosen.threshold, 4), "threshold on the PD"),
        (f"{len(record.features):,}", "features"),
        ("not compared" if gate is None else VERDICTS[gate.verdict].word, "gate"),
    ]
    words = (
        f"LightGBM, fitted on {record.n_rows:,} applications received from {record.received_from} to {record.received_to}, "
        f"measured on {record.n_holdout:,} others. Asked for by {record.requested_by}: {record.reason}"
    )
    return [Text(words), Tiles(tiles)]


def purpose_section() -> Section:
    """What the model may be used for."""
    return Section(
        "Purpose",
        [
            Text(
                "The model gives each new application for a consumer loan a probability of default (PD). A night decides on "
                "that PD under the decision policy: approve, review by a person, or decline, each decline and review with its "
                "reasons."
            ),
            Points(
                [
                    "Made for: deciding on applications like those it was trained on, under the policy named below.",
                    "Not for: setting prices or limits, loans to companies, regulatory capital, collections, or people who "
                    "have not applied.",
                    "Not alone: hard rules of the policy and the completeness of an application's input come before the PD.",
                ]
            ),
        ],
    )


def data_section(record: TrainingRecord, manifest: ModelManifest) -> Section:
    """Which applications the model learned from and was measured on."""
    chosen = record.candidate(CHOSEN)
    maturity = record.request.get("maturity_days")
    rows: list[list[Cell]] = [
        ["Trained as of", str(record.trained_as_of)],
        ["Received", f"{record.received_from} to {record.received_to}"],
        ["Hold-out received", f"{record.holdout_received_from} to {record.holdout_received_to}"],
        ["Outcomes mature after", NOTHING if maturity is None else f"{maturity} days"],
        ["Applications fitted on", f"{record.n_rows:,}, {chosen.train.n_bad:,} of them defaulted"],
        ["Applications of the hold-out", f"{record.n_holdout:,}, {chosen.holdout.n_bad:,} of them defaulted"],
        ["Imbalance strategy", record.imbalance.replace("_", " ")],
        ["Feature set", manifest.feature_set_id],
        ["Never a feature", ", ".join(manifest.protected) or NOTHING],
        ["Fingerprint of the rows (SHA-256)", record.data_sha256],
    ]
    return Section(
        "Data",
        [
            Text(
                "The newest version of each application whose cohort was wholly mature on that date, with its outcome (1 if "
                "the loan defaulted) and with the history known on the application's business date."
            ),
            Table("Rows", ["What", "Value"], rows),
            Text(
                "Outcomes of refused applications are not known in life. Where the source gives outcomes only for granted "
                "loans, the model has learned from those alone, and nothing here corrects for it.",
                is_note=True,
            ),
        ],
    )


def features_section(record: TrainingRecord) -> Section:
    """The inputs with their plain meaning, and what was left out."""
    ordered = sorted(record.features, key=lambda item: (-item.gain_share, item.name))
    shown, others = ordered[:_FEATURES_AT_ONCE], ordered[_FEATURES_AT_ONCE:]
    gain = sum(item.gain_share for item in shown)
    blocks: list[Block] = [
        Text(
            f"{len(ordered):,} inputs; names come from the trees themselves. The first {len(shown)} bring {share(gain)} of the "
            "gain. AUC alone: how well the feature orders applications by itself; 0.5 is chance, and above 0.9 a training "
            "stops as leakage."
        ),
        _feature_table("The features that matter most", shown, is_folded=False),
    ]
    if others:
        blocks.append(_feature_table("The other features", others, is_folded=True))
    blocks.append(picture("shap"))
    return Section("Features", [*blocks, *_dropped(record)])


def _feature_table(caption: str, features: Sequence[FeatureRecord], *, is_folded: bool) -> Table:
    rows: list[list[Cell]] = [
        [item.name, item.description or NOTHING, share(item.gain_share, 2), share(item.missing_share), number(item.single_auc)]
        for item in features
    ]
    return Table(caption, ["Feature", "Meaning", "Share of gain", "Missing", "AUC alone"], rows, [2, 3, 4], is_folded, "meaning")


def _dropped(record: TrainingRecord) -> list[Block]:
    if not record.dropped:
        return [Text("No limit left a feature out.", is_note=True)]
    counts = Counter(item.because for item in record.dropped)
    told = ", ".join(f"{count:,} {_BECAUSE[because]}" for because, count in sorted(counts.items()))
    rows: list[list[Cell]] = [[item.name, _BECAUSE[item.because], item.detail] for item in record.dropped]
    return [
        Text(f"Left out by the limits of this training: {told}."),
        Table("Features left out", ["Feature", "Because", "Detail"], rows, is_folded=True),
    ]


def search_section(record: TrainingRecord) -> Section:
    """How LightGBM's parameters were found."""
    parameters = record.candidate(CHOSEN).parameters
    rows: list[list[Cell]] = [[name, _plain(value)] for name, value in sorted(parameters.items())]
    used = Table("LightGBM's parameters", ["Parameter", "Value"], rows, [1], is_folded=True)
    if record.search is None:
        return Section("Parameters", [Text("No search: the defaults, and what was set by hand."), used])
    return Section("Parameters", [Text(_search_words(record.search)), used, _trials(record.search)])


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _search_words(search: SearchRecord) -> str:
    states = Counter(trial.state for trial in search.trials)
    told = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    bounded = " The search was bounded by time and need not repeat exactly." if search.is_time_bounded else ""
    return (
        f"{len(search.trials)} sets of parameters were tried for {FIGURE_TITLES[search.metric]} out of fold ({told}); trial "
        f"{search.best_trial} was the best.{bounded}"
    )


def _trials(search: SearchRecord) -> Table:
    rows: list[list[Cell]] = [
        [
            str(trial.number),
            trial.state,
            number(trial.value, 5),
            ", ".join(f"{name} {_plain(value)}" for name, value in sorted(trial.parameters.items())),
        ]
        for trial in search.trials
    ]
    return Table("Trials", ["Trial", "State", search.metric, "Parameters"], rows, [2], is_folded=True)


def limits_section(record: TrainingRecord) -> Section:
    """What the figures cannot show, and what they warn of."""
    return Section("Limits", [Points([*_found_limits(record), *_standing_limits()]), *_warnings(record)])


def _found_limits(record: TrainingRecord) -> list[str]:
    slope = record.candidate(CHOSEN).holdout.figures["calibration_slope"]
    below = sorted({row.attribute for row in record.fairness if row.status == "below_floor"})
    found = [
        (bool(below), f"Below the policy's fairness floor on the hold-out: {', '.join(below)}."),
        (_excludes_one(slope.lower, slope.upper), f"The calibration slope on the hold-out is not 1: {with_bounds(slope, 3)}."),
        (record.score_psi >= 0.1, f"Scores of the hold-out differ from those of training: PSI {number(record.score_psi)}."),
        (
            record.imbalance != "none",
            "The rows were weighted or resampled for fitting; PDs were calibrated on natural rows after.",
        ),
    ]
    return [words for is_so, words in found if is_so]


def _excludes_one(lower: float | None, upper: float | None) -> bool:
    return lower is not None and upper is not None and not lower <= 1 <= upper


def _standing_limits() -> list[str]:
    return [
        "It knows applications like those of its window. Drift is measured every night; an alert says when they no longer are.",
        "Leaving an attribute out does not make decisions independent of it: other features may stand in for it.",
        "Differences within the bounds given here are noise; compare models on the same rows, with paired bounds.",
        "Figures by group rest on fewer rows than the others, and say nothing about people who did not apply.",
    ]


def _warnings(record: TrainingRecord) -> list[Block]:
    return [Text("Said by the training itself:"), Points(record.warnings)] if record.warnings else []


def reproduction_section(record: TrainingRecord, manifest: ModelManifest) -> Section:
    """How to get the same bytes again, and how to recognise them."""
    versions = ", ".join(f"{name} {version}" for name, version in sorted(record.versions.items()))
    rows: list[list[Cell]] = [
        ["Model text (SHA-256)", manifest.model_text_sha256],
        ["Rows (SHA-256)", record.data_sha256],
        ["Policy (SHA-256)", record.policy_sha256],
        ["Git revision", record.git_revision or NOTHING],
        ["Engine", manifest.engine],
        ["Versions", versions],
        ["Threads", str(record.threads)],
        ["Seed", str(record.seed)],
        ["Trees", f"{manifest.n_trees:,}"],
    ]
    return Section(
        "Reproduction",
        [
            Text("In a home with the same deliveries and under the same policy this gives the same model text, byte for byte:"),
            Code(record.reproduce),
            Table("What it was made with", ["What", "Value"], rows),
        ],
    )
