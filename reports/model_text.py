"""`loanwatch models` as text for a terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from reports.tables import plain, render
from schemas.readings import ModelReading, Record

_COLUMNS = ("model_version", "role", "trained_as_of", "n_rows", "auc", "gini", "cost", "threshold", "requested_by", "reason")
_REVIEW = ("decision", "reviewed_by", "reviewed_at", "gate_id", "comment")
_PROMOTION = ("kind", "model_version", "former_model_version", "effective_on", "approved_by", "reason")
_FINDING = ("rule", "verdict", "expected", "found")
_FIGURES = ("auc", "gini", "cost", "threshold")


def render_models(models: Sequence[Record], form: str = "table") -> str:
    """The versions, the newest first. `form` is table or json; json has every column of marts.models."""
    if form == "json":
        names = list(models[0]) if models else []
        return render(names, [list(record.values()) for record in models], form)
    if not models:
        return "No model is registered: train one with `loanwatch retrain`.\n"
    rows = [[_short(record[name]) if name in _FIGURES else record[name] for name in _COLUMNS] for record in models]
    return render(_COLUMNS, rows, form)


def render_model(reading: ModelReading, folder: str, card: str | None, form: str = "table") -> str:
    """One version: its figures, what it was chosen among, gate, reviews, changes of champion, and where its files are."""
    if form == "json":
        return json.dumps(plain({**asdict(reading), "folder": folder, "card": card}), ensure_ascii=False, indent=1) + "\n"
    parts = [
        _head(reading.model, folder, card),
        _section(
            "Candidates on the hold-out; differences are those to LightGBM", [_candidate(row) for row in reading.candidates]
        ),
        _gate(reading),
        _section("Reviews", [_picked(row, _REVIEW) for row in reading.reviews]),
        _section("Changes of champion", [_picked(row, _PROMOTION) for row in reading.promotions]),
    ]
    return "\n".join(part for part in parts if part)


def _head(model: Record, folder: str, card: str | None) -> str:
    why = f" ({model['reason']})" if model["reason"] else ""
    asked = f"  asked for by   {model['requested_by']}{why}\n" if model["requested_by"] else ""
    return (
        f"Model {model['model_version']}: {model['role']}, trained on {model['n_rows']:,} rows as of {model['trained_as_of']}\n"
        + asked
        + f"  hold-out       AUC {model['auc']:.4f}, Gini {model['gini']:.4f}, KS {model['ks']:.4f}, Brier {model['brier']:.4f}\n"
        f"  threshold      {model['threshold']:.4f}, cost {model['cost']:.4f}\n"
        f"  model card     {card or 'none was written'}\n"
        f"  files          {folder}\n"
    )


def _gate(reading: ModelReading) -> str:
    if not reading.gates:
        return "Gate: not evaluated yet\n"
    last = reading.gates[0]
    head = (
        f"Gate {last['gate_id']} against {last['champion_version']}: {last['verdict'].replace('_', ' ')}, "
        f"on {last['n_rows']:,} rows with {last['n_bad']:,} defaults that neither was fitted on"
    )
    return _section(head, [_picked(row, _FINDING) for row in reading.findings])


def _candidate(record: Record) -> Record:
    return {
        "candidate": record["candidate"],
        "auc": _bounded(record, "auc"),
        "auc_difference": _bounded(record, "auc_difference"),
        "cost": _bounded(record, "cost"),
        "cost_difference": _bounded(record, "cost_difference"),
        "threshold": _short(record["threshold"]),
        "seconds": f"{record['seconds']:.1f}",
    }


def _bounded(record: Record, name: str) -> str:
    value, lower, upper = (record[key] for key in (name, f"{name}_lower", f"{name}_upper"))
    if value is None:
        return ""
    return _short(value) if lower is None or upper is None else f"{value:.4f} ({lower:.4f} to {upper:.4f})"


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _picked(record: Record, names: Sequence[str]) -> Record:
    return {name: record[name] for name in names}


def _section(head: str, rows: Sequence[Record]) -> str:
    if not rows:
        return ""
    return f"{head}\n{render(list(rows[0]), [list(row.values()) for row in rows], 'table')}"
