"""From the outbox to the channels: each alert and each escalation once per channel.

At least once, to be exact: an attempt is counted before it is made and settled after it, each in its own transaction. A process
that ends between sending and settling leaves the delivery pending, and it is sent again, with the same token. The warehouse is
held meanwhile, so two processes never send the same.
"""

from __future__ import annotations

import logging
import urllib.error
from collections.abc import Mapping
from http.client import HTTPException

from schemas.alerting import ChannelReport, PendingDelivery
from schemas.channels import AlertSettings, Channel
from schemas.readings import Record
from schemas.settings import Settings
from tasks.core.alert_messages import Message, messages_of, single_message
from tasks.senders import SENDERS, ChannelError, Sender
from warehouse.alerts import begin_attempt, end_attempt, pending_deliveries, waiting_channels
from warehouse.connection import Connection, open_warehouse, transaction
from warehouse.damage import warehouse_exists

logger = logging.getLogger(__name__)

#: A channel that fails this often in a row is down and left alone until the next time.
_GIVE_UP_AFTER = 2

#: What a channel that does not take a message may raise; anything else is a fault of the program.
_FAILURES = (ChannelError, OSError, HTTPException, ValueError)


def error_label(error: BaseException) -> str:
    """The class of a failure, with its HTTP or SMTP code; never its text, which may hold an address."""
    if isinstance(error, ChannelError):
        return error.label
    if isinstance(error, urllib.error.HTTPError):
        return f"HTTPError {error.code}"
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, BaseException):
        return type(error.reason).__name__
    code = getattr(error, "smtp_code", None)
    return type(error).__name__ if code is None else f"{type(error).__name__} {code}"


def deliver_alerts(
    connection: Connection, alert_settings: AlertSettings, senders: Mapping[str, Sender] = SENDERS
) -> list[ChannelReport]:
    """Sends what is pending to every channel that a sender is given for; one that fails does not stop the others.

    Returns:
        One report per channel that had something pending.
    """
    reports = []
    for channel in alert_settings.all_channels():
        pending = pending_deliveries(connection, channel.name)
        if pending and channel.kind in senders:
            reports.append(_deliver(connection, channel, pending, senders[channel.kind]))
        elif pending:
            reports.append(ChannelReport(channel.name, 0, len(pending)))
    return reports


def _deliver(connection: Connection, channel: Channel, pending: list[PendingDelivery], send: Sender) -> ChannelReport:
    n_sent, n_failed_in_a_row, last_error = 0, 0, None
    for message in _messages(channel, pending):
        error = _attempt(connection, channel, message, send)
        if error is None:
            n_sent += len(message.deliveries)
            n_failed_in_a_row = 0
            continue
        last_error = error
        n_failed_in_a_row += 1
        if n_failed_in_a_row == _GIVE_UP_AFTER:
            break
    if last_error is not None:
        logger.warning("channel %s: %d alerts not delivered (%s)", channel.name, len(pending) - n_sent, last_error)
    return ChannelReport(channel.name, n_sent, len(pending) - n_sent, last_error)


def _messages(channel: Channel, pending: list[PendingDelivery]) -> list[Message]:
    """A person gets a digest of many; an event stands for one alert."""
    return [single_message(delivery) for delivery in pending] if channel.kind == "prefect_event" else messages_of(pending)


def _attempt(connection: Connection, channel: Channel, message: Message, send: Sender) -> str | None:
    """Counts, sends, settles; returns the label of the failure, if any."""
    with transaction(connection):
        for delivery in message.deliveries:
            begin_attempt(connection, channel.name, delivery.alert_id, delivery.severity)
    error = None
    try:
        send(channel, message)
    except _FAILURES as failure:
        error = error_label(failure)
    with transaction(connection):
        for delivery in message.deliveries:
            end_attempt(connection, channel.name, delivery.alert_id, delivery.severity, error)
    return error


def deliver_pending(
    settings: Settings, alert_settings: AlertSettings, senders: Mapping[str, Sender] = SENDERS
) -> list[ChannelReport]:
    """Sends what is pending in the home; nothing in a home without a warehouse."""
    if not warehouse_exists(settings):
        return []
    with open_warehouse(settings) as connection:
        return deliver_alerts(connection, alert_settings, senders)


def read_waiting(settings: Settings) -> list[Record]:
    """Channels that have not taken everything: channel, n_pending, attempts, last_error."""
    if not warehouse_exists(settings):
        return []
    with open_warehouse(settings) as connection:
        return waiting_channels(connection)
