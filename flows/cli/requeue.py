"""`loanwatch requeue`: repaired rows of the quarantine come back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from schemas.settings import read_settings

if TYPE_CHECKING:
    from tasks.requeue import Requeued


@click.command(epilog="Example: loanwatch requeue --batch 2026063001 --file application.csv")
@click.option(
    "--batch", "batch_id", type=click.IntRange(min=1), required=True, help="The delivery that brought the rows (yyyymmddvv)."
)
@click.option(
    "--file",
    "repaired",
    type=click.Path(exists=True, dir_okay=False),
    help="The corrected rows and nothing else, named after their table. Default: read them again as they were delivered.",
)
def requeue(batch_id: int, repaired: str | None) -> None:
    """Take rejected rows in again, as a version of their day; the next night decides them.

    The rows that passed before, and their decisions, stay as they are. Run twice, it changes nothing the second time.
    """
    from tasks.business_dates import require_home
    from tasks.night import publish, recorded_run
    from tasks.requeue import day_of
    from tasks.requeue import requeue as run

    settings = require_home(read_settings())
    day = day_of(settings, batch_id)
    done = run(settings, batch_id, Path(repaired).absolute() if repaired else None)
    click.echo(_told(done))
    if done.requeued_in is not None:
        with recorded_run(settings, "requeue", day) as summary:
            summary.snapshot = str(publish(settings, summary.run_id, day))


def _told(done: Requeued) -> str:
    if done.requeued_in is None:
        left = f" {done.n_outstanding} rows stay in quarantine." if done.n_outstanding else ""
        return f"Nothing was changed: {done.note}.{left}"
    return (
        f"Delivery {done.batch_id} has a version {done.requeued_in}: {done.n_accepted} rows accepted, "
        f"{done.n_duplicates} held already, {done.n_bad} rejected again; {done.n_outstanding} stay in quarantine.\n"
        "The next night decides them: loanwatch nightly"
    )
