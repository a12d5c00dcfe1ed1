"""What a training brought, for the terminal: candidates side by side, then the model that was registered."""

from __future__ import annotations

from pathlib import Path

from reports.tables import render
from schemas.manifest import ModelManifest
from schemas.training_record import CandidateRecord, Figure, TrainingRecord


def interval(figure: Figure | None, decimals: int = 4) -> str:
    """A figure with its 95 % bounds; `-` where there is none."""
    if figure is None or figure.value is None:
        return "-"
    if figure.lower is None or figure.upper is None:
        return f"{figure.value:.{decimals}f}"
    return f"{figure.value:.{decimals}f} ({figure.lower:.{decimals}f} to {figure.upper:.{decimals}f})"


def _row(candidate: CandidateRecord) -> tuple[object, ...]:
    held = candidate.holdout.figures
    return (
        candidate.title,
        interval(held["auc"]),
        interval(candidate.auc_difference),
        interval(held["cost"]),
        interval(candidate.cost_difference),
        f"{candidate.seconds:.0f} s",
    )


def training_text(record: TrainingRecord, manifest: ModelManifest, folder: Path) -> str:
    """The candidates on the hold-out, the best AUC first, then what was registered; ends with a line break."""
    ordered = sorted(record.candidates, key=lambda item: (-(item.holdout.figures["auc"].value or 0.0), item.name))
    heads = ["candidate", "AUC (95 %)", "less LightGBM's", "cost (95 %)", "less LightGBM's", "time"]
    held = record.candidate("lightgbm").holdout
    lines = [
        f"Candidates on the hold-out of {held.n_rows:,} applications, {held.n_bad:,} of them defaults:",
        render(heads, [_row(candidate) for candidate in ordered], "table"),
        f"Model {manifest.model_version}: {manifest.n_rows:,} rows, {manifest.n_trees} trees, {len(manifest.inputs)} inputs, "
        f"threshold {manifest.threshold:.4f}",
        f"  approving everyone would cost {manifest.holdout.cost_approve_all:.4f}; "
        f"{manifest.holdout.approval_rate:.1%} are approved",
        *(f"  note: {warning}" for warning in record.warnings),
        f"  model card: {folder / 'card.html'}",
    ]
    return "\n".join(line.rstrip("\n") for line in lines) + "\n"
