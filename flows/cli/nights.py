"""Commands that process deliveries: ingest, nightly, backfill."""

from __future__ import annotations

from datetime import date, datetime

import click

from schemas.errors import DeliveryRefusedError
from schemas.settings import read_settings

DATE = click.DateTime(formats=["%Y-%m-%d"])
REFUSED = DeliveryRefusedError.exit_code


def _as_of(given: datetime | None) -> date:
    from tasks.business_dates import newest_business_date

    return given.date() if given else newest_business_date(read_settings())


@click.command(epilog="Example: loanwatch ingest --as-of 2026-06-30")
@click.option("--as-of", type=DATE, help="Deliveries received up to this date. Default: the newest ready one.")
@click.pass_context
def ingest(ctx: click.Context, as_of: datetime | None) -> None:
    """Take in and validate what has arrived, and stop there."""
    from flows.cli.progress import progress_bar
    from reports.night import night_text

    settings = read_settings()
    day = _as_of(as_of)
    from tasks.night import recorded_run, take_in

    with recorded_run(settings, "ingest", day) as summary, progress_bar("taking in deliveries") as on_progress:
        summary.deliveries = take_in(settings, day, on_progress)
    click.echo(night_text(summary), nl=False)
    if summary.n_refused_deliveries:
        ctx.exit(REFUSED)


@click.command(epilog="Example: loanwatch nightly --as-of 2026-06-30")
@click.option("--as-of", type=DATE, help="Business date. Default: the newest ready delivery.")
@click.pass_context
def nightly(ctx: click.Context, as_of: datetime | None) -> None:
    """Score every delivery received up to the business date that is not processed yet, and publish the results."""
    from flows.prefect_settings import configure_prefect
    from schemas.parameters import NightParameters

    settings = read_settings()
    day = _as_of(as_of)
    from tasks.night import require_ready

    require_ready(settings, day)  # before Prefect starts, so that a wrong home is told at once
    configure_prefect(settings, quiet=not ctx.obj["debug"])
    from flows.nightly import score_nightly
    from reports.night import night_text

    summary = score_nightly(NightParameters(as_of=day))
    click.echo(night_text(summary), nl=False)
    if summary.n_refused_deliveries:
        ctx.exit(REFUSED)


@click.command(epilog="Example: loanwatch backfill --from 2026-06-24 --to 2026-06-30")
@click.option("--from", "from_date", type=DATE, required=True, help="First business date.")
@click.option("--to", "to_date", type=DATE, required=True, help="Last business date.")
@click.pass_context
def backfill(ctx: click.Context, from_date: datetime, to_date: datetime) -> None:
    """Run the nights between two dates, in order. Interrupted, it goes on where it stopped."""
    from flows.prefect_settings import configure_prefect
    from schemas.parameters import BackfillParameters
    from tasks.night import require_ready

    if to_date < from_date:
        raise click.UsageError("--to lies before --from")
    settings = read_settings()
    require_ready(settings, from_date.date())
    configure_prefect(settings, quiet=not ctx.obj["debug"])
    from flows.backfill import backfill_nights
    from reports.night import night_text

    summaries = backfill_nights(BackfillParameters(from_date=from_date.date(), to_date=to_date.date()))
    for summary in summaries:
        click.echo(night_text(summary))
    if any(summary.n_refused_deliveries for summary in summaries):
        ctx.exit(REFUSED)
