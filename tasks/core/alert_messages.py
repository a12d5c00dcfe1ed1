"""The message in which an alert reaches a person: title, body, and a token by which a second copy can be recognised."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from schemas.alerting import PendingDelivery, Severity, severity_rank

#: With more than this many due at once, a channel gets them in digests instead of one by one.
DIGEST_OVER = 10
_DIGEST_SIZE = 25

#: Characters of an alert's detail in a digest.
_SHORT = 160


@dataclass(frozen=True)
class Message:
    """One message and the deliveries that it makes. `token` is the same whenever the same deliveries are sent again."""

    title: str
    body: str
    severity: Severity
    token: str
    deliveries: tuple[PendingDelivery, ...]


def delivery_token(delivery: PendingDelivery) -> str:
    """`loanwatch-<alert id>-<severity>-<digest>`; the digest tells alerts of two homes apart that have the same number."""
    about = f"{delivery.alert_id}|{delivery.opened_on}|{delivery.subject}|{delivery.kind}|{delivery.severity}"
    return f"loanwatch-{delivery.alert_id}-{delivery.severity}-{hashlib.sha256(about.encode()).hexdigest()[:12]}"


def one_line(text: str) -> str:
    """The text without line breaks and other characters that do not print."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def messages_of(deliveries: Sequence[PendingDelivery]) -> list[Message]:
    """One message per alert, or digests of up to 25 where more than ten are due at once."""
    if len(deliveries) <= DIGEST_OVER:
        return [single_message(delivery) for delivery in deliveries]
    return [_digest(deliveries[start : start + _DIGEST_SIZE]) for start in range(0, len(deliveries), _DIGEST_SIZE)]


def _headline(delivery: PendingDelivery) -> str:
    return one_line(f"[{delivery.severity}] {delivery.subject} ({delivery.kind})")


def _since(delivery: PendingDelivery) -> str:
    last = delivery.last_found_on
    return f"since {delivery.opened_on}" + ("" if last in {None, delivery.opened_on} else f", last found on {last}")


def single_message(delivery: PendingDelivery) -> Message:
    """An alert on its own, with what to check first."""
    token = delivery_token(delivery)
    standing = "resolved since" if delivery.status == "resolved" else delivery.status
    became = " (was a warning before)" if delivery.reason == "escalated" else ""
    lines = [
        one_line(delivery.detail),
        "",
        f"Check first: {one_line(delivery.runbook)}",
        "",
        f"Alert {delivery.alert_id}, {delivery.severity}{became}, {standing}, {_since(delivery)}.",
        f'Take it up: loanwatch alerts ack {delivery.alert_id} --by "YOUR NAME"',
        f"Token {token}",
    ]
    return Message(f"Loanwatch {_headline(delivery)}", "\n".join(lines), delivery.severity, token, (delivery,))


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _SHORT else line[: _SHORT - 3].rstrip() + "..."


def _digest(deliveries: Sequence[PendingDelivery]) -> Message:
    ordered = sorted(deliveries, key=lambda one: (-severity_rank(one.severity), one.alert_id))
    tokens = [delivery_token(delivery) for delivery in ordered]
    n_critical = sum(delivery.severity == "critical" for delivery in ordered)
    lines = []
    for delivery, token in zip(ordered, tokens, strict=True):
        lines += [
            f"{_headline(delivery)}: {_short(delivery.detail)}",
            f"  alert {delivery.alert_id}, {_since(delivery)}; token {token}",
        ]
    lines += ["", "Details and what to check first: loanwatch alerts. Take one up: loanwatch alerts ack ID --by NAME"]
    return Message(
        f"Loanwatch: {len(ordered)} alerts, {n_critical} critical",
        "\n".join(lines),
        ordered[0].severity,
        f"loanwatch-digest-{hashlib.sha256('|'.join(sorted(tokens)).encode()).hexdigest()[:12]}",
        tuple(deliveries),
    )


def event_name(delivery: PendingDelivery) -> str:
    """Name of the event by which other programs hear of it."""
    return f"loanwatch.alert.{delivery.reason}"


def event_resource(delivery: PendingDelivery) -> dict[str, str]:
    """Labels that a trigger can match: numbers and names, no detail."""
    return {
        "prefect.resource.id": f"loanwatch.alert.{delivery.alert_id}",
        "prefect.resource.name": _headline(delivery),
        "loanwatch.subject": delivery.subject,
        "loanwatch.kind": delivery.kind,
        "loanwatch.severity": delivery.severity,
    }


def event_payload(delivery: PendingDelivery) -> dict[str, str | int]:
    """What a deployment that is started by the event may want to know."""
    found_on: date = delivery.last_found_on or delivery.opened_on
    return {
        "alert_id": delivery.alert_id,
        "opened_on": delivery.opened_on.isoformat(),
        "as_of": found_on.isoformat(),
        "subject": delivery.subject,
        "kind": delivery.kind,
        "severity": delivery.severity,
        "detail": delivery.detail,
        "token": delivery_token(delivery),
    }
