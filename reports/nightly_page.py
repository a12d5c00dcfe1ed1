"""The nightly page: one file that says what came in, what was decided, what has moved and what to look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from reports.drift_sections import drift_section, heat_map_section, limits_section, segments_section
from reports.files import write_document
from reports.html import NOT_MEASURED, NOTHING, Markup, document, element, share, status_badge, table, unfold
from reports.score_sections import decisions_section, money_section
from reports.shadow_section import shadow_section
from schemas.pages import AlertLine, DeliveryLine, NightlyPage

#: The others unfold.
_ALERTS_AT_ONCE = 10
_RANKS = ("alert", "watch", "ok", "too_few")


def nightly_page_path(reports: Path, as_of: date) -> Path:
    """Where a night's page stands under the folder of reports."""
    return reports / as_of.isoformat() / "index.html"


def write_nightly_page(page: NightlyPage, reports: Path) -> Path:
    """Writes <reports>/<as_of>/index.html whole; the same content gives the same bytes."""
    return write_document(nightly_page_path(reports, page.as_of), render_nightly_page(page))


def render_nightly_page(page: NightlyPage) -> str:
    """The page as HTML that loads nothing and runs nothing."""
    return document(
        f"Night of {page.as_of}",
        _navigation(page),
        element("h1", f"Night of {page.as_of}"),
        _lead(page),
        _tiles(page),
        _alerts(page.alerts),
        _deliveries(page.deliveries),
        _quarantine(page),
        decisions_section(page),
        shadow_section(page),
        drift_section(page),
        heat_map_section(page),
        money_section(page),
        limits_section(page),
        segments_section(page),
        _evidently(page),
    )


def worst_status(page: NightlyPage) -> str | None:
    """The worst status of the night's measurements; None where nothing was measured."""
    found = {line.status for line in page.drift or ()}
    return next((status for status in _RANKS if status in found), None)


def _navigation(page: NightlyPage) -> Markup:
    def neighbour(night: date | None, before: str, after: str) -> Markup:
        if night is None:
            return element("span", f"no {'earlier' if before else 'later'} night", cls="note")
        return element("a", f"{before}{night}{after}", href=f"../{night.isoformat()}/index.html")

    report = element("a", "Evidently report", href=page.evidently) if page.evidently else ""
    return element(
        "nav",
        neighbour(page.previous_on, "← ", ""),
        element("a", "all nights", href="../index.html"),
        neighbour(page.next_on, "", " →"),
        report,
        aria_label="Nights",
    )


def _lead(page: NightlyPage) -> Markup:
    models = ", ".join(page.model_versions) or "none has decided"
    return element("p", "Drift: ", status_badge(worst_status(page)), f"  Champion: {models}", cls="lead")


def _tiles(page: NightlyPage) -> Markup:
    def total(name: str) -> str:
        return f"{sum(getattr(line, name) for line in page.deliveries):,}"

    tiles = [(total(f"n_{name}"), name) for name in ("received", "scored", "quarantined", "duplicates", "refused")]
    n_decided = sum(line.n for line in page.decisions)
    n_approved = sum(line.n for line in page.decisions if line.decision == "approve")
    tiles.append((share(n_approved / n_decided) if n_decided else NOTHING, "approved of those scored"))
    tiles.append((NOT_MEASURED if page.alerts is None else f"{len(page.alerts):,}", "open alerts"))
    if not page.deliveries:
        return element("p", "No delivery was taken in for this date.", cls="empty")
    return element("ul", *(element("li", element("b", value), element("span", label)) for value, label in tiles), cls="tiles")


def _alerts(alerts: Sequence[AlertLine] | None) -> Markup:
    head = element("h2", "Open alerts")
    if alerts is None:
        return element("section", head, element("p", "Alerts are not recorded in this home.", cls="empty"))
    if not alerts:
        return element("section", head, element("p", "None."))
    shown = [_alert(alert) for alert in alerts]
    others = unfold(f"More open alerts: {len(shown) - _ALERTS_AT_ONCE:,}", *shown[_ALERTS_AT_ONCE:])
    return element("section", head, *shown[:_ALERTS_AT_ONCE], others if len(shown) > _ALERTS_AT_ONCE else "")


def _alert(alert: AlertLine) -> Markup:
    state = f"since {alert.opened_on}" + (", acknowledged" if alert.status == "acknowledged" else "")
    return element(
        "article",
        element("h3", status_badge(alert.severity), f" {alert.subject} ({alert.kind})"),
        element("p", alert.detail),
        element("p", element("b", "Check first: "), alert.runbook),
        element("p", f"Alert {alert.alert_id}, {state}. ", element("code", f"loanwatch alerts ack {alert.alert_id}"), cls="note"),
    )


def _deliveries(deliveries: Sequence[DeliveryLine]) -> Markup:
    head = element("h2", "What came in")
    if not deliveries:
        return element("section", head, element("p", "No delivery was taken in for this date.", cls="empty"))
    counts = ("n_received", "n_scored", "n_quarantined", "n_duplicates", "n_history", "n_refused")
    rows = [[line.batch_id, line.status, *(f"{getattr(line, name):,}" for name in counts)] for line in deliveries]
    heads = ["Delivery", "Status", *(name[2:].capitalize() for name in counts)]
    refusals = [
        element("p", element("b", f"Delivery {line.batch_id} was refused: "), line.refused_because or "no reason is stored")
        for line in deliveries
        if line.status == "refused"
    ]
    note = "Received = scored + quarantined + duplicates + history + refused, once a delivery is processed."
    return element(
        "section",
        head,
        table("Deliveries, in application rows", heads, rows, set(range(2, 8))),
        element("p", note, cls="note"),
        *refusals,
    )


def _quarantine(page: NightlyPage) -> Markup:
    head = element("h2", "What was quarantined")
    if not page.rules:
        return element("section", head, element("p", "No row broke a rule." if page.deliveries else "Nothing was delivered."))
    rows = [[line.rule, line.column_name or "whole row", line.source_file, f"{line.n_rows:,}"] for line in page.rules]
    note = "Rows of every file of the delivery; a row that broke several rules counts in each."
    return element(
        "section", head, table("Bad rows by rule", ["Rule", "Column", "File", "Rows"], rows, {3}), element("p", note, cls="note")
    )


def _evidently(page: NightlyPage) -> Markup:
    head = element("h2", "Evidently report")
    if page.evidently is None:
        return element("section", head, element("p", "No Evidently report was written for this night.", cls="empty"))
    link = element(
        "p", element("a", "Distributions of the most important subjects", href=page.evidently), ", with the PSI of this page."
    )
    left = page.evidently_left_out
    rows = [[name, why] for name, why in left.items()]
    absent = unfold(f"Subjects not drawn: {len(left)}", table("Not drawn", ["Subject", "Why"], rows))
    return element("section", head, link, absent if left else "")
