"""The parts of notification that need Prefect: notification blocks of its server, and alerts as its events."""

from __future__ import annotations

import asyncio
import inspect
import uuid
from collections.abc import Awaitable, Mapping

import httpx
from prefect import task
from prefect.blocks.abstract import NotificationBlock, NotificationError
from prefect.blocks.core import Block
from prefect.events import emit_event
from prefect.events.worker import EventsWorker
from prefect.exceptions import PrefectException

from schemas.alerting import AlertChange, ChannelReport
from schemas.channels import PrefectBlockChannel, PrefectEvents, load_alert_settings
from schemas.settings import read_settings
from tasks.core.alert_messages import Message, event_name, event_payload, event_resource
from tasks.core.alerting import may_deliver
from tasks.notify import deliver_pending
from tasks.senders import SENDERS, ChannelError, Sender, quiet_libraries

#: Events of one alert have one id, so that the server keeps a repeated one once.
_EVENT_IDS = uuid.UUID("6f1d3e0a-0d1c-5b52-9a58-8f5f1d8f7c11")


def send_block(channel: PrefectBlockChannel, message: Message) -> None:
    """Notifies over a block of the Prefect server. Raises ChannelError if there is none, or if it did not take the message."""
    try:
        with quiet_libraries():
            block = Block.load(channel.block)
            if not isinstance(block, NotificationBlock):
                raise ChannelError("NoNotificationBlock")
            with block.raise_on_failure():  # else a block swallows what went wrong
                sending = block.notify(message.body, message.title)
                if inspect.isawaitable(sending):  # a block of another package may know only this way
                    asyncio.run(_wait_for(sending))
    except (NotificationError, PrefectException, httpx.HTTPError, ValueError) as error:
        raise ChannelError(type(error).__name__) from None


async def _wait_for(sending: Awaitable[None]) -> None:
    await sending


def send_event(_channel: PrefectEvents, message: Message) -> None:
    """Emits `loanwatch.alert.opened` or `loanwatch.alert.escalated`. Raises ChannelError where Prefect takes no events."""
    for delivery in message.deliveries:
        event = emit_event(
            event=event_name(delivery),
            resource=event_resource(delivery),
            payload=event_payload(delivery),
            id=uuid.uuid5(_EVENT_IDS, message.token),
        )
        if event is None:
            raise ChannelError("NoEvents")
    EventsWorker.instance().wait_until_empty()  # emitted is only queued


PREFECT_SENDERS: Mapping[str, Sender] = {**SENDERS, "prefect_block": send_block, "prefect_event": send_event}


@task(name="deliver_alerts", timeout_seconds=1800, persist_result=False)
def send_pending_alerts(changes: list[AlertChange]) -> list[ChannelReport]:
    """Sends what the outbox holds, unless the run was about the past.

    What fails stays in the outbox for the next night, so the task itself is not retried.
    """
    if not may_deliver(changes):
        return []
    settings = read_settings()
    return deliver_pending(settings, load_alert_settings(settings), PREFECT_SENDERS)
