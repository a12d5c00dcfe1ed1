"""A night's page with everything on it, and what a page may not hold, for tests."""

from __future__ import annotations

import itertools
import math
from datetime import date, timedelta
from html.parser import HTMLParser

from schemas.pages import (
    AlertLine,
    BinLine,
    DecisionLine,
    DeliveryLine,
    DriftLine,
    MoneyLine,
    NightlyPage,
    PastPsi,
    RuleLine,
    ScorePart,
    ShadowGapLine,
    SwapLine,
)

NIGHT = date(2026, 6, 30)
SCRIPT = "<script>alert(1)</script>"


def drift_line(
    subject: str, psi: float | None = None, *, kind: str = "feature", window_days: int = 1, **given: object
) -> DriftLine:
    """A drift row of all applicants with 1,000 rows a side; anything else by name."""
    figures: dict[str, object] = {
        "segment": "",
        "psi_noise": 0.018 if psi is not None else None,
        "psi_limit": 0.2 if psi is not None else None,
        "value": None,
        "value_reference": None,
        "value_limit": None,
        "n_reference": 50_000,
        "n_current": 1_000 * window_days,
        "days_expected": window_days,
        "days_seen": window_days,
        "missing_share_reference": None,
        "missing_share_current": None,
        "unseen_share": None,
        "status": "ok" if psi is None or psi < 0.1 else "watch" if psi < 0.2 else "alert",
        "model_version": "m0001-20260601",
    }
    return DriftLine(window_days=window_days, subject=subject, kind=kind, psi=psi, **{**figures, **given})  # type: ignore[arg-type]


def _drift() -> list[DriftLine]:
    lines = []
    for days in (1, 7, 30):
        fade = {1: 1.0, 7: 0.6, 30: 0.2}[days]
        lines += [
            drift_line("score_points", 0.213 * fade, kind="score", window_days=days),
            drift_line("decision", 0.081 * fade, kind="decision", window_days=days),
            drift_line(
                "EXT_SOURCE_2",
                0.6251 * fade,
                window_days=days,
                importance=0.1834,
                proposes_retraining=days == 1,
                missing_share_reference=0.0021,
                missing_share_current=0.5021 * fade,
            ),
            drift_line("AMT_INCOME_TOTAL", 0.1402 * fade, window_days=days, importance=0.02),
            drift_line("ORGANIZATION_TYPE", 0.05 * fade, window_days=days, importance=0.03, unseen_share=0.0123),
            drift_line(
                "rows_received",
                kind="volume",
                window_days=days,
                value=1000.0 * days,
                value_reference=1032.0 * days,
                value_limit=516.0,
            ),
            drift_line(
                "approval_rate",
                kind="rate",
                window_days=days,
                value=0.641,
                value_reference=0.6902,
                value_limit=0.1,
                status="watch",
            ),
            drift_line("mean_pd", kind="rate", window_days=days, value=0.0912, value_reference=0.0807, value_limit=0.02),
            drift_line(
                "EXT_SOURCE_2",
                kind="missing",
                window_days=days,
                value=0.5021 * fade,
                value_reference=0.0021,
                value_limit=0.05,
                status="alert",
            ),
            drift_line(
                "AMT_GOODS_PRICE", kind="missing", window_days=days, value=0.001, value_reference=0.0009, value_limit=0.05
            ),
            drift_line(
                "AMT_INCOME_TOTAL", 0.3111 * fade, window_days=days, segment="NAME_INCOME_TYPE=State servant", n_current=211
            ),
        ]
        lines += [
            drift_line(f"PREV_AMT_APPLICATION_MEAN_OVER_LAST_{i}_YEARS", 0.01 + 0.001 * i, window_days=days, importance=0.001 * i)
            for i in range(1, 36)
        ]
        lines += [drift_line(f"BUREAU_{i}", 0.4, window_days=days, status="too_few", n_current=120) for i in range(3)]
    lines.append(drift_line("days_since_delivery", kind="freshness", value=0.0, value_reference=0.0, value_limit=2.0))
    return lines


def _past() -> list[PastPsi]:
    subjects = [("score_points", "score"), ("decision", "decision"), ("EXT_SOURCE_2", "feature"), ("AMT_INCOME_TOTAL", "feature")]
    subjects += [(f"PREV_AMT_APPLICATION_MEAN_OVER_LAST_{i}_YEARS", "feature") for i in range(1, 24)]
    lines = []
    for back in (back for back in range(30) if back not in (4, 11, 12)):
        for place, (subject, kind) in enumerate(subjects):
            psi = 0.02 + 0.015 * math.sin(back + place) ** 2 + (0.6 / (1 + back) if place in (0, 2) else 0.0)
            status = "too_few" if back > 25 else "alert" if psi >= 0.2 else "watch" if psi >= 0.1 else "ok"
            lines += [PastPsi(NIGHT - timedelta(days=back), days, subject, kind, psi, status) for days in (1, 7)]
    return lines


def _bins() -> list[BinLine]:
    before = [4980, 5020, 5001, 4999, 5000, 5000, 5010, 4990, 5000, 5000, 0]
    now = [61, 72, 80, 88, 95, 101, 110, 121, 130, 142, 0]
    edges = [480, 497, 511, 522, 531, 540, 549, 559, 572, 590]
    labels = ["to 480", *(f"{low} to {high}" for low, high in itertools.pairwise(edges)), "missing"]
    score = [BinLine(1, "score_points", "score", i, None, None, labels[i], before[i], now[i], 0.01 * i) for i in range(11)]
    mix = [("approve", 34_510, 641), ("decline", 12_230, 290), ("review", 3_260, 69)]
    return score + [BinLine(1, "decision", "decision", i, None, None, *line, 0.01) for i, line in enumerate(mix)]


def full_page() -> NightlyPage:
    """A loud night: drift, a refused delivery, alerts, money."""
    reason = f"7 of 100 rows are bad, more than 5 %; column {SCRIPT} is unknown"
    return NightlyPage(
        as_of=NIGHT,
        deliveries=(
            DeliveryLine(2026063001, "nightly", "scored", 1023, 1000, 19, 4, 0, 0, None),
            DeliveryLine(2026063002, "nightly", "refused", 100, 0, 7, 0, 0, 93, reason),
        ),
        rules=(
            RuleLine("not_a_number", "AMT_CREDIT", "application.csv", 19),
            RuleLine("conflicting_duplicate", None, "application.csv", 7),
        ),
        decisions=(
            DecisionLine("approve", 641, 0.0341),
            DecisionLine("decline", 290, 0.1921),
            DecisionLine("review", 69, 0.0881),
        ),
        model_versions=("m0001-20260601",),
        drift=tuple(_drift()),
        bins=tuple(_bins()),
        past=tuple(_past()),
        alerts=(
            AlertLine(
                "7",
                NIGHT,
                "EXT_SOURCE_2",
                "feature",
                "critical",
                "open",
                "PSI 0.625 over 1 day (limit 0.20); 50.2 % missing, 0.2 % in the reference.",
                "Ask the source of the external scores whether its delivery was complete; compare the missing share by product.",
            ),
            AlertLine(
                "5",
                date(2026, 6, 28),
                "approval_rate",
                "rate",
                "warning",
                "acknowledged",
                "Approval rate 64.1 %.",
                "Look at the mix.",
            ),
        ),
        previous_on=date(2026, 6, 29),
        next_on=None,
        evidently="evidently.html",
        evidently_left_out={"OWN_CAR_AGE": "no value in the window"},
        money=(
            MoneyLine(1, 1000, 0.6902, 0.641, -2.1345, -1.4021, 0.7324, 0.31, 0.4224, 0.0, 732.4),
            MoneyLine(7, 7000, 0.6902, 0.668, -2.1345, -1.902, 0.2325, 0.11, 0.1225, 0.0, 1627.5),
        ),
        score_parts=(ScorePart("EXT_SOURCE_2", 0.1712), ScorePart("AMT_INCOME_TOTAL", -0.0123)),
        swaps=tuple(_swaps()),
        shadow_gaps=(ShadowGapLine("m0002-20260620", "model.txt was changed: its sha256 is 0123456789abcdef...", 100),),
    )


def _swaps() -> list[SwapLine]:
    """The swap set of 900 applications; a tenth of those that both approve have matured."""
    models = ("m0001-20260601", "m0002-20260620")
    return [
        SwapLine(*models, "both_approve", 560, 0.0331, 0.0318, 56, 2, 2 / 56),
        SwapLine(*models, "swap_in", 31, 0.0874, 0.0641, 0, 0, None),
        SwapLine(*models, "swap_out", 12, 0.0702, 0.0955, 0, 0, None),
        SwapLine(*models, "both_refuse", 297, 0.1811, 0.1904, 0, 0, None),
    ]


def empty_page() -> NightlyPage:
    """A home before its first night."""
    return NightlyPage(NIGHT, (), (), (), (), None, None, None, None)


class Page(HTMLParser):
    """What a page loads, links and says."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self._silent = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        self._silent += tag in ("style", "script")
        if tag == "a":
            self.links.append(given.get("href") or "")
        else:
            self.loaded += [
                value for key, value in attrs if key in ("src", "href", "xlink:href", "data", "srcset", "action") and value
            ]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)

    @property
    def text(self) -> str:
        """What a reader sees, spaces made one."""
        return " ".join(" ".join(self.said).split())
