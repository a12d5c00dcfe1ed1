"""Real servers on loopback for the tests of channels: a webhook that keeps what it gets, and a mail server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "127.0.0.1"


@dataclass
class Webhook:
    """What a webhook got, and with which status it answers."""

    port: int = 0
    status: int = 200
    posts: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/services/T0/B0/s3cr3t"


@contextmanager
def webhook(status: int = 200) -> Iterator[Webhook]:
    """A server for JSON posts."""
    kept = Webhook(status=status)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            kept.paths.append(self.path)
            kept.headers.append(dict(self.headers))
            if kept.status < 300:
                kept.posts.append(json.loads(content))
            self.send_response(kept.status)
            if kept.status in {301, 302, 307}:
                self.send_header("Location", f"http://{HOST}:{kept.port}/login")
            self.end_headers()
            self.wfile.write(b"ok")

        def do_GET(self) -> None:
            kept.paths.append(f"GET {self.path}")
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            return

    server = ThreadingHTTPServer((HOST, 0), Handler)
    kept.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class MailServer:
    """What a mail server got, and for whom."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)

    async def handle_RCPT(  # noqa: N802  the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if address in self.refuses:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients.append(envelope.rcpt_tos)
        return "250 taken"


def _allow(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    is_right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"lw", b"s3cr3t")
    return AuthResult(success=is_right, handled=False)


@contextmanager
def mail_server(tls_context: Any = None) -> Iterator[MailServer]:
    """A mail server; with a TLS context it offers STARTTLS and wants a login over it."""
    kept = MailServer()
    secure = (
        {"tls_context": tls_context, "require_starttls": True, "auth_required": True, "authenticator": _allow}
        if tls_context
        else {}
    )
    controller = Controller(kept, hostname=HOST, port=_free_port(), **secure)
    controller.start()
    kept.port = controller.port
    try:
        yield kept
    finally:
        controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
