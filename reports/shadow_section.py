"""What the challenger would have decided beside the champion: a part of the nightly page, and lines of the night's text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from reports.html import Markup, element, share, table
from schemas.pages import NightlyPage, ShadowGapLine, SwapLine
from schemas.references import BatchScore, ShadowCount

_WORDS = {
    "both_approve": "both approve",
    "swap_in": "swap-in: the challenger alone approves",
    "swap_out": "swap-out: the champion alone approves",
    "both_refuse": "both refuse",
}
_HEADS = ["Champion and challenger", "Applications", "Mean PD, champion", "Mean PD, challenger", "Matured", "Default rate"]
_NOTE = "The champion decides; nobody was told what the challenger would have decided. Review counts as refusal."


def _sentence(count: ShadowCount) -> str:
    return (
        f"Challenger {count.model_version} scored {count.n_scored:,} applications beside the champion: "
        f"{count.n_swap_in:,} swap in, {count.n_swap_out:,} swap out."
    )


def _missed(model_version: str, n_unscored: int, because: str) -> str:
    return f"Challenger {model_version} did not score {n_unscored:,} applications, the champion decided them: {because}"


def shadow_line(scores: Sequence[BatchScore]) -> str:
    """One line of a night: what challengers scored over all its deliveries; empty where none scored."""
    counts = [score.shadow for score in scores if score.shadow is not None and score.shadow.n_scored > 0]
    return " ".join(_sentence(_sum(version, counts)) for version in sorted({count.model_version for count in counts}))


def _sum(version: str, counts: Sequence[ShadowCount]) -> ShadowCount:
    own = [count for count in counts if count.model_version == version]
    totals = (sum(getattr(count, name) for count in own) for name in ("n_scored", "n_swap_in", "n_swap_out"))
    return ShadowCount(version, *totals)


def shadow_warnings(scores: Sequence[BatchScore]) -> list[str]:
    """One line per challenger and reason for which it did not score."""
    missed: dict[tuple[str, str], int] = {}
    for count in (score.shadow for score in scores if score.shadow is not None and score.shadow.n_unscored > 0):
        key = (count.model_version, count.refused_because)
        missed[key] = missed.get(key, 0) + count.n_unscored
    return [_missed(version, n, because) for (version, because), n in sorted(missed.items())]


def shadow_section(page: NightlyPage) -> Markup:
    """The swap set of the night, and what a challenger could not score."""
    head = element("h2", "Challenger beside the champion")
    if page.swaps is None:
        return element("section", head, element("p", "Shadow scores are not recorded in this home.", cls="empty"))
    gaps = [element("p", element("b", "Warning: "), _gap(line)) for line in page.shadow_gaps or ()]
    if not page.swaps:
        nobody = "" if gaps else element("p", "No challenger scored beside the champion.", cls="empty")
        return element("section", head, *gaps, nobody)
    pairs = groupby(page.swaps, lambda line: (line.champion_version, line.challenger_version))
    return element("section", head, *gaps, *(_pair(list(lines)) for _, lines in pairs), element("p", _NOTE, cls="note"))


def _gap(line: ShadowGapLine) -> str:
    return _missed(line.challenger_version, line.n_unscored, line.refused_because)


def _pair(lines: Sequence[SwapLine]) -> Markup:
    found = {line.swap: line.n for line in lines}
    count = ShadowCount(lines[0].challenger_version, sum(found.values()), found.get("swap_in", 0), found.get("swap_out", 0))
    rows = [
        [
            _WORDS.get(line.swap, line.swap),
            f"{line.n:,}",
            share(line.mean_pd_champion, 2),
            share(line.mean_pd_challenger, 2),
            f"{line.n_matured:,}",
            share(line.default_rate, 2),
        ]
        for line in lines
    ]
    caption = f"Swap set of champion {lines[0].champion_version} and challenger {lines[0].challenger_version}"
    return element("div", element("p", _sentence(count)), table(caption, _HEADS, rows, set(range(1, 6))))
