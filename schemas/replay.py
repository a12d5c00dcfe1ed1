"""What a replay says: how many decisions came out the same, and exactly what did not."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ReplayDifference:
    """One thing that came out otherwise. `stored` and `recomputed` are shown for one applicant asked for, and nowhere else."""

    application_id: int
    batch_id: int
    what: str
    stored: str
    recomputed: str


@dataclass
class ReplayReport:
    """`n_replayed` decisions were computed again from what is stored; `engines` are those that the stored reasons name."""

    engine: str
    n_replayed: int = 0
    n_erased: int = 0
    differences: list[ReplayDifference] = field(default_factory=list)
    engines: set[str] = field(default_factory=set)
    #: model version and policy hash of the decisions replayed
    sources: set[tuple[str, str]] = field(default_factory=set)
    batches: set[int] = field(default_factory=set)

    @property
    def n_differing(self) -> int:
        return len({(item.application_id, item.batch_id) for item in self.differences})

    @property
    def n_identical(self) -> int:
        return self.n_replayed - self.n_differing
