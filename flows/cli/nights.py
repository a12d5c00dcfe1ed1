"""Commands that process deliveries: ingest, nightly, backfill."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from schemas.errors import DeliveryRefusedError, ResourceError
from schemas.settings import Settings, read_settings

if TYPE_CHECKING:
    from schemas.references import NightSummary

DATE = click.DateTime(formats=["%Y-%m-%d"])
REFUSED = DeliveryRefusedError.exit_code


def _home_and_day(given: datetime | None) -> tuple[Settings, date]:
    """The home, which has to exist, and the business date; a policy file without sense is told before anything loads."""
    from schemas.policy import load_policy
    from tasks.business_dates import newest_business_date, require_home

    settings = require_home(read_settings())
    load_policy(settings.policy_file)
    return settings, given.date() if given else newest_business_date(settings)


def exit_code_of_nights(nights: list[NightSummary]) -> int:
    """Of several the highest: a night whose backup failed is decided and published, and still somebody has to look."""
    if any(night.backup_error for night in nights):
        return ResourceError.exit_code
    return REFUSED if any(night.n_refused_deliveries for night in nights) else 0


@click.command(epilog="Example: loanwatch ingest --as-of 2026-06-30")
@click.option("--as-of", type=DATE, help="Deliveries received up to this date. Default: the newest ready one.")
@click.pass_context
def ingest(ctx: click.Context, as_of: datetime | None) -> None:
    """Take in and validate what has arrived, and stop there."""
    from flows.cli.progress import progress_bar
    from reports.night import ingest_text

    settings, day = _home_and_day(as_of)
    from tasks.night import publish, recorded_run, take_in

    with recorded_run(settings, "ingest", day) as summary, progress_bar("taking in deliveries") as on_progress:
        summary.deliveries = take_in(settings, day, on_progress)
        summary.snapshot = str(publish(settings, summary.run_id, day))
    click.echo(ingest_text(summary), nl=False)
    if summary.n_refused_deliveries:
        ctx.exit(REFUSED)


@click.command(epilog="Example: loanwatch nightly --as-of 2026-06-30")
@click.option("--as-of", type=DATE, help="Business date. Default: the newest ready delivery.")
@click.pass_context
def nightly(ctx: click.Context, as_of: datetime | None) -> None:
    """Score every delivery received up to the business date that is not processed yet, and publish the results."""
    from flows.loading import loading_a_night
    from flows.temporary_server import prefect_at_hand
    from schemas.parameters import NightParameters

    settings, day = _home_and_day(as_of)
    server = prefect_at_hand(settings, quiet=not ctx.obj["debug"])  # it starts while the next lines load what a night needs
    from tasks.readiness import require_ready

    require_ready(settings, day)  # before the server is waited for, so that a wrong home is told at once
    with loading_a_night():
        from flows.nightly import score_nightly
        from reports.night import night_text

    server.wait()
    summary = score_nightly(NightParameters(as_of=day))
    click.echo(night_text(summary), nl=False)
    ctx.exit(exit_code_of_nights([summary]))


@click.command(epilog="Example: loanwatch backfill --from 2026-06-24 --to 2026-06-30")
@click.option("--from", "from_date", type=DATE, required=True, help="First business date.")
@click.option("--to", "to_date", type=DATE, required=True, help="Last business date.")
@click.pass_context
def backfill(ctx: click.Context, from_date: datetime, to_date: datetime) -> None:
    """Run the nights between two dates, in order. Interrupted, it goes on where it stopped."""
    if to_date < from_date:
        raise click.UsageError("--to lies before --from")
    settings, _ = _home_and_day(to_date)
    from flows.loading import loading_a_night
    from flows.temporary_server import prefect_at_hand
    from schemas.parameters import BackfillParameters
    from tasks.readiness import require_ready

    server = prefect_at_hand(settings, quiet=not ctx.obj["debug"])
    require_ready(settings, from_date.date())
    with loading_a_night():
        from flows.backfill import backfill_nights
        from reports.night import night_text

    server.wait()
    summaries = backfill_nights(BackfillParameters(from_date=from_date.date(), to_date=to_date.date()))
    for summary in summaries:
        click.echo(night_text(summary))
    ctx.exit(exit_code_of_nights(summaries))
