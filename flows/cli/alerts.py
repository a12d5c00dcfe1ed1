"""`loanwatch alerts`: what is open, taking one up, sending what is pending; and the exit code for `--fail-on-alert`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from schemas.errors import WarehouseBusyError
from schemas.settings import Settings, read_settings

if TYPE_CHECKING:
    from schemas.readings import Record

#: Exit code where an alert is open and `--fail-on-alert` was given.
ALERT_IS_OPEN = 3

_PATIENCE_SECONDS = 2.0


def exit_code_of_alerts(settings: Settings) -> int:
    """For `--fail-on-alert`: 3 where an alert is open, acknowledged ones included, else 0."""
    from tasks.alerts import count_open_alerts

    return ALERT_IS_OPEN if count_open_alerts(settings) else 0


def _read(settings: Settings, *, with_resolved: bool) -> tuple[list[Record], list[Record]]:
    """Alerts and waiting channels; while a night holds the warehouse, the alerts as they were last published."""
    from tasks.alerts import read_alerts, read_published_alerts
    from tasks.notify import read_waiting

    impatient = replace(settings, lock_wait_seconds=min(settings.lock_wait_seconds, _PATIENCE_SECONDS))
    try:
        return read_alerts(impatient, with_resolved=with_resolved), read_waiting(impatient)
    except WarehouseBusyError:
        found = read_published_alerts(settings, with_resolved=with_resolved)
        click.echo("The warehouse is busy; these are the alerts as last published.", err=True)
        return found, []


@click.group(invoke_without_command=True, epilog="Example: loanwatch alerts --all --format csv")
@click.option("--all", "with_resolved", is_flag=True, help="Resolved ones too.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.pass_context
def alerts(ctx: click.Context, with_resolved: bool, form: str) -> None:  # noqa: FBT001  click passes it by keyword
    """Open alerts, the most severe first; an acknowledged one counts as open. ack, show and deliver work on them."""
    if ctx.invoked_subcommand is not None:
        return
    from reports.alert_texts import render_alerts

    found, waiting = _read(read_settings(), with_resolved=with_resolved)
    click.echo(render_alerts(found, waiting, form), nl=False)


@alerts.command(epilog="Example: loanwatch alerts show 3")
@click.argument("alert_id", metavar="ID", type=int)
def show(alert_id: int) -> None:
    """One alert: what was found, what to check first, and its history."""
    from reports.alert_texts import render_alert
    from tasks.alerts import read_alert

    alert, history = read_alert(read_settings(), alert_id)
    click.echo(render_alert(alert, history), nl=False)


@alerts.command(epilog="Example: loanwatch alerts ack 3 --by 'R. Meyer' --note 'source mended its unit, redelivery tonight'")
@click.argument("alert_id", metavar="ID", type=int)
@click.option("--by", "acknowledged_by", required=True, help="Who takes it up.")
@click.option("--note", help="What is being done about it.")
def ack(alert_id: int, acknowledged_by: str, note: str | None) -> None:
    """Acknowledge an open alert. It counts as open until a quiet spell resolves it."""
    from tasks.alerts import acknowledge_alert

    alert = acknowledge_alert(read_settings(), alert_id, acknowledged_by=acknowledged_by, note=note)
    click.echo(f"Alert {alert_id} ({alert.subject}, {alert.kind}) is acknowledged by {acknowledged_by.strip()}.")


@alerts.command(epilog="Example: loanwatch alerts deliver")
def deliver() -> None:
    """Send what the channels have not taken yet, for instance after one was down. Every night does the same."""
    from flows.prefect_settings import configure_prefect
    from reports.alert_texts import render_deliveries
    from schemas.channels import load_alert_settings
    from tasks.notify import read_waiting

    settings = read_settings()
    alert_settings = load_alert_settings(settings)
    if not read_waiting(settings):
        click.echo(render_deliveries([]), nl=False)
        return
    configure_prefect(settings)
    from tasks.notify import deliver_pending
    from tasks.notify_prefect import PREFECT_SENDERS

    click.echo(render_deliveries(deliver_pending(settings, alert_settings, PREFECT_SENDERS)), nl=False)
