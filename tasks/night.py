"""The steps of a night as plain functions: each opens the warehouse by reference, writes whole, and returns counts only.

What a step has read and written is given back at its end: the warehouse stays open for the whole night.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from schemas.policy import load_policy
from schemas.references import BatchScore, Finding, IngestResult, NightSummary, PendingBatch
from schemas.settings import Settings
from tasks.audit import keep_head
from tasks.ingest import Progress as RowProgress
from tasks.ingest import ingest_delivery, pending_deliveries
from tasks.progress import OnProgress
from tasks.readiness import require_ready as require_ready
from tasks.score import PASS_ROWS, score_batch
from warehouse.checking import require_sound, run_checks
from warehouse.connection import open_warehouse, transaction
from warehouse.memory import give_back
from warehouse.publication import publish_snapshot
from warehouse.registry import policy_on, require_policy_in_force
from warehouse.runs import deliveries_since_last_night, end_run, start_run
from warehouse.scores import pending_batches


@contextmanager
def hold_warehouse(settings: Settings) -> Iterator[None]:
    """Keeps the warehouse to this process for a whole night; the steps inside open it again at no cost."""
    with open_warehouse(settings):
        yield


@contextmanager
def recorded_run(settings: Settings, command: str, as_of: date) -> Iterator[NightSummary]:
    """Puts a run on record before it starts, and how it ended."""
    with open_warehouse(settings) as connection:
        summary = NightSummary(as_of, start_run(connection, command, as_of))
    done = False
    try:
        yield summary
        done = True
    finally:
        with open_warehouse(settings) as connection:
            end_run(connection, summary.run_id, "done" if done else "failed", summary.headline())
        keep_head(settings)


def take_in(settings: Settings, as_of: date, on_progress: OnProgress | None = None) -> list[IngestResult]:
    """Takes in every ready delivery up to the business date that is new or changed; a refused one is recorded and passed over.

    Each is judged by the policy of its own business date, so that a delivery taken in late fares as it would have on time.

    Raises:
        VerificationError: the policy file differs from the registered policy.
    """
    results = []
    with open_warehouse(settings) as connection:
        with transaction(connection):
            require_policy_in_force(connection, load_policy(settings.policy_file))
        deliveries = pending_deliveries(settings, connection, as_of)
        for number, delivery in enumerate(deliveries, start=1):
            policy = policy_on(connection, delivery.received_on)
            result = ingest_delivery(connection, delivery, policy, _row_progress(on_progress, number - 1, len(deliveries)))
            results += [] if result is None else [result]
            give_back(connection, settings)
            if on_progress is not None:
                on_progress(number, len(deliveries), str(delivery.received_on))
    return results


def _row_progress(on_progress: OnProgress | None, done: int, of: int) -> RowProgress | None:
    """Within a delivery: how many rows of which table have been read."""
    if on_progress is None:
        return None
    return lambda delivery, name, n_rows: on_progress(done, of, f"{delivery.received_on}, {n_rows:,} rows of {name}")


def news_since_last_night(settings: Settings, taken_in: Sequence[IngestResult] = ()) -> list[IngestResult]:
    """What became of every delivery taken in since the last night that ended well, whichever command took it in.

    From the ledger: a refusal is reported though the night that met it was stopped, or tried again. What this night took in
    itself is among them also where the clock was set back meanwhile, and the ledger's times no longer say so.
    """
    with open_warehouse(settings) as connection:
        since = deliveries_since_last_night(connection)
    news = {result.batch_id: result for result in [*taken_in, *since]}
    return [news[batch_id] for batch_id in sorted(news)]


def find_pending(settings: Settings, as_of: date) -> list[PendingBatch]:
    """Deliveries with undecided applications, oldest first."""
    with open_warehouse(settings) as connection:
        return pending_batches(connection, as_of)


def score_delivery(settings: Settings, batch: PendingBatch, on_progress: OnProgress | None = None) -> BatchScore:
    """Decides and explains every undecided application of one delivery."""
    with open_warehouse(settings) as connection:
        score = score_batch(connection, settings, batch, on_progress)
        n_before = 0
        while score.n_scored - n_before == PASS_ROWS:
            n_before = score.n_scored
            score = score_batch(connection, settings, batch, on_progress, score)
    return score


def check_warehouse(settings: Settings) -> list[Finding]:
    """Runs every check; returns the warnings. Raises CheckFailedError when a check of severity `fail` finds rows."""
    with open_warehouse(settings) as connection:
        findings = run_checks(connection)
        give_back(connection, settings)
    require_sound(findings)
    return findings


def publish(settings: Settings, run_id: str, as_of: date) -> Path:
    """Replaces the analysts' snapshot."""
    with open_warehouse(settings) as connection:
        published = publish_snapshot(connection, settings, run_id, as_of)
        give_back(connection, settings)
    return published
