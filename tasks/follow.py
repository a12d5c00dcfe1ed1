"""What follows the registry: MLflow is brought to its truth, Prefect hears of each happening once.

At least once, to be exact: an attempt is counted before it is made and settled after it, each in its own transaction, and a
repeated event carries the same id. The warehouse is free meanwhile, since a server may be slow; a lock of its own keeps two
followers from doing the same. A failure leaves the row pending for the next run and never fails the caller.
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from schemas.errors import LoanwatchError
from schemas.outbox import FollowReport, OutboxItem, RegisteredVersion, Topic
from schemas.settings import Settings
from tasks.notify import error_label
from tasks.senders import ChannelError
from warehouse.connection import open_warehouse, transaction
from warehouse.outbox import begin_attempt, pending, registered_versions, settle_attempt, waiting_topics

logger = logging.getLogger(__name__)

#: Emits one happening as an event, or raises ChannelError or OSError.
Emit = Callable[[OutboxItem], None]

#: Where events fail this often in a row, nobody takes them now.
_GIVE_UP_AFTER = 2


@contextmanager
def _one_follower(settings: Settings) -> Iterator[None]:
    """Waits until no other process of this home follows; the lock goes with the process that holds it."""
    with (settings.home / "follow.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def follow(settings: Settings, emit: Emit | None = None) -> list[FollowReport]:
    """Brings along what has not heard of the registry's newest happenings yet.

    Args:
        settings: of the home; nothing is done in one without a warehouse.
        emit: how an event is emitted; without it, outside of Prefect, events wait for the next run of a flow.

    Returns:
        One report per topic that had something pending, each with a line for the terminal. Nothing is raised for a server that
        is down or a warehouse that is busy: it is logged, and the rows stay pending.
    """
    if not settings.warehouse.exists():
        return []
    try:
        with _one_follower(settings):
            reports = [_follow_mlflow(settings), _emit_events(settings, emit)]
    except (LoanwatchError, OSError) as error:  # the warehouse is busy, or nothing can be written
        logger.warning("MLflow and events are brought along by the next run (%s)", type(error).__name__)
        return []
    for report in reports:
        if report is not None and report.error is not None:
            logger.warning("%s", report.line)
    return [report for report in reports if report is not None]


def _pending(settings: Settings, topic: Topic) -> tuple[list[OutboxItem], list[RegisteredVersion]]:
    """What is pending, and the truth at that moment."""
    with open_warehouse(settings) as connection:
        items = pending(connection, topic)
        return items, registered_versions(connection) if items else []


def _begin(settings: Settings, items: Sequence[OutboxItem]) -> None:
    with open_warehouse(settings) as connection, transaction(connection):
        for item in items:
            begin_attempt(connection, item.outbox_id)


def _settle(settings: Settings, errors: Mapping[int, str | None]) -> None:
    with open_warehouse(settings) as connection, transaction(connection):
        for outbox_id, error in errors.items():
            settle_attempt(connection, outbox_id, error)


def _report(topic: Topic, errors: Mapping[int, str | None], n_untried: int = 0) -> FollowReport:
    failed = [error for error in errors.values() if error is not None]
    return FollowReport(topic, len(errors) - len(failed), len(failed) + n_untried, failed[-1] if failed else None)


def _follow_mlflow(settings: Settings) -> FollowReport | None:
    items, versions = _pending(settings, "mlflow")
    if not items:
        return None
    _begin(settings, items)
    errors = _bring_along(settings, items, versions)
    _settle(settings, errors)
    return _report("mlflow", errors)


def _bring_along(settings: Settings, items: Sequence[OutboxItem], versions: Sequence[RegisteredVersion]) -> dict[int, str | None]:
    """Row to what went wrong with it. All rows ask for the same, the registry's truth; one can fail for its own version."""
    from tasks.mlflow_store import TrackingError  # MLflow takes seconds to import, and mostly there is nothing to do
    from tasks.tracking import bring_along

    try:
        failures = bring_along(settings, versions)
    except TrackingError as error:
        return dict.fromkeys((item.outbox_id for item in items), error.label)
    return {item.outbox_id: failures.get(item.subject) for item in items}


def _emit_events(settings: Settings, emit: Emit | None) -> FollowReport | None:
    if emit is None:
        return _untried_events(settings)
    items, _ = _pending(settings, "event")
    if not items:
        return None
    errors: dict[int, str | None] = {}
    n_failed_in_a_row = 0
    for item in items:
        _begin(settings, [item])
        error = errors[item.outbox_id] = _attempt(emit, item)
        _settle(settings, {item.outbox_id: error})
        n_failed_in_a_row = 0 if error is None else n_failed_in_a_row + 1
        if n_failed_in_a_row == _GIVE_UP_AFTER:
            break
    return _report("event", errors, len(items) - len(errors))


def _untried_events(settings: Settings) -> FollowReport | None:
    with open_warehouse(settings) as connection:
        waiting = [topic for topic in waiting_topics(connection) if topic.topic == "event"]
    return FollowReport("event", 0, waiting[0].n_pending) if waiting else None


def _attempt(emit: Emit, item: OutboxItem) -> str | None:
    try:
        emit(item)
    except (ChannelError, OSError) as error:
        return error_label(error)
    return None
