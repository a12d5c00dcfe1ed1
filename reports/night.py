"""What a night did, for the Prefect UI and the terminal: counts and references, nobody's values."""

from __future__ import annotations

from typing import Any

from reports.shadow_section import shadow_line, shadow_warnings
from reports.tables import render
from schemas.references import BatchScore, IngestResult, NightSummary


def night_table(summary: NightSummary) -> list[dict[str, Any]]:
    """One row per delivery that was taken in or scored tonight, oldest first."""
    taken = {delivery.batch_id: delivery for delivery in summary.deliveries}
    scored = {score.batch_id: score for score in summary.scores}
    return [_row(batch_id, taken.get(batch_id), scored.get(batch_id)) for batch_id in sorted(taken.keys() | scored.keys())]


def _row(batch_id: int, delivery: IngestResult | None, score: BatchScore | None) -> dict[str, Any]:
    decisions = score.decisions if score else {}
    return {
        "delivery": batch_id,
        "origin": delivery.origin if delivery else "nightly",
        "received": delivery.n_received if delivery else "",
        "quarantined": delivery.n_quarantined if delivery else "",
        "duplicates": delivery.n_duplicates if delivery else "",
        "withdrawn": delivery.n_withdrawn if delivery else "",
        "refused": "yes" if delivery and delivery.is_refused else "",
        "scored": score.n_scored if score else 0,
        "approve": decisions.get("approve", 0),
        "review": decisions.get("review", 0),
        "decline": decisions.get("decline", 0),
        "absent tables": ", ".join(score.absent_tables) if score else "",
    }


_ONLY_WHERE_FILLED = {"received", "quarantined", "duplicates", "withdrawn", "refused", "absent tables"}


def _shown_rows(summary: NightSummary) -> list[dict[str, Any]]:
    """The rows of deliveries that were not history (a first night takes in a hundred), without columns that are empty."""
    rows = [row for row in night_table(summary) if row["origin"] != "history" or row["refused"]]
    filled = {name for row in rows for name, value in row.items() if value not in {"", 0} or name not in _ONLY_WHERE_FILLED}
    return [{name: value for name, value in row.items() if name in filled} for row in rows]


def _totals(summary: NightSummary) -> str:
    totals = {name: sum(score.decisions[name] for score in summary.scores) for name in ("approve", "review", "decline")}
    mix = ": " + ", ".join(f"{count:,} {name}" for name, count in totals.items()) if summary.n_scored else ""
    n_history = sum(delivery.origin == "history" and not delivery.is_refused for delivery in summary.deliveries)
    return (
        f"{len(summary.deliveries)} new deliveries ({n_history} history, {summary.n_refused_deliveries} refused); "
        f"{summary.n_scored:,} applications decided{mix}."
    )


def _notices(summary: NightSummary) -> list[str]:
    refusals = [
        f"Delivery of {delivery.received_on} was refused: {delivery.refused_because}"
        for delivery in summary.deliveries
        if delivery.is_refused
    ]
    withdrawals = [
        f"Delivery {delivery.batch_id} lacks {delivery.n_withdrawn} application(s) of its day: they are withdrawn"
        for delivery in summary.deliveries
        if delivery.n_withdrawn
    ]
    absences = [
        f"Delivery {score.batch_id} lacks {', '.join(score.absent_tables)}, which usually arrive: its applications go to review"
        for score in summary.scores
        if score.absent_tables
    ]
    scored_otherwise = [f"Delivery {score.batch_id}: {warning}" for score in summary.scores for warning in score.warnings]
    warnings = [f"Check {finding.check} found {finding.n_rows} row(s): {', '.join(finding.keys)}" for finding in summary.warnings]
    backup = [f"The backup of this night was not made: {summary.backup_error}"] if summary.backup_error else []
    return [*refusals, *withdrawals, *absences, *shadow_warnings(summary.scores), *scored_otherwise, *warnings, *backup]


def night_markdown(summary: NightSummary) -> str:
    """The night as a markdown page."""
    rows = _shown_rows(summary)
    parts = [f"# Night of {summary.as_of}", _totals(summary), *filter(None, [shadow_line(summary.scores)])]
    if rows:
        names = list(rows[0])
        lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
        lines += ["| " + " | ".join(str(value) for value in row.values()) + " |" for row in rows]
        parts.append("\n".join(lines))
    parts += [f"- {notice}" for notice in _notices(summary)]
    parts.append(f"Run `{summary.run_id}`; snapshot `{summary.snapshot}`")
    return "\n\n".join(parts) + "\n"


def ingest_text(summary: NightSummary) -> str:
    """What was taken in, as lines of a terminal."""
    names = ["delivery", "origin", "received", "quarantined", "duplicates", "withdrawn", "refused"]
    rows = [[row[name] for name in names] for row in night_table(summary)]
    parts = [f"Taken in up to {summary.as_of}: {len(rows)} new deliveries, {summary.n_refused_deliveries} refused."]
    if rows:
        parts.append(render(names, rows, "table").rstrip())
    parts += [f"Note: {notice}" for notice in _notices(summary)]
    parts.append(f"Snapshot: {summary.snapshot}")
    return "\n".join(parts) + "\n"


def night_text(summary: NightSummary) -> str:
    """The night as lines of a terminal."""
    rows = _shown_rows(summary)
    parts = [f"Night of {summary.as_of}: {_totals(summary)}"]
    if rows:
        parts.append(render(list(rows[0]), [list(row.values()) for row in rows], "table").rstrip())
    parts += filter(None, [shadow_line(summary.scores)])
    parts += [f"Note: {notice}" for notice in _notices(summary)]
    if summary.snapshot:
        parts.append(f"Snapshot: {summary.snapshot}")
    if summary.backup:
        parts.append(f"Backup: {summary.backup}")
    return "\n".join(parts) + "\n"
