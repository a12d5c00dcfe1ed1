"""The channels file: what it may say, and that a secret cannot stand in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.channels import load_alert_settings
from schemas.errors import UsageError
from schemas.settings import Settings

SLACK = '[[channels]]\nname = "desk"\nkind = "slack"\nurl = "env:DESK"\n'
EMAIL = '[[channels]]\nname = "mail"\nkind = "email"\nhost = "h"\nsender = "a@b.example"\nrecipients = ["c@d.example"]\n'


def _write(settings: Settings, text: str) -> None:
    settings.home.mkdir(exist_ok=True)
    (settings.home / "channels.toml").write_text(text)


def test_without_a_file_alerts_go_to_prefect_alone(settings: Settings) -> None:
    found = load_alert_settings(settings)
    assert (found.quiet_nights, found.channels) == (3, ())
    assert [channel.name for channel in found.all_channels()] == ["prefect-events"]


def test_every_kind_of_channel_is_read(settings: Settings) -> None:
    _write(
        settings,
        "quiet_nights = 5\n" + SLACK + EMAIL + 'username = "u"\npassword = "env:P"\nmin_severity = "critical"\n'
        '[[channels]]\nname = "any"\nkind = "apprise"\nurl = "env:ANY"\n'
        '[[channels]]\nname = "block"\nkind = "prefect_block"\nblock = "slack-webhook/risk-desk"\n',
    )
    found = load_alert_settings(settings)
    assert found.quiet_nights == 5
    assert [channel.kind for channel in found.channels] == ["slack", "email", "apprise", "prefect_block"]
    assert [channel.takes("warning") for channel in found.channels] == [True, False, True, True]
    assert all(channel.takes("critical") for channel in found.all_channels())


def test_the_example_of_the_page_is_legal(settings: Settings, project: Path) -> None:
    page = (project / "docs" / "alerts.md").read_text(encoding="utf-8")
    _write(settings, page.split("```toml\n")[1].split("```")[0])
    assert {channel.kind for channel in load_alert_settings(settings).channels} == {"slack", "email", "apprise", "prefect_block"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SLACK + "colour = 1\n", "colour: Extra inputs are not permitted"),
        ("quite_nights = 3\n", "quite_nights: Extra inputs are not permitted"),
        ("quiet_nights = 0\n", "quiet_nights"),
        (SLACK + SLACK, "channels stand more than once: desk"),
        (SLACK.replace("desk", "prefect-events"), "prefect-events is taken"),
        (SLACK.replace("env:DESK", "https://hooks.slack.com/services/T/B/s3cr3t"), "url: String should match pattern"),
        (SLACK.replace('"slack"', '"pigeon"'), "pigeon"),
        (SLACK + 'min_severity = "info"\n', "min_severity"),
        (SLACK + "timeout_seconds = 3600\n", "timeout_seconds"),
        (EMAIL + 'username = "u"\n', "username and password go together"),
        (EMAIL + 'security = "none"\nusername = "u"\npassword = "env:P"\n', "not sent over an unencrypted connection"),
        (EMAIL + 'password = "s3cr3t"\nusername = "u"\n', "password: String should match pattern"),
        (EMAIL.replace('["c@d.example"]', "[]"), "recipients"),
        (EMAIL.replace("c@d.example", "c@d.example\\nBcc: e@f.example"), "recipients"),
        ("channels = 3\n", "channels"),
        ("[[channels]\n", "cannot be read: TOMLDecodeError"),
    ],
)
def test_what_means_nothing_is_refused_and_no_secret_is_repeated(settings: Settings, text: str, said: str) -> None:
    _write(settings, text)
    with pytest.raises(UsageError) as raised:
        load_alert_settings(settings)
    assert said in str(raised.value)
    assert "s3cr3t" not in str(raised.value)
    assert "docs/alerts.md" in raised.value.remedy


def test_a_file_that_is_named_has_to_be_there(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOANWATCH_CHANNELS", str(tmp_path / "channels.toml"))
    with pytest.raises(UsageError, match="FileNotFoundError"):
        load_alert_settings(settings)
    (tmp_path / "channels.toml").write_text(SLACK)
    assert [channel.name for channel in load_alert_settings(settings).channels] == ["desk"]
