"""Alerts over real servers on loopback, over servers that fail, and over processes that end in between."""

from __future__ import annotations

import logging
import smtplib
import socket
import urllib.error
from collections.abc import Iterator
from http.client import RemoteDisconnected
from pathlib import Path

import pytest

from schemas.alerting import PendingDelivery
from schemas.channels import AlertSettings, load_alert_settings
from schemas.settings import Settings
from tasks.core.alert_messages import delivery_token, single_message
from tasks.notify import deliver_alerts, error_label, read_waiting
from tasks.senders import ChannelError, send_email, send_slack
from tests.alerting import contents, finding, judge, night
from tests.local_servers import HOST, mail_server, webhook
from warehouse.connection import Connection, open_warehouse

#: Apprise imports imghdr where Python still has it.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

CHANNELS = """
[[channels]]
name = "desk"
kind = "slack"
url = "env:DESK_URL"
timeout_seconds = 2.0

[[channels]]
name = "mail"
kind = "email"
host = "127.0.0.1"
port = {port}
security = "none"
sender = "Loanwatch <loanwatch@bank.example>"
recipients = ["risk@bank.example", "on-call@bank.example"]
min_severity = "critical"
timeout_seconds = 2.0
"""


@pytest.fixture
def connection(settings: Settings) -> Iterator[Connection]:
    with open_warehouse(settings) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", HOST)
    monkeypatch.setenv("no_proxy", HOST)


def _pending(**given: object) -> PendingDelivery:
    values = {
        "alert_id": 3, "severity": "warning", "reason": "opened", "opened_on": night(0), "subject": "AMT_INCOME_TOTAL",
        "kind": "feature", "status": "open", "detail": "7 days: PSI 0.503", "runbook": "look at <the source> & ask",
        "last_found_on": night(2), "attempts": 0, **given,
    }  # fmt: skip
    return PendingDelivery(**values)  # type: ignore[arg-type]


def _settings(settings: Settings, port: int) -> AlertSettings:
    settings.home.mkdir(exist_ok=True)
    (settings.home / "channels.toml").write_text(CHANNELS.format(port=port))
    return load_alert_settings(settings)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def test_an_alert_reaches_a_webhook_in_slacks_format_and_a_mailbox_once(
    settings: Settings, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with webhook() as hook, mail_server() as post:
        monkeypatch.setenv("DESK_URL", hook.url)
        channels = _settings(settings, post.port)
        judge(connection, 0, [finding(), finding("night", severity="critical")], settings=channels)
        for _ in range(3):
            deliver_alerts(connection, channels)
    assert len(hook.posts) == 2
    assert [set(body) for body in hook.posts] == [{"text"}] * 2
    assert "*Loanwatch [critical] night (feature)*" in hook.posts[0]["text"]
    assert "loanwatch alerts ack 1" in hook.posts[0]["text"]
    (mail,) = post.mails
    assert mail["Subject"] == "Loanwatch [critical] night (feature)"
    assert post.recipients == [["risk@bank.example", "on-call@bank.example"]]
    assert mail["Message-ID"].startswith("<loanwatch-1-critical-")
    assert mail["Message-ID"].endswith("@bank.example>")
    assert "PSI 0.5" in mail.get_content()
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_message_says_what_was_found_what_to_check_and_how_to_take_it_up() -> None:
    message = single_message(_pending())
    assert message.title == "Loanwatch [warning] AMT_INCOME_TOTAL (feature)"
    assert "Check first: look at <the source> & ask" in message.body
    assert "since 2026-06-01, last found on 2026-06-03" in message.body
    assert delivery_token(_pending()) in message.body


def test_slack_shows_the_text_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with webhook() as hook:
        monkeypatch.setenv("DESK_URL", hook.url)
        channel = AlertSettings.model_validate({"channels": [{"name": "desk", "kind": "slack", "url": "env:DESK_URL"}]}).channels[
            0
        ]
        send_slack(channel, single_message(_pending(subject="<!channel> & co")))  # type: ignore[arg-type]
    assert "&lt;!channel&gt; &amp; co" in hook.posts[0]["text"]
    assert hook.headers[0]["Idempotency-Key"] == delivery_token(_pending(subject="<!channel> & co"))


def test_a_channel_that_is_down_does_not_stop_the_other_and_is_tried_again_next_time(
    settings: Settings, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with webhook(status=503) as hook, mail_server() as post:
        monkeypatch.setenv("DESK_URL", hook.url)
        channels = _settings(settings, post.port)
        judge(connection, 0, [finding(severity="critical")], settings=channels)
        deliver_alerts(connection, channels)
        desk, events = read_waiting(settings)
        assert (desk["channel"], desk["n_pending"], desk["attempts"], desk["last_error"]) == ("desk", 1, 1, "HTTPError 503")
        assert (events["channel"], events["attempts"]) == ("prefect-events", 0)
        deliver_alerts(connection, channels)
        hook.status = 200
        reports = deliver_alerts(connection, channels)
    assert [(report.channel, report.n_sent) for report in reports] == [("desk", 1), ("prefect-events", 0)]
    assert (len(hook.posts), len(post.mails)) == (1, 1)
    assert [row for row in contents(connection)["outbox"] if row[2] == "desk"] == [
        (1, "critical", "desk", "opened", 3, False, None)
    ]


@pytest.mark.parametrize(("status", "label"), [(302, "HTTPError 302"), (307, "HTTPError 307"), (404, "HTTPError 404")])
def test_an_answer_that_is_no_success_is_no_delivery(
    settings: Settings, connection: Connection, monkeypatch: pytest.MonkeyPatch, status: int, label: str
) -> None:
    with webhook(status=status) as hook:
        monkeypatch.setenv("DESK_URL", hook.url)
        channels = _settings(settings, 1)
        judge(connection, 0, [finding()], settings=channels)
        (report, _) = deliver_alerts(connection, channels)
    assert (report.n_sent, report.n_pending, report.last_error) == (0, 1, label)
    assert hook.paths == ["/services/T0/B0/s3cr3t"]  # a redirect is not followed


def test_nobody_listening_and_no_secret_are_failures_of_their_channel_alone(
    settings: Settings, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DESK_URL", raising=False)
    channels = _settings(settings, _free_port())
    judge(connection, 0, [finding(severity="critical")], settings=channels)
    reports = {report.channel: report.last_error for report in deliver_alerts(connection, channels)}
    assert reports == {"desk": "SecretMissing", "mail": "ConnectionRefusedError", "prefect-events": None}


def test_a_secret_stands_in_no_log_and_no_record(
    settings: Settings, connection: Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.home.mkdir(exist_ok=True)
    (settings.home / "channels.toml").write_text(
        CHANNELS.format(port=1) + '[[channels]]\nname = "any"\nkind = "apprise"\nurl = "env:ANY"\n'
    )
    channels = load_alert_settings(settings)
    with caplog.at_level(logging.DEBUG), webhook(status=500) as hook:
        monkeypatch.setenv("DESK_URL", hook.url)
        for url in (f"json://lw:s3cr3t@{HOST}:{hook.port}/s3cr3t", "slack://s3cr3t", "nothing://s3cr3t"):
            monkeypatch.setenv("ANY", url)
            judge(connection, 0, [finding()], settings=channels)
            reports = {report.channel: report.last_error for report in deliver_alerts(connection, channels)}
            assert reports["any"] in {"NotTaken", "AddressInvalid"}
    assert "s3cr3t" not in caplog.text
    assert "s3cr3t" not in str(contents(connection))
    assert "not delivered (HTTPError 500)" in caplog.text


def test_apprise_reaches_a_server(settings: Settings, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    channels = AlertSettings.model_validate({"channels": [{"name": "any", "kind": "apprise", "url": "env:ANY"}]})
    with webhook() as hook:
        monkeypatch.setenv("ANY", f"json://{HOST}:{hook.port}/alerts")
        judge(connection, 0, [finding(severity="critical")], settings=channels)
        (report, _) = deliver_alerts(connection, channels)
    assert report.n_sent == 1
    assert hook.posts[0]["title"] == "Loanwatch [critical] AMT_INCOME_TOTAL (feature)"
    assert hook.posts[0]["type"] == "failure"


def _tls(tmp_path: Path) -> tuple[object, Path]:
    import subprocess

    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN={HOST}",
               "-addext", f"subjectAltName=IP:{HOST}", "-keyout", str(key), "-out", str(certificate)]  # fmt: skip
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed: no certificate for the test")
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


def test_e_mail_goes_over_starttls_with_a_login_and_not_to_a_server_nobody_vouches_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, certificate = _tls(tmp_path)
    with mail_server(context) as post:
        entry = {
            "name": "mail", "kind": "email", "host": HOST, "port": post.port, "sender": "lw@bank.example",
            "recipients": ["risk@bank.example"], "username": "lw", "password": "env:MAIL_PASSWORD", "timeout_seconds": 5.0,
        }  # fmt: skip
        (channel,) = AlertSettings.model_validate({"channels": [entry]}).channels
        monkeypatch.setenv("MAIL_PASSWORD", "s3cr3t")
        with pytest.raises(OSError, match="certificate verify failed"):
            send_email(channel, single_message(_pending()))  # type: ignore[arg-type]
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        send_email(channel, single_message(_pending()))  # type: ignore[arg-type]
        monkeypatch.setenv("MAIL_PASSWORD", "wrong")
        with pytest.raises(smtplib.SMTPAuthenticationError):
            send_email(channel, single_message(_pending()))  # type: ignore[arg-type]
    assert len(post.mails) == 1


def test_a_mail_that_one_of_two_recipients_cannot_get_is_sent_and_said_to_be(caplog: pytest.LogCaptureFixture) -> None:
    with mail_server() as post:
        post.refuses.add("gone@bank.example")
        entry = {
            "name": "mail", "kind": "email", "host": HOST, "port": post.port, "security": "none", "sender": "lw@bank.example",
            "recipients": ["risk@bank.example", "gone@bank.example"],
        }  # fmt: skip
        (channel,) = AlertSettings.model_validate({"channels": [entry]}).channels
        send_email(channel, single_message(_pending()))  # type: ignore[arg-type]
    assert post.recipients == [["risk@bank.example"]]
    assert "channel mail: 1 of 2 recipients refused" in caplog.text
    assert "gone@bank.example" not in caplog.text


def test_a_failure_is_named_by_class_and_code_only() -> None:
    assert error_label(ChannelError("SecretMissing")) == "SecretMissing"
    assert error_label(urllib.error.URLError(ConnectionRefusedError("10.0.0.1"))) == "ConnectionRefusedError"
    assert error_label(urllib.error.URLError("no host given")) == "URLError"
    assert error_label(smtplib.SMTPAuthenticationError(535, b"bad password s3cr3t")) == "SMTPAuthenticationError 535"
    assert error_label(RemoteDisconnected("x")) == "RemoteDisconnected"
