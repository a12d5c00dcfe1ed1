"""What is held of a person, for that person to read: Markdown in plain words, or JSON for another system."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from reports.tables import plain
from schemas.people import Erasure, PersonRecord

#: Tables as a person would call them; others keep their name.
_TITLES = {
    "raw.application_v1": "Your application, as it was received",
    "raw.bureau_v1": "Credits that the credit bureau reported",
    "raw.bureau_balance_v1": "Monthly state of those credits",
    "raw.previous_application_v1": "Previous applications",
    "raw.POS_CASH_balance_v1": "Monthly state of point-of-sale and cash loans",
    "raw.installments_payments_v1": "Instalments and payments",
    "raw.credit_card_balance_v1": "Monthly state of credit cards",
    "raw.outcomes_v1": "How a loan turned out",
    "core.quarantine_v1": "Rows that were not accepted, and the rule that they broke",
    "core.rejected_rows_v1": "The text of rows that were not accepted",
    "core.duplicates_v1": "Rows that were received twice",
    "core.withdrawals_v1": "Applications that a later delivery no longer held",
    "score.decisions_v1": "Decisions",
    "score.reasons_v1": "Reasons of decisions",
    "score.quality_v1": "What was missing when it was decided",
    "score.shadow_scores_v1": "What another model, which decides nothing, would have decided",
    "monitor.reference_scores_v1": "Scores from the training of models",
    "registry.holdout_scores_v1": "Scores from the testing of models",
}
_FIRST = ("score.decisions_v1", "score.reasons_v1", "score.quality_v1")


def _title(table: str) -> str:
    return _TITLES.get(table, "Values computed from the above, which the model was given" if "features_" in table else table)


def person_json(record: PersonRecord) -> str:
    """Tables with their rows, complete and with the names of the warehouse."""
    content = {
        "application_id": record.application_id,
        "was_erased": record.is_erased,
        "tables": record.tables,
        "landing_files": record.files,
        "backups": record.backups,
    }
    return json.dumps(plain(content), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _line(name: str, value: Any) -> str:
    text = json.dumps(plain(value), ensure_ascii=False) if isinstance(value, list) else str(plain(value))
    return f"- {name}: {text.replace(chr(10), ' ')}"


def _rows(rows: Sequence[dict[str, Any]]) -> list[str]:
    """What is not known is counted and not listed: an application has more than a hundred columns."""
    lines = []
    for number, row in enumerate(rows, start=1):
        known = {name: value for name, value in row.items() if value is not None}
        n_empty = len(row) - len(known)
        head = [f"### {number} of {len(rows)}", ""] if len(rows) > 1 else []
        tail = [f"- ({n_empty} fields are empty)"] if n_empty else []
        lines += [*head, *(_line(name, value) for name, value in known.items()), *tail, ""]
    return lines


def _copies(record: PersonRecord) -> list[str]:
    files = [f"- landing/{name}: {n} row(s)" for name, n in record.files.items()]
    backups = [f"- backup {name}, as far as it is that old" for name in record.backups]
    return ["## Where copies of this lie", "", *(files + backups or ["- nowhere else"]), ""]


def person_markdown(record: PersonRecord) -> str:
    """Decisions first, then what they were made of, then where copies lie."""
    order = sorted(record.tables, key=lambda name: (name not in _FIRST, _FIRST.index(name) if name in _FIRST else 0))
    lines = [f"# What is held of application {record.application_id}", ""]
    if record.is_erased:
        lines += ["Earlier personal data of this application were erased; what follows, if anything, came later.", ""]
    for table in order:
        rows = record.tables[table]
        lines += [f"## {_title(table)}", "", f"Table {table}, {len(rows)} row(s).", "", *_rows(rows)]
    return "\n".join([*lines, *_copies(record)])


def erasure_text(erasure: Erasure) -> str:
    """What an erasure did, in counts."""
    if not erasure.has_changed and not erasure.backups:
        lines = ["Nothing was left to erase; nothing was changed."]
    else:
        number = f"Erasure {erasure.erasure_id}: " if erasure.erasure_id else ""
        lines = [f"{number}{sum(erasure.rows.values())} row(s) of {len(erasure.rows)} table(s) of the warehouse"]
        lines += [f"  {name}: {n}" for name, n in erasure.rows.items()]
        lines += [f"{sum(erasure.files.values())} row(s) of {len(erasure.files)} file(s) in landing"]
        lines += [f"  {name}: {n}" for name, n in erasure.files.items()]
        lines += [f"{len(erasure.backups)} backup(s) written anew: {', '.join(erasure.backups) or 'none held anything'}"]
        lines += ["The snapshot was published anew." if erasure.is_published else "There was no snapshot to publish anew."]
    return "\n".join([*lines, *(f"note: {note}" for note in erasure.notes)]) + "\n"
