"""`loanwatch retrain`: candidates from mature outcomes, side by side, and the challenger against the champion."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from flows.cli.training_parameters import parse_settings
from schemas.errors import DeliveryRefusedError
from schemas.extras import require_extra
from schemas.settings import Settings, read_settings

if TYPE_CHECKING:
    from tasks.retrain import RetrainResult


def _report(result: RetrainResult, settings: Settings) -> str:
    from reports.training import training_text

    if result.record is None or result.manifest is None:
        raise AssertionError("a training by hand always has its record")
    return training_text(result.record, result.manifest, settings.models / result.model_version)


def _compare(settings: Settings, version: str) -> None:
    """Runs the gate, writes the card anew with it, and says what came out and what to do next."""
    from reports.model_card import model_comparison_markdown
    from tasks.comparison import read_record, write_card
    from tasks.promotion import judge_and_publish

    gate = judge_and_publish(settings, version)
    write_card(settings, version)
    click.echo(model_comparison_markdown(read_record(settings, version), gate))


@click.command(
    epilog="Example: loanwatch retrain --as-of 2026-06-30 --reason 'new cohorts' --set candidates=lightgbm,tree "
    "--set search_trials=0 --set learning_rate=0.05"
)
@click.option("--as-of", type=click.DateTime(formats=["%Y-%m-%d"]), help="Business date. Default: the newest ready delivery.")
@click.option(
    "--set", "pairs", multiple=True, metavar="KEY=VALUE", help="Change a parameter (docs/retraining.md); may be repeated."
)
@click.option("--reason", default="", help="Why; stands on the model card.")
@click.option("--if-none", is_flag=True, help="Do nothing when the home has a champion already.")
@click.pass_context
def retrain(ctx: click.Context, as_of: datetime | None, pairs: tuple[str, ...], reason: str, if_none: bool) -> None:  # noqa: FBT001  click passes it by keyword
    """Ingest, fit candidates on mature outcomes, register LightGBM's and compare it with the champion.

    The first model of a home becomes champion at once. Later ones are challengers: `loanwatch promote` puts one in force.
    """
    parameters = parse_settings(pairs, reason=reason)
    require_extra("train")
    from tasks.business_dates import newest_business_date, require_home

    settings = require_home(read_settings())
    day = as_of.date() if as_of else newest_business_date(settings)
    from tasks.champion import champion_exists

    if if_none and champion_exists(settings):
        click.echo("There is a champion already.")
        return
    from flows.cli.progress import progress_bar
    from tasks.comparison import write_card
    from tasks.follow import follow
    from tasks.retrain import retrain as run

    with progress_bar("taking in deliveries") as on_progress:
        result = run(settings, day, parameters, on_progress=on_progress)
    click.echo(_report(result, settings), nl=False)
    if result.is_champion:
        write_card(settings, result.model_version)
        click.echo("Registered as champion, the first of this home.")
    else:
        _compare(settings, result.model_version)
    for report in follow(settings):
        click.echo(report.line, err=True)
    if result.n_refused_deliveries:
        click.echo(
            f"Of the deliveries taken in before, {result.n_refused_deliveries} were refused: see loanwatch nightly.", err=True
        )
        ctx.exit(DeliveryRefusedError.exit_code)
