"""What travels between the steps of a night: references and counts, never an applicant's row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class FileCounts:
    """What became of the rows of one file. `n_erased` of the bad ones are only kept out because the person was erased."""

    n_received: int = 0
    n_accepted: int = 0
    n_bad: int = 0
    n_duplicates: int = 0
    n_orphans: int = 0
    extra_columns: tuple[str, ...] = ()
    n_erased: int = 0


@dataclass(frozen=True)
class IngestResult:
    """What became of one delivery, in counts of application rows; `files` by file name. `batch_id` is yyyymmddvv."""

    batch_id: int
    received_on: date
    origin: str
    files: dict[str, FileCounts]
    n_received: int
    n_accepted: int
    n_quarantined: int
    n_duplicates: int
    n_withdrawn: int
    is_refused: bool
    refused_because: str | None


@dataclass(frozen=True)
class PendingBatch:
    """A delivery with application versions that are not decided yet."""

    batch_id: int
    received_on: date
    n_pending: int


@dataclass
class ShadowCount:
    """What a challenger scored beside the champion in one delivery, in counts of applications; `review` counts as refusal.

    `n_swap_in`: the challenger alone approves; `n_swap_out`: the champion alone approves; `n_unscored`: the challenger could
    not score them, for the reason in `refused_because`.
    """

    model_version: str
    n_scored: int = 0
    n_swap_in: int = 0
    n_swap_out: int = 0
    n_unscored: int = 0
    refused_because: str = ""


@dataclass
class BatchScore:
    """Counts of one scored delivery; `shadow` is None where no challenger stood beside the champion.

    `warnings` names what went another way than planned and still gave what it should.
    """

    batch_id: int
    received_on: date
    model_version: str
    n_scored: int = 0
    decisions: dict[str, int] = field(default_factory=lambda: {"approve": 0, "review": 0, "decline": 0})
    absent_tables: list[str] = field(default_factory=list)
    shadow: ShadowCount | None = None
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Finding:
    """A check that found rows: its name, `fail` or `warn`, how many, and the keys of the first few."""

    check: str
    severity: str
    n_rows: int
    keys: list[str]


@dataclass
class NightSummary:
    """What a night did, in counts and references; `backup` is empty where none was needed, wanted or made."""

    as_of: date
    run_id: str
    deliveries: list[IngestResult] = field(default_factory=list)
    scores: list[BatchScore] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    snapshot: str = ""
    backup: str = ""
    backup_error: str = ""

    @property
    def n_refused_deliveries(self) -> int:
        return sum(delivery.is_refused for delivery in self.deliveries)

    @property
    def n_scored(self) -> int:
        return sum(score.n_scored for score in self.scores)

    def headline(self) -> str:
        """One line of counts."""
        return (
            f"{len(self.deliveries)} new deliveries ({self.n_refused_deliveries} refused), "
            f"{self.n_scored} applications decided in {len(self.scores)} deliveries, {len(self.warnings)} warnings"
        )
