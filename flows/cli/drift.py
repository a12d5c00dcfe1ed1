"""`loanwatch drift`: how far applicants, score and decisions have moved from what the champion was trained on."""

from __future__ import annotations

from datetime import datetime

import click

from schemas.settings import read_settings


@click.command(epilog="Example: loanwatch drift --as-of 2026-06-30 --fail-on-alert")
@click.option("--as-of", type=click.DateTime(formats=["%Y-%m-%d"]), help="Business date. Default: the newest decided one.")
@click.option("--fail-on-alert", is_flag=True, help="End with 3 while an alert is open.")
@click.pass_context
def drift(ctx: click.Context, as_of: datetime | None, fail_on_alert: bool) -> None:  # noqa: FBT001  click passes it by keyword
    """Measure drift over the windows that end on a business date, write the reports, raise and send alerts."""
    from flows.loading import loading
    from flows.temporary_server import prefect_at_hand
    from schemas.channels import load_alert_settings
    from schemas.extras import require_extra
    from schemas.parameters import MonitorParameters
    from tasks.business_dates import newest_decided_date, require_home

    require_extra("report")
    settings = require_home(read_settings())
    load_alert_settings(settings)
    day = as_of.date() if as_of else newest_decided_date(settings)
    server = prefect_at_hand(settings, quiet=not ctx.obj["debug"])
    with loading():
        from flows.monitor import monitor_drift
        from reports.drift_text import drift_text

    server.wait()
    click.echo(drift_text(monitor_drift(MonitorParameters(as_of=day))), nl=False)
    if fail_on_alert:
        from flows.cli.alerts import exit_code_of_alerts

        ctx.exit(exit_code_of_alerts(settings))
