"""`loanwatch status` as text: one screen."""

from __future__ import annotations

from reports.tables import render
from schemas.readings import Record, Status
from schemas.settings import Settings


def render_status(status: Status, settings: Settings) -> str:
    """One screen: freshness, champion, last deliveries, decisions of the newest business date."""
    if status.freshness is None:
        advice = "Start with `loanwatch retrain`, then `loanwatch nightly`."
        if not settings.landing.is_dir():
            advice = "There are no deliveries either: is LOANWATCH_HOME right? `loanwatch simulate` starts a home."
        return f"Nothing has been published in {settings.home} yet.\n{advice}\n"
    parts = [
        _freshness(status.freshness, settings),
        _champion(status.champion),
        "Last deliveries\n" + _records(status.batches),
        f"Decisions of {status.freshness['newest_decided_on']}\n" + _records(status.mix),
    ]
    return "\n".join(parts)


def _freshness(record: Record, settings: Settings) -> str:
    published_at = f"{record['published_at']:%Y-%m-%d %H:%M:%S} UTC"
    return (
        f"Snapshot         {settings.snapshot}\n"
        f"Published        {published_at}, by the night of {record['as_of']}\n"
        f"Newest delivery  {record['newest_received_on']}\n"
        f"Newest decision  {record['newest_decided_on']} ({record['n_decisions']:,} decisions in all)\n"
    )


def _champion(record: Record | None) -> str:
    if record is None:
        return "Champion         none: train one with `loanwatch retrain`\n"
    return (
        f"Champion         {record['model_version']}, trained on {record['n_rows']:,} rows as of {record['trained_as_of']}\n"
        f"                 hold-out AUC {record['auc']:.4f}, cost {record['cost']:.4f}, threshold {record['threshold']:.4f}\n"
    )


def _records(records: list[Record]) -> str:
    if not records:
        return "none\n"
    return render(list(records[0]), [list(record.values()) for record in records], "table")
