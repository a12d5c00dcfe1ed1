"""What the nightly page and the index page show: plain values, so that reports need no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class MeasuredPsi:
    """Our PSI of one subject as in marts.drift; `psi` is None where nothing was measured."""

    psi: float | None
    limit: float
    status: str


@dataclass(frozen=True)
class EvidentlyOutcome:
    """Where the Evidently report went; `left_out`: column -> why it is not drawn; `snapshot_id` is None without a workspace."""

    html: str
    json: str
    left_out: Mapping[str, str]
    snapshot_id: str | None


@dataclass(frozen=True)
class DeliveryLine:
    """One row of marts.batches of the night."""

    batch_id: int
    origin: str
    status: str
    n_received: int
    n_scored: int
    n_quarantined: int
    n_duplicates: int
    n_history: int
    n_refused: int
    refused_because: str | None


@dataclass(frozen=True)
class RuleLine:
    """Bad rows of the night by rule, column and file; a row that broke several rules counts in each."""

    rule: str
    column_name: str | None
    source_file: str
    n_rows: int


@dataclass(frozen=True)
class DecisionLine:
    """Decisions taken on deliveries of the night."""

    decision: str
    n: int
    mean_pd: float


@dataclass(frozen=True)
class DriftLine:
    """One row of marts.drift; shares in [0, 1]."""

    window_days: int
    subject: str
    segment: str
    kind: str
    psi: float | None
    psi_noise: float | None
    psi_limit: float | None
    value: float | None
    value_reference: float | None
    value_limit: float | None
    n_reference: int | None
    n_current: int | None
    days_expected: int | None
    days_seen: int | None
    missing_share_reference: float | None
    missing_share_current: float | None
    unseen_share: float | None
    status: str
    model_version: str | None
    importance: float | None = None
    proposes_retraining: bool = False


@dataclass(frozen=True)
class MoneyLine:
    """What other applicants cost at a fixed policy, per application in the policy's currency; positive is dearer.

    The three parts add up to `change`; `total` is the change times the `n` applications of the window. Rates are shares.
    """

    window_days: int
    n: int
    approval_rate_reference: float
    approval_rate: float
    reference: float
    current: float
    change: float
    by_approvals: float
    by_risk: float
    by_rules: float
    total: float


@dataclass(frozen=True)
class ScorePart:
    """An input's part of the score's PSI; the parts of a night add up to it. A negative part moved the score the other way."""

    feature: str
    psi: float


@dataclass(frozen=True)
class BinLine:
    """One row of marts.drift_bins."""

    window_days: int
    subject: str
    kind: str
    bin: int
    lower: float | None
    upper: float | None
    label: str | None
    n_reference: int
    n_current: int
    contribution: float | None


@dataclass(frozen=True)
class PastPsi:
    """PSI of one subject on one past night."""

    as_of: date
    window_days: int
    subject: str
    kind: str
    psi: float | None
    status: str


@dataclass(frozen=True)
class AlertLine:
    """An alert that is open or acknowledged; `runbook` says what to check first."""

    alert_id: str
    opened_on: date
    subject: str
    kind: str
    severity: str
    status: str
    detail: str
    runbook: str


@dataclass(frozen=True)
class SwapLine:
    """One row of marts.swap_set of the night; `default_rate` is None until one of them has matured."""

    champion_version: str
    challenger_version: str
    swap: str
    n: int
    mean_pd_champion: float
    mean_pd_challenger: float
    n_matured: int
    n_defaulted: int
    default_rate: float | None


@dataclass(frozen=True)
class ShadowGapLine:
    """Applications of the night that a challenger could not score, and why."""

    challenger_version: str
    refused_because: str
    n_unscored: int


@dataclass(frozen=True)
class NightLine:
    """One business date on the index. `worst` is the worst drift status, None where nothing was measured."""

    as_of: date
    n_received: int
    n_scored: int
    n_quarantined: int
    n_refused: int
    n_refused_deliveries: int
    worst: str | None
    n_subjects_alert: int | None
    n_subjects_watch: int | None


@dataclass(frozen=True)
class NightlyPage:
    """One night. None in place of a tuple: this home has no such relation, nothing was measured; empty: measured, nothing found.

    `evidently`: address of the Evidently report relative to the page, None where there is none. `money` and `score_parts` are
    computed and not read: the caller adds them.
    """

    as_of: date
    deliveries: tuple[DeliveryLine, ...]
    rules: tuple[RuleLine, ...]
    decisions: tuple[DecisionLine, ...]
    model_versions: tuple[str, ...]
    drift: tuple[DriftLine, ...] | None
    bins: tuple[BinLine, ...] | None
    past: tuple[PastPsi, ...] | None
    alerts: tuple[AlertLine, ...] | None
    previous_on: date | None = None
    next_on: date | None = None
    evidently: str | None = None
    evidently_left_out: Mapping[str, str] = field(default_factory=dict)
    money: tuple[MoneyLine, ...] | None = None
    score_parts: tuple[ScorePart, ...] | None = None
    swaps: tuple[SwapLine, ...] | None = None
    shadow_gaps: tuple[ShadowGapLine, ...] | None = None
