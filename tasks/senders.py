"""How a message leaves: a webhook in Slack's format, e-mail, Apprise. None of them knows of Prefect or of the outbox.

Secrets are read from the environment when a message is sent and stand in no message, log or error of ours.
"""

from __future__ import annotations

import json
import logging
import os
import smtplib
import ssl
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any

from schemas.channels import AppriseChannel, EmailChannel, SlackChannel
from tasks.core.alert_messages import Message

logger = logging.getLogger(__name__)

#: Libraries that write the addresses they talk to, tokens included, into their logs.
_TALKATIVE = ("apprise", "urllib3.connectionpool", "httpx", "httpcore.http11", "httpcore.connection")


class ChannelError(Exception):
    """A channel did not take a message. `label` goes into the outbox: a class and a code, never an address."""

    def __init__(self, label: str) -> None:
        self.label = label
        super().__init__(label)


#: Sends one message over one channel, or raises.
Sender = Callable[[Any, Message], None]


def read_secret(name: str) -> str:
    """The value of `env:NAME`. Raises ChannelError if the variable is not set."""
    value = os.environ.get(name.removeprefix("env:"), "")
    if not value:
        raise ChannelError("SecretMissing")
    return value


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Nothing is logged by libraries that log addresses."""
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, was_disabled in zip(loggers, before, strict=True):
            logger.disabled = was_disabled


def slack_text(text: str) -> str:
    """Text that Slack shows as it is: no mention, no link, no markup of its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _opener() -> urllib.request.OpenerDirector:
    """HTTP with the proxies of the environment, and without following redirects: a page to log in at is no delivery."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def send_slack(channel: SlackChannel, message: Message) -> None:
    """Posts Slack's JSON; a proxy of the environment is used. Raises ChannelError, OSError, HTTPException or ValueError."""
    url = read_secret(channel.url)
    if not url.startswith(("https://", "http://")):
        raise ChannelError("AddressInvalid")
    content = json.dumps({"text": f"*{slack_text(message.title)}*\n{slack_text(message.body)}"}).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": message.token, "User-Agent": "loanwatch"}
    request = urllib.request.Request(url, content, headers, method="POST")  # noqa: S310  the scheme was just checked
    _opener().open(request, timeout=channel.timeout_seconds).close()  # whatever is not 2xx raises HTTPError


def email_of(channel: EmailChannel, message: Message) -> EmailMessage:
    """The e-mail; its Message-ID is the token, so that a second copy is recognised as one."""
    mail = EmailMessage()
    mail["Subject"] = message.title
    mail["From"] = channel.sender
    mail["To"] = ", ".join(channel.recipients)
    mail["Date"] = formatdate(usegmt=True)
    domain = channel.sender.rpartition("@")[2].strip("> ") or "loanwatch.invalid"
    mail["Message-ID"] = f"<{message.token}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.severity == "critical":
        mail["Importance"] = "high"
    mail.set_content(message.body)
    return mail


def send_email(channel: EmailChannel, message: Message) -> None:
    """Hands the e-mail to the server; taken for one recipient is taken. Raises OSError (smtplib's errors are), ValueError."""
    context = ssl.create_default_context()
    password = None if channel.password is None else read_secret(channel.password)
    mail = email_of(channel, message)
    if channel.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(channel.host, channel.port, timeout=channel.timeout_seconds, context=context)
    else:
        server = smtplib.SMTP(channel.host, channel.port, timeout=channel.timeout_seconds)
    with server:
        if channel.security == "starttls":
            server.starttls(context=context)
        if channel.username is not None and password is not None:
            server.login(channel.username, password)
        refused = server.send_message(mail)
    if refused:
        logger.warning("channel %s: %d of %d recipients refused", channel.name, len(refused), len(channel.recipients))


def send_apprise(channel: AppriseChannel, message: Message) -> None:
    """Sends over whatever the Apprise URL names. Raises ChannelError."""
    import apprise

    with quiet_libraries():
        client = apprise.Apprise(asset=apprise.AppriseAsset(app_id="Loanwatch", async_mode=False))
        if not client.add(read_secret(channel.url)):
            raise ChannelError("AddressInvalid")
        kind = apprise.NotifyType.FAILURE if message.severity == "critical" else apprise.NotifyType.WARNING
        if not client.notify(body=message.body, title=message.title, notify_type=kind, body_format=apprise.NotifyFormat.TEXT):
            raise ChannelError("NotTaken")


#: By kind of channel; those of Prefect are added by tasks/notify_prefect.py.
SENDERS: Mapping[str, Sender] = {"slack": send_slack, "email": send_email, "apprise": send_apprise}
