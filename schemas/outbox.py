"""What happened in the registry and has still to reach MLflow and Prefect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

#: `mlflow`: its registry is brought to the truth of this one. `event`: one event of Prefect is emitted.
Topic = Literal["mlflow", "event"]

EventKind = Literal["registered", "promoted", "rolled_back", "rejected"]

#: Names, words, versions and dates; never an applicant's values.
Payload = Mapping[str, str | int | float | bool | date | None]


@dataclass(frozen=True)
class OutboxItem:
    """A happening that one place has not heard of yet. `subject` is the model version; dates in `payload` are ISO texts."""

    outbox_id: int
    topic: Topic
    kind: str
    subject: str
    payload: Mapping[str, str | int | float | bool | None]
    n_attempts: int


@dataclass(frozen=True)
class WaitingTopic:
    """A topic with something undelivered; `last_error` is the class of the newest failure, null if none was tried."""

    topic: Topic
    n_pending: int
    n_attempts: int
    last_error: str | None


@dataclass(frozen=True)
class FollowReport:
    """What one follower did with a topic: rows delivered, rows still pending, and the class of what went wrong, if anything."""

    topic: Topic
    n_delivered: int
    n_pending: int
    error: str | None = None

    @property
    def line(self) -> str:
        """For a terminal or a log."""
        place = "MLflow" if self.topic == "mlflow" else "Prefect's events"
        if self.n_pending == 0:
            return f"{place}: up to date ({self.n_delivered} brought along)"
        because = f" ({self.error})" if self.error else ""
        return f"{place}: {self.n_pending} still to be brought along{because}; the next run tries again"
