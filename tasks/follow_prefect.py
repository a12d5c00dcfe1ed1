"""The part of following that needs Prefect: what happens to a model as an event of its server."""

from __future__ import annotations

import uuid

from prefect import task
from prefect.events import emit_event
from prefect.events.worker import EventsWorker

from schemas.outbox import FollowReport, OutboxItem
from schemas.settings import read_settings
from tasks.core.alert_messages import one_line
from tasks.follow import follow
from tasks.senders import ChannelError, quiet_libraries

#: Events of one happening have one id, so that the server keeps a repeated one once.
_EVENT_IDS = uuid.UUID("0b9c0f7e-4d35-5a0e-9b1e-2f6f0c9a7d42")


def emit_model_event(item: OutboxItem) -> None:
    """Emits `loanwatch.model.registered`, `.promoted`, `.rolled_back` or `.rejected`; the model is its resource.

    Raises:
        ChannelError: Prefect takes no events.
    """
    with quiet_libraries():
        event = emit_event(
            event=f"loanwatch.model.{item.kind}",
            resource={
                "prefect.resource.id": f"loanwatch.model.{item.subject}",
                "prefect.resource.name": one_line(f"model {item.subject}"),
                "loanwatch.model_version": item.subject,
            },
            payload={**item.payload, "model_version": item.subject, "token": item.token},
            id=uuid.uuid5(_EVENT_IDS, item.token),
        )
        if event is None:
            raise ChannelError("NoEvents")
        EventsWorker.instance().wait_until_empty()  # emitted is only queued


@task(name="follow_registry", timeout_seconds=900, persist_result=False)
def follow_registry() -> list[FollowReport]:
    """Brings MLflow along and emits what is pending; what fails stays in the outbox, so the task itself is not retried."""
    return follow(read_settings(), emit_model_event)
