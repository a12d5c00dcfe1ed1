"""Where alerts go: the channels file. Settings, no decision rules; of a secret only the name of the variable stands in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from schemas.alerting import PREFECT_EVENTS, Severity, severity_rank
from schemas.errors import UsageError
from schemas.printable import visible
from schemas.settings import Settings
from schemas.toml_file import UnreadableTomlError, read_toml

#: `env:NAME`: the value is that of the environment variable NAME when a message is sent.
SecretName = Annotated[str, Field(pattern=r"^env:[A-Za-z_][A-Za-z0-9_]*$")]

#: One line of printable characters, so that nothing of it can become a header of its own.
Line = Annotated[str, Field(min_length=1, max_length=320, pattern=r"^[^\x00-\x1f\x7f]+$")]


class _Channel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    min_severity: Severity = "warning"
    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10.0

    def takes(self, severity: Severity) -> bool:
        """Whether alerts of that severity go to the channel."""
        return severity_rank(severity) >= severity_rank(self.min_severity)


class SlackChannel(_Channel):
    """A webhook in Slack's format; Mattermost, Rocket.Chat and others take the same. Its address is a secret."""

    kind: Literal["slack"]
    url: SecretName


class EmailChannel(_Channel):
    """E-mail over SMTP."""

    kind: Literal["email"]
    host: Line
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: Line
    recipients: Annotated[tuple[Line, ...], Field(min_length=1, strict=False)]
    username: Line | None = None
    password: SecretName | None = None

    @model_validator(mode="after")
    def _password_goes_encrypted(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together")
        if self.password is not None and self.security == "none":
            raise ValueError("a password is not sent over an unencrypted connection: set security")
        return self


class AppriseChannel(_Channel):
    """Anything Apprise can reach; its URL is a secret."""

    kind: Literal["apprise"]
    url: SecretName


class PrefectBlockChannel(_Channel):
    """A notification block of the Prefect server, as `block-type/name`; its secrets stay there."""

    kind: Literal["prefect_block"]
    block: Annotated[str, Field(pattern=r"^[a-z0-9-]+/[A-Za-z0-9_-]+$")]


class PrefectEvents(_Channel):
    """Alerts as events of Prefect; not to be configured, always there."""

    kind: Literal["prefect_event"] = "prefect_event"


ConfiguredChannel = Annotated[
    SlackChannel | EmailChannel | AppriseChannel | PrefectBlockChannel,
    Field(discriminator="kind"),
]
Channel = SlackChannel | EmailChannel | AppriseChannel | PrefectBlockChannel | PrefectEvents


class AlertSettings(BaseModel):
    """The channels file: how long a quiet spell is, and the channels."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    quiet_nights: Annotated[int, Field(ge=1, le=365)] = 3
    channels: Annotated[tuple[ConfiguredChannel, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [channel.name for channel in self.channels]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"channels stand more than once: {', '.join(twice)}")
        if PREFECT_EVENTS in names:
            raise ValueError(f"{PREFECT_EVENTS} is taken: it is the events of Prefect, which need no channel")
        return self

    def all_channels(self) -> tuple[Channel, ...]:
        """Those of the file, and the events of Prefect."""
        return (*self.channels, PrefectEvents(name=PREFECT_EVENTS))


def load_alert_settings(settings: Settings) -> AlertSettings:
    """The file that LOANWATCH_CHANNELS names, else `channels.toml` in the home; without one, alerts go to nobody but Prefect.

    Raises:
        UsageError: the file that is named is missing, it is no TOML, or a key or value in it means nothing.
    """
    named = os.environ.get("LOANWATCH_CHANNELS")
    file = Path(named).absolute() if named else settings.home / "channels.toml"
    if not named and not file.exists():
        return AlertSettings()
    remedy = "see docs/alerts.md for what a channels file may hold"
    try:
        content = read_toml(file)
    except UnreadableTomlError as error:
        raise UsageError(f"the channels file cannot be read: {error}", where=str(file), remedy=remedy) from None
    try:
        return AlertSettings.model_validate(content)
    except ValidationError as error:
        problems = [f"{'.'.join(str(part) for part in item['loc']) or 'channels'}: {item['msg']}" for item in error.errors()]
        raise UsageError(
            f"the channels file has {len(problems)} fault(s): " + visible("; ".join(problems)), where=str(file), remedy=remedy
        ) from None
