"""The parts of the nightly page about decisions, score and money."""

from __future__ import annotations

from collections.abc import Sequence

from reports.figures import share_bars
from reports.html import Markup, days, element, number, share, table
from schemas.pages import BinLine, MoneyLine, NightlyPage, ScorePart

#: The score's distribution is shown in points, else as PD.
_SCORES = ("score_points", "pd")
_PARTS_SHOWN = 12


def decisions_section(page: NightlyPage) -> Markup:
    """Tonight's decisions, and the mix and the score of the shortest window against the reference."""
    head = element("h2", "Decisions and score")
    charts = [chart for chart in (_chart(page, "decision"), _chart(page, "score")) if chart]
    missing = element(
        "p", "Not measured: no distribution of score or decisions against the reference for this night.", cls="empty"
    )
    return element("section", head, _decided(page), element("div", *charts, cls="pair") if charts else missing)


def _decided(page: NightlyPage) -> Markup:
    total = sum(line.n for line in page.decisions)
    if not total:
        return element("p", "No application was decided for this date.", cls="empty")
    rows = [[line.decision, f"{line.n:,}", share(line.n / total), share(line.mean_pd, 2)] for line in page.decisions]
    return table("Decisions of the night", ["Decision", "Applications", "Share", "Mean PD"], rows, {1, 2, 3})


def _bins(page: NightlyPage, kind: str) -> list[BinLine]:
    """The bins of one subject of that kind in its shortest window with applications."""
    lines = [line for line in page.bins or () if line.kind == kind]
    filled = {(line.subject, line.window_days) for line in lines if line.n_current > 0}
    places = sorted(filled, key=lambda key: (_SCORES.index(key[0]) if key[0] in _SCORES else len(_SCORES), key[1], key[0]))
    if not places:
        return []
    chosen = [line for line in lines if (line.subject, line.window_days) == places[0]]
    return [line for line in chosen if line.n_reference + line.n_current > 0]


def _chart(page: NightlyPage, kind: str) -> Markup | None:
    lines = _bins(page, kind)
    if not lines or not sum(line.n_reference for line in lines):
        return None
    labels = [line.label or f"bin {line.bin}" for line in lines]
    before, now = (_shares([getattr(line, name) for line in lines]) for name in ("n_reference", "n_current"))
    subject = lines[0].subject
    title = f"{subject}: {days(lines[0].window_days)} to {page.as_of} against the reference"
    rows = [
        [label, f"{line.n_reference:,}", share(old), f"{line.n_current:,}", share(new), number(line.contribution, 4)]
        for label, line, old, new in zip(labels, lines, before, now, strict=True)
    ]
    heads = ["Bin", "Reference", "Share", "Window", "Share", "Part of PSI"]
    return element(
        "figure",
        element("h3", title),
        share_bars(kind, title, labels, before, now, subject),
        element("details", element("summary", "the numbers"), table(title, heads, rows, {1, 2, 3, 4, 5})),
        cls="chart",
    )


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts)
    return [count / total for count in counts]


def money_section(page: NightlyPage) -> Markup:
    """What the drift brings in approvals and in expected cost, and which inputs moved the score."""
    head = element("h2", "What it means in money")
    if not page.money:
        empty = element(
            "p", "Not measured: there is no reference and window to compare approvals and expected cost in.", cls="empty"
        )
        return element("section", head, empty, _parts(page.score_parts))
    heads = [
        "Window",
        "Approval rate",
        "Expected cost per application",
        "Change",
        "by approvals",
        "by risk",
        "by rules",
        "Change in all",
    ]
    rows = [_money_row(line) for line in page.money]
    note = (
        "In the policy's currency; positive is dearer. The change follows the PDs: it holds while the champion is calibrated. "
        "“by approvals”: more or "
        "fewer are approved; “by risk”: those approved carry another risk; “by rules”: hard rules and missing input."
    )
    return element(
        "section",
        head,
        table("Reference → window", heads, rows, set(range(1, 8))),
        element("p", note, cls="note"),
        _parts(page.score_parts),
    )


def _money_row(line: MoneyLine) -> list[object]:
    points = 100 * (line.approval_rate - line.approval_rate_reference)
    return [
        f"{line.window_days} d, {line.n:,} applications",
        f"{share(line.approval_rate_reference)} → {share(line.approval_rate)} ({points:+.1f} points)",
        f"{number(line.reference, 2)} → {number(line.current, 2)}",
        *(f"{value:+,.2f}" for value in (line.change, line.by_approvals, line.by_risk, line.by_rules)),
        element("b", f"{line.total:+,.0f}"),
    ]


def _parts(parts: Sequence[ScorePart] | None) -> Markup | str:
    if not parts:
        return ""
    shown, rest = parts[:_PARTS_SHOWN], parts[_PARTS_SHOWN:]
    rows = [[part.feature, f"{part.psi:+.4f}"] for part in shown]
    if rest:
        rows.append([f"{len(rest):,} more", f"{sum(part.psi for part in rest):+.4f}"])
    return table("The score's PSI by input (parts add up to it)", ["Input", "Part of PSI"], rows, {1})
