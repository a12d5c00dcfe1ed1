"""`loanwatch replay`: decisions computed again from what was stored."""

from __future__ import annotations

import click

from schemas.errors import AuditDiffersError, UsageError
from schemas.settings import read_settings


def _require_one_meaning(application_id: int | None, batch: int | None, sample: int | None, every: bool) -> None:  # noqa: FBT001
    """Raises UsageError where the options contradict each other."""
    if (application_id is None) != every:
        found = "neither an application nor --all was given" if application_id is None else "an application and --all were given"
        raise UsageError(found, expected="one of the two", where="loanwatch replay", remedy="see loanwatch replay --help")
    if (every and batch is not None) or (not every and sample is not None):
        raise UsageError(
            "--batch is for one application, --sample for --all",
            where="loanwatch replay",
            remedy="see loanwatch replay --help",
        )


@click.command(epilog="Example: loanwatch replay 100001 (or many: loanwatch replay --all --sample 10000)")
@click.argument("application_id", type=int, required=False)
@click.option("--batch", type=int, help="The decision of that delivery (yyyymmddvv). Default: the one in force.")
@click.option("--all", "every", is_flag=True, help="Every decision ever taken.")
@click.option("--sample", type=click.IntRange(min=1), help="With --all: only so many of them.")
@click.option("--seed", type=int, default=0, show_default=True, help="With --sample: which ones.")
@click.option("--from-raw", is_flag=True, help="Compute the features anew from the rows as delivered, too.")
@click.pass_context
def replay(
    ctx: click.Context,
    application_id: int | None,
    batch: int | None,
    every: bool,  # noqa: FBT001  click passes it by keyword
    sample: int | None,
    seed: int,
    from_raw: bool,  # noqa: FBT001
) -> None:
    """Compute decisions again from their stored features, with the model and policy of their day, and compare.

    Ends with 4 where anything differs.
    """
    _require_one_meaning(application_id, batch, sample, every)
    from reports.replay import render_replay, render_replays
    from tasks.business_dates import require_home
    from tasks.replay import replay_many, replay_one

    settings = require_home(read_settings())
    if application_id is not None:
        report = replay_one(settings, application_id, batch, from_raw=from_raw)
        click.echo(render_replay(application_id, report), nl=False)
    else:
        from flows.cli.progress import progress_bar

        with progress_bar("replaying decisions") as on_progress:
            report = replay_many(settings, sample, seed, from_raw=from_raw, on_progress=on_progress)
        click.echo(render_replays(report), nl=False)
    if report.differences:
        ctx.exit(AuditDiffersError.exit_code)
