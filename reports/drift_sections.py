"""The parts of the nightly page that show drift: subjects, past nights, other limits, segments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from reports.drift_order import PSI_KINDS, DriftSubject, rank, subjects_of
from reports.figures import psi_heat_map
from reports.html import NOTHING, Markup, days, element, number, share, status_badge, table, unfold
from schemas.pages import DriftLine, NightlyPage, PastPsi

#: Rows shown at once; the others unfold.
_ROWS_AT_ONCE = 25
_MAP_SUBJECTS = 25
_MAP_NIGHTS = 30
_SHARE_KINDS = ("missing", "unseen")
_OTHER_KINDS = ("volume", "freshness", "rate", *_SHARE_KINDS)
_NAMES_AT_ONCE = 6
_NO_FIGURES = "Not measured: volume, freshness and rates."


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
    rest = unfold(f"More subjects: {len(others):,}", _subject_table("The other subjects", others, windows))
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
    more = f" and {len(names) - _NAMES_AT_ONCE:,} more" if len(names) > _NAMES_AT_ONCE else ""
    return element("p", element("b", "Retraining is proposed"), ", by the PSI of ", ", ".join(names[:_NAMES_AT_ONCE]), more, ".")


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
    names = _map_names(page, lines)
    nights = [page.as_of - timedelta(days=back) for back in range(_MAP_NIGHTS)]
    cells = {(line.subject, line.as_of): (line.psi, line.status) for line in lines}
    title = f"PSI over {days(window)}, {len(names)} subjects, nights {nights[0]} back to {nights[-1]}"
    n_measured = len({line.as_of for line in lines})
    caption = (
        f"PSI over windows of {days(window)}, tonight at the left, back to {nights[-1]}: "
        f"{n_measured} of {_MAP_NIGHTS} nights were measured. "
        "A hatched cell was not measured: it is not a quiet night."
    )
    drawn = psi_heat_map("map", title, names, nights, cells)
    figure = element(
        "figure",
        element("div", drawn, cls="scroll wide", role="region", tabindex=0, aria_label=title),
        element("figcaption", caption),
    )
    return element("section", element("h2", head), figure)


def _map_names(page: NightlyPage, lines: Sequence[PastPsi]) -> list[str]:
    """Score and decisions, tonight's ten worst, then those that were worst lately."""
    tonight = {item.subject: place for place, item in enumerate(subjects_of(page.drift or (), PSI_KINDS)) if item.segment == ""}
    worst: dict[str, tuple[int, float]] = {}
    kinds: dict[str, str] = {}
    for line in lines:
        kinds[line.subject] = line.kind
        worst[line.subject] = min(worst.get(line.subject, (9, 0.0)), (rank(line.status), -(line.psi or 0.0)))

    def key(name: str) -> tuple[bool, bool, int, int, str]:
        place = tonight.get(name, len(tonight))
        return kinds[name] == "feature", place >= 10, worst[name][0] if place >= 10 else 0, place, name

    return sorted(worst, key=key)[:_MAP_SUBJECTS]


def _map_window(page: NightlyPage) -> int:
    """The shortest window in which tonight's subjects can be judged; the shortest of all where none can."""
    lines = page.drift or page.past or ()
    judged = {line.window_days for line in lines if line.psi is not None and line.status != "too_few"}
    known = {line.window_days for line in page.past or ()}
    return min(judged & known or known)


def limits_section(page: NightlyPage) -> Markup:
    """Volume, freshness and rates in every window; missing and unseen shares that left their limits, in the worst window."""
    head = "Other limits"
    subjects = [item for item in subjects_of(page.drift or (), _OTHER_KINDS) if item.segment == ""]
    if not subjects:
        return not_measured(head, "volume, freshness, rates and shares were not counted for this night.")
    figures = [item for item in subjects if item.kind not in _SHARE_KINDS]
    shares = [item for item in subjects if item.kind in _SHARE_KINDS]
    moved = [item for item in shares if item.status in ("alert", "watch")]
    rows = [_limit_row(item, item.windows[length]) for item in figures for length in sorted(item.windows)]
    worst = sorted(
        ((item, _worst(item)) for item in moved), key=lambda pair: (rank(pair[1].status), -_change(pair[1]), pair[0].subject)
    )
    shown = [_limit_row(*pair) for pair in worst]
    quiet = f"Shares of missing or unseen values within limits, or too few to judge: {len(shares) - len(moved):,}."
    return element(
        "section",
        element("h2", head),
        _limit_table("Volume, freshness and rates", rows) if rows else element("p", _NO_FIGURES, cls="empty"),
        _limit_table("Shares of missing and unseen values that moved, in their worst window", shown[:_ROWS_AT_ONCE])
        if shown
        else "",
        unfold(f"More shares that moved: {len(shown) - _ROWS_AT_ONCE:,}", _limit_table("The others", shown[_ROWS_AT_ONCE:]))
        if len(shown) > _ROWS_AT_ONCE
        else "",
        element("p", quiet, cls="note"),
    )


def _change(line: DriftLine) -> float:
    return abs((line.value or 0.0) - (line.value_reference or 0.0))


def _worst(item: DriftSubject) -> DriftLine:
    return min(item.windows.values(), key=lambda line: (rank(line.status), -_change(line), line.window_days))


def _gravity(pair: tuple[DriftSubject, DriftLine]) -> tuple[int, float, str]:
    item, line = pair
    return rank(line.status), -_change(line), item.subject


def _limit_row(item: DriftSubject, line: DriftLine) -> list[object]:
    return [item.subject, item.kind, f"{line.window_days} d", *_figures(line), status_badge(line.status)]


def _limit_table(caption: str, rows: Sequence[Sequence[object]]) -> Markup:
    return table(caption, ["Subject", "Kind", "Window", "Reference", "Now", "Limit of the change", "Status"], rows, {3, 4, 5})


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
