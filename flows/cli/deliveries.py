"""Commands that make deliveries: simulate, import-home-credit."""

from __future__ import annotations

from datetime import datetime

import click

from schemas.scenarios import Scenario
from schemas.settings import read_settings

DATE = click.DateTime(formats=["%Y-%m-%d"])


@click.command(epilog="Example: loanwatch simulate --days 120 --per-day 200 --seed 1 --scenario income_shift")
@click.option("--days", type=click.IntRange(1), required=True, help="Days to write, the last --new-days of them new.")
@click.option("--per-day", type=click.IntRange(0), required=True, help="Applicants a day.")
@click.option("--seed", type=click.IntRange(0), required=True, help="The same seed gives the same applicants.")
@click.option("--until", type=DATE, help="Last day. Default: after the newest delivery; in an empty home 2026-06-30.")
@click.option("--new-days", type=click.IntRange(0), default=7, show_default=True, help="Days that are not history.")
@click.option(
    "--scenario",
    type=click.Choice([item.value for item in Scenario]),
    default="none",
    show_default=True,
    help="What is odd about the new days.",
)
def simulate(days: int, per_day: int, seed: int, until: datetime | None, new_days: int, scenario: str) -> None:
    """Write deliveries of invented applicants, with outcomes for the older ones."""
    from flows.cli.progress import progress_bar
    from tasks.simulate import simulate_deliveries

    settings = read_settings()
    with progress_bar("simulating") as on_progress:
        report = simulate_deliveries(
            settings,
            days=days,
            per_day=per_day,
            seed=seed,
            until=until.date() if until else None,
            new_days=new_days,
            scenario=scenario,
            on_progress=on_progress,
        )
    click.echo(f"{report}\nDeliveries are in {settings.landing}")


@click.command("import-home-credit", epilog="Example: loanwatch import-home-credit ~/home-credit --days 7")
@click.argument("directory", type=click.Path())
@click.option("--until", type=DATE, help="Last day. Default: 2026-06-30.")
@click.option("--days", type=click.IntRange(1), default=7, show_default=True, help="Days over which the unlabelled are spread.")
def import_home_credit(directory: str, until: datetime | None, days: int) -> None:
    """Turn the competition's tables (Parquet or CSV) into deliveries: labelled ones as history, unlabelled ones as new days."""
    from pathlib import Path

    from flows.cli.progress import progress_bar
    from tasks.import_home_credit import import_home_credit as run

    settings = read_settings()
    with progress_bar("importing") as on_progress:
        report = run(settings, Path(directory), until=until.date() if until else None, days=days, on_progress=on_progress)
    click.echo(f"{report}\nDeliveries are in {settings.landing}")
