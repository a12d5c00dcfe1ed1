"""The parts of the nightly page that show drift: subjects, past nights, other limits, segments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from reports.drift_order import PSI_KINDS, DriftSubject, rank, subjects_of
from reports.figures import psi_heat_map
from reports.html import NOTHING, Markup, days, element, number, share, status_badge, table
from schemas.pages import DriftLine, NightlyPage

#: Rows shown at once; the others unfold.
_ROWS_AT_ONCE = 25
_MAP_SUBJECTS = 25
_MAP_NIGHTS = 30
_OTHER_KINDS = ("volume", "freshness", "rate", "missing", "unseen")


def not_measured(head: str, what: str) -> Markup:
    """A section that says what is missing."""
    return element("section", element("h2", head), element("p", f"Not measured: {what}", cls="empty"))


def drift_section(page: NightlyPage) -> Markup:
    """PSI of every subject over all applicants, what matters first."""
    head = "Drift against the reference"
    subjects = [item for item in subjects_of(page.drift or (), PSI_KINDS) if item.segment == ""]
    if not subjects:
        return not_measured(head, "no PSI was counted for this night; loanwatch drift does.")
    windows = sorted({length for item in subjects for length in item.windows})
    shown, others = subjects[:_ROWS_AT_ONCE], subjects[_ROWS_AT_ONCE:]
    rest = element(
        "details",
        element("summary", f"More subjects: {len(others):,}"),
        _subject_table("The other subjects", others, windows),
    )
    note = (
        "PSI per window of calendar days; in brackets what chance alone would give. An alert is above its limit and significant. "
        "Sorted by status, then by PSI times the subject's share in the model's gain; score and decisions weigh 1."
    )
    return element(
        "section",
        element("h2", head),
        element("p", _counts(subjects)),
        element("p", note, cls="note"),
        _retraining(subjects),
        _subject_table("Subjects", shown, windows),
        rest if others else "",
    )


def _counts(subjects: Sequence[DriftSubject]) -> str:
    counts = {status: sum(item.status == status for item in subjects) for status in ("alert", "watch", "ok", "too_few")}
    return (
        f"{len(subjects):,} subjects: {counts['alert']:,} alert, {counts['watch']:,} watch, {counts['ok']:,} ok, "
        f"{counts['too_few']:,} with too few rows."
    )


def _retraining(subjects: Sequence[DriftSubject]) -> Markup | str:
    names = [item.subject for item in subjects if any(line.proposes_retraining for line in item.windows.values())]
    if not names:
        return ""
    return element(
        "p", element("b", "Retraining is proposed: "), "the PSI of ", ", ".join(names), " is above the policy's limit for it."
    )


def _subject_table(caption: str, subjects: Sequence[DriftSubject], windows: Sequence[int]) -> Markup:
    heads = [
        "Subject",
        "Status",
        *(f"PSI {length} d" for length in windows),
        "Limit",
        "Importance",
        "Missing before → now",
        "Unseen",
    ]
    rows = [
        [
            item.subject,
            status_badge(item.status),
            *(_psi(item.windows.get(length)) for length in windows),
            number(next(iter(item.windows.values())).psi_limit, 2),
            share(item.importance),
            *_shares(max((item.windows[length] for length in windows if length in item.windows), key=_missing_change)),
        ]
        for item in subjects
    ]
    return table(caption, heads, rows, set(range(2, len(heads))), cls="subjects")


def _psi(line: DriftLine | None) -> object:
    if line is None or (line.psi is None and line.status != "too_few"):
        return "not measured"
    if line.status == "too_few":
        return "too few" if line.n_current is None else f"too few ({line.n_current:,})"
    text = f"{number(line.psi)} ({number(line.psi_noise)})"
    return element("b", text) if line.status in ("alert", "watch") else text


def _missing_change(line: DriftLine) -> float:
    return abs((line.missing_share_current or 0.0) - (line.missing_share_reference or 0.0))


def _shares(line: DriftLine) -> tuple[str, str]:
    if line.missing_share_current is None and line.missing_share_reference is None:
        return NOTHING, share(line.unseen_share)
    return f"{share(line.missing_share_reference)} → {share(line.missing_share_current)}", share(line.unseen_share)


def heat_map_section(page: NightlyPage) -> Markup:
    """PSI of the last 30 nights of the subjects that matter most tonight, or lately."""
    head = f"PSI of the last {_MAP_NIGHTS} nights"
    if not page.past:
        return not_measured(head, "no night of this time has a PSI.")
    window = _map_window(page)
    lines = [line for line in page.past if line.window_days == window]
    tonight = {item.subject: place for place, item in enumerate(subjects_of(page.drift or (), PSI_KINDS)) if item.segment == ""}
    worst: dict[str, tuple[int, float]] = {}
    for line in lines:
        worst[line.subject] = min(worst.get(line.subject, (9, 0.0)), (rank(line.status), -(line.psi or 0.0)))
    names = sorted(
        worst, key=lambda name: (tonight.get(name, len(tonight)) >= 10, worst[name][0], tonight.get(name, len(tonight)), name)
    )
    nights = [page.as_of - timedelta(days=back) for back in reversed(range(_MAP_NIGHTS))]
    cells = {(line.subject, line.as_of): (line.psi, line.status) for line in lines}
    title = f"PSI over {days(window)}, {min(len(names), _MAP_SUBJECTS)} subjects, nights {nights[0]} to {nights[-1]}"
    n_measured = len({line.as_of for line in lines})
    caption = (
        f"PSI over windows of {days(window)}, {nights[0]} to {nights[-1]}: {n_measured} of {_MAP_NIGHTS} nights were measured. "
        "A hatched cell was not measured: it is not a quiet night."
    )
    drawn = psi_heat_map("map", title, names[:_MAP_SUBJECTS], nights, cells)
    figure = element(
        "figure",
        element("div", drawn, cls="scroll wide", role="region", tabindex=0, aria_label=title),
        element("figcaption", caption),
    )
    return element("section", element("h2", head), figure)


def _map_window(page: NightlyPage) -> int:
    """The shortest window in which tonight's subjects can be judged; the shortest of all where none can."""
    lines = page.drift or page.past or ()
    judged = {line.window_days for line in lines if line.psi is not None and line.status != "too_few"}
    known = {line.window_days for line in page.past or ()}
    return min(judged & known or known)


def limits_section(page: NightlyPage) -> Markup:
    """Volume, freshness, rates; missing and unseen shares where they left their limits."""
    head = "Other limits"
    subjects = [item for item in subjects_of(page.drift or (), _OTHER_KINDS) if item.segment == ""]
    shown = [item for item in subjects if item.kind not in ("missing", "unseen") or item.status in ("alert", "watch")]
    if not subjects:
        return not_measured(head, "volume, freshness, rates and shares were not counted for this night.")
    lines = [(item, item.windows[length]) for item in shown for length in sorted(item.windows)]
    rows = [
        [item.subject, item.kind, f"{line.window_days} d", *_figures(line), status_badge(line.status)] for item, line in lines
    ]
    quiet = len(subjects) - len(shown)
    heads = ["Subject", "Kind", "Window", "Reference", "Now", "Limit of the change", "Status"]
    return element(
        "section",
        element("h2", head),
        table("Figures with a limit", heads, rows, {3, 4, 5}) if rows else element("p", "Nothing stands outside its limits."),
        element("p", f"Shares of missing or unseen values within their limits, or too few to judge: {quiet:,}.", cls="note"),
    )


def _figures(line: DriftLine) -> list[str]:
    values = (line.value_reference, line.value, line.value_limit)
    if line.kind == "volume":
        return [number(value, 0) for value in values]
    if line.kind == "freshness":
        return [NOTHING if value is None else f"{value:,.0f} d" for value in values]
    return [share(value, 2) for value in values]


def segments_section(page: NightlyPage) -> Markup:
    """Segments that left a limit."""
    head = "Segments"
    subjects = [item for item in subjects_of(page.drift or (), (*PSI_KINDS, *_OTHER_KINDS)) if item.segment != ""]
    if not subjects:
        return not_measured(head, "no segment was counted for this night.")
    moved = [item for item in subjects if item.status in ("alert", "watch")]
    counts = f"Subjects in segments looked at: {len(subjects):,}; moved: {len(moved):,}. Cells with too few rows are not shown."
    rows = [
        [
            item.segment,
            item.subject,
            item.kind,
            f"{line.window_days} d",
            *_segment_figures(line),
            f"{line.n_current or 0:,}",
            status_badge(line.status),
        ]
        for item in moved
        for line in item.windows.values()
        if line.status in ("alert", "watch")
    ]
    heads = ["Segment", "Subject", "Kind", "Window", "Reference", "Now", "Limit", "Rows", "Status"]
    shown = table("Segments that moved", heads, rows, {4, 5, 6, 7}) if rows else element("p", "None moved.")
    return element("section", element("h2", head), element("p", counts), shown)


def _segment_figures(line: DriftLine) -> list[str]:
    if line.kind in PSI_KINDS:
        return [NOTHING, f"PSI {number(line.psi)}", number(line.psi_limit, 2)]
    return _figures(line)
