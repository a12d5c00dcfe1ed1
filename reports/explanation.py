"""`loanwatch explain` as text: one decision, why, and on how much information."""

from __future__ import annotations

from schemas.readings import Explanation, Record


def render_explanation(explanation: Explanation) -> str:
    """The decision, its reasons with weights, what its inputs lacked, and earlier decisions on the application."""
    parts = [
        _decision(explanation.decision),
        _reasons(explanation.decision, explanation.reasons),
        _quality(explanation.quality),
        _versions(explanation.versions),
    ]
    return "\n".join(part for part in parts if part)


def _decision(record: Record) -> str:
    times = record["pd"] / record["threshold"]
    return (
        f"Application {record['application_id']}, received {record['received_on']} (delivery {record['batch_id']})\n"
        f"  decision      {record['decision']} (by {record['decided_by']})\n"
        f"  PD            {record['pd']:.6f} = {times:.2f} x the threshold {record['threshold']:.6f}\n"
        f"  score points  {record['score_points']:.0f}\n"
        f"  model         {record['model_version']}\n"
        f"  policy        {record['policy_sha256'][:12]}\n"
    )


def _reasons(decision: Record, reasons: list[Record]) -> str:
    if not reasons:
        return "" if decision["decision"] == "approve" else "  no reason is stored\n"
    lines = ["Reasons, the weightiest first (weight: what the group adds to the log-odds of default)"]
    for record in reasons:
        weight = "" if record["contribution"] is None else f"  [+{record['contribution']:.4f}, most by {record['feature']}]"
        lines.append(f"  {record['rank']}. {record['reason_code']} {record['reason_text']}{weight}")
    return "\n".join(lines) + "\n"


def _quality(record: Record) -> str:
    lines = [f"Inputs: {record['n_filled']} of {record['n_inputs']} filled"]
    labels = {
        "missing_tables": "absent tables",
        "missing_columns": "missing",
        "unseen_columns": "unseen levels in",
        "out_of_range_columns": "outside the training range",
    }
    lines += [f"  {label}: {', '.join(record[name])}" for name, label in labels.items() if record[name]]
    return "\n".join(lines) + "\n"


def _versions(versions: list[Record]) -> str:
    if len(versions) < 2:
        return ""
    lines = ["Every decision on this application"]
    for record in versions:
        state = "in force" if record["superseded_at"] is None else f"until {record['superseded_at']:%Y-%m-%d %H:%M} UTC"
        lines.append(
            f"  {record['received_on']}  {record['decision']:8}  PD {record['pd']:.6f}  {record['model_version']}  {state}"
        )
    return "\n".join(lines) + "\n"
