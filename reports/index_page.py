"""reports/index.html: every night in one table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reports.files import write_document
from reports.html import NOTHING, Markup, document, element, status_badge, table
from reports.nightly_page import nightly_page_path
from schemas.pages import NightLine

_COUNTS = ("n_received", "n_scored", "n_quarantined", "n_refused")


def write_index_page(nights: Sequence[NightLine], reports: Path) -> Path:
    """Writes <reports>/index.html whole; a night is linked where its page exists."""
    with_page = {night.as_of for night in nights if nightly_page_path(reports, night.as_of).exists()}
    rows = [
        _row(night, has_page=night.as_of in with_page) for night in sorted(nights, key=lambda night: night.as_of, reverse=True)
    ]
    return write_document(reports / "index.html", _render(rows))


def _render(rows: Sequence[Sequence[object]]) -> str:
    heads = ["Night", "Drift", "Alert", "Watch", *(name[2:].capitalize() for name in _COUNTS), "Deliveries refused"]
    shown = table(f"{len(rows):,} nights, the newest first", heads, rows, set(range(2, 9)))
    nothing = element("p", "No night has been recorded yet.", cls="empty")
    note = "Alert and Watch: subjects in that state. Received, scored, quarantined, refused: application rows."
    return document("Loanwatch nights", element("h1", "Nights"), shown if rows else nothing, element("p", note, cls="note"))


def _row(night: NightLine, *, has_page: bool) -> list[object]:
    name: Markup | str = night.as_of.isoformat()
    counts = [NOTHING if value is None else f"{value:,}" for value in (night.n_subjects_alert, night.n_subjects_watch)]
    return [
        element("a", name, href=f"{name}/index.html") if has_page else name,
        status_badge(night.worst),
        *counts,
        *(f"{getattr(night, field):,}" for field in _COUNTS),
        f"{night.n_refused_deliveries:,}",
    ]
