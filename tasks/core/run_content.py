"""What a tracked run says about one candidate of a training: parameters, figures with their bounds, tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.manifest import Metrics, ModelManifest
from schemas.training_record import CandidateRecord, FigureSet, TrainingRecord

#: The candidate whose files are the version.
CHOSEN = "lightgbm"
_SETS = ("train", "out_of_fold", "holdout")


@dataclass(frozen=True)
class RunContent:
    """One run. `metrics`: name, value and step; a fold's number is its step. Values without a figure are absent, never 0."""

    candidate: str
    title: str
    parameters: Mapping[str, str]
    metrics: tuple[tuple[str, float, int], ...]
    tags: Mapping[str, str]


def run_contents(record: TrainingRecord) -> list[RunContent]:
    """One run per candidate of a training, in the order of the record."""
    return [_content(record, candidate) for candidate in record.candidates]


def _content(record: TrainingRecord, candidate: CandidateRecord) -> RunContent:
    return RunContent(
        candidate.name,
        candidate.title,
        {name: str(value) for name, value in candidate.parameters.items()},
        tuple(_metrics(record, candidate)),
        _tags(record, candidate),
    )


def _metrics(record: TrainingRecord, candidate: CandidateRecord) -> list[tuple[str, float, int]]:
    found = [metric for name in _SETS for metric in _set_metrics(name, getattr(candidate, name))]
    for number, fold in enumerate(candidate.folds):
        found += [(f"fold_{name}", value, number) for name, value in fold.items() if value is not None]
    found += [("threshold", candidate.threshold, 0), ("seconds", candidate.seconds, 0)]
    for name, figure in (("auc_difference", candidate.auc_difference), ("cost_difference", candidate.cost_difference)):
        if figure is not None:
            found += _with_bounds(f"holdout_{name}", figure.value, figure.lower, figure.upper)
    return [*found, ("score_psi", record.score_psi, 0)] if candidate.name == CHOSEN else found


def _set_metrics(prefix: str, rows: FigureSet) -> list[tuple[str, float, int]]:
    found = [(f"{prefix}_n_rows", float(rows.n_rows), 0), (f"{prefix}_n_bad", float(rows.n_bad), 0)]
    for name, figure in rows.figures.items():
        found += _with_bounds(f"{prefix}_{name}", figure.value, figure.lower, figure.upper)
    return found


def _with_bounds(name: str, value: float | None, lower: float | None, upper: float | None) -> list[tuple[str, float, int]]:
    told = [(name, value), (f"{name}_lower", lower), (f"{name}_upper", upper)]
    return [(key, number, 0) for key, number in told if number is not None]


def _tags(record: TrainingRecord, candidate: CandidateRecord) -> dict[str, str]:
    told = {
        "model_version": record.model_version,
        "candidate": candidate.name,
        "may_become_champion": str(candidate.may_become_champion).lower(),
        "trained_as_of": record.trained_as_of.isoformat(),
        "received_from": record.received_from.isoformat(),
        "received_to": record.received_to.isoformat(),
        "data_sha256": record.data_sha256,
        "policy_sha256": record.policy_sha256,
        "git_revision": record.git_revision or "",
        "requested_by": record.requested_by,
        "reason": record.reason,
        "reproduce": record.reproduce,
        "imbalance": record.imbalance,
        "seed": str(record.seed),
        "note": candidate.note,
    }
    return {name: value for name, value in told.items() if value}


def manifest_content(manifest: ModelManifest) -> RunContent:
    """The run of a version that was trained before trainings were recorded: what its manifest says."""
    metrics = [*_manifest_metrics("out_of_fold", manifest.out_of_fold), *_manifest_metrics("holdout", manifest.holdout)]
    return RunContent(
        CHOSEN,
        "LightGBM",
        {name: str(value) for name, value in manifest.parameters.items()},
        (*metrics, ("threshold", manifest.threshold, 0)),
        {
            "model_version": manifest.model_version,
            "candidate": CHOSEN,
            "may_become_champion": "true",
            "trained_as_of": manifest.trained_as_of.isoformat(),
            "received_from": manifest.received_from.isoformat(),
            "received_to": manifest.received_to.isoformat(),
            "data_sha256": manifest.data_sha256,
            "policy_sha256": manifest.policy_sha256,
            "seed": str(manifest.seed),
        },
    )


def _manifest_metrics(prefix: str, rows: Metrics) -> list[tuple[str, float, int]]:
    plain = {name: float(value) for name, value in rows.model_dump().items() if isinstance(value, int | float)}
    found = [(f"{prefix}_{name}", value, 0) for name, value in plain.items()]
    for name, (lower, upper) in (("auc", rows.auc_interval), ("cost", rows.cost_interval)):
        found += [(f"{prefix}_{name}_lower", lower, 0), (f"{prefix}_{name}_upper", upper, 0)]
    return found
