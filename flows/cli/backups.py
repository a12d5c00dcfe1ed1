"""`loanwatch backup` and `loanwatch restore`: a copy that is known to be whole, and a new home made from it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from schemas.settings import read_settings

if TYPE_CHECKING:
    from tasks.backup import RestoredHome
    from warehouse.backup_store import Backup


def _line(backup: Backup) -> str:
    manifest = backup.manifest
    n_bytes = sum(record.n_bytes for record in manifest.files.values())
    until = f"up to {manifest.newest_on}" if manifest.newest_on else "no delivery"
    return f"{manifest.name}  {until}, {len(manifest.tables)} tables, {n_bytes / 1e6:,.1f} MB ({manifest.reason})"


@click.command(epilog="Example: loanwatch backup --list")
@click.option("--list", "only_list", is_flag=True, help="Show the backups there are, and make none.")
def backup(only_list: bool) -> None:  # noqa: FBT001  click passes it by keyword
    """Copy warehouse, models and policy to backups/ under the lock, read the copy back, and keep the newest by rule.

    Landing is no part of it. LOANWATCH_BACKUPS says how many of the newest stay beside one for each month.
    """
    from tasks.backup import back_up, known_backups
    from tasks.business_dates import require_home

    settings = require_home(read_settings())
    if only_list:
        click.echo("\n".join(_line(found) for found in known_backups(settings)) or "There is no backup yet.")
        return
    made = back_up(settings)
    click.echo(f"{_line(made)}\nRead back and equal to the warehouse. It is in {made.folder}")


@click.command(epilog="Example: loanwatch restore --date 2026-06-29 --into /srv/loanwatch-restored")
@click.argument("name", required=False)
@click.option(
    "--date", "until", type=click.DateTime(formats=["%Y-%m-%d"]), help="The home as of the night of this business date."
)
@click.option("--into", "directory", type=click.Path(file_okay=False), required=True, help="A folder that does not exist yet.")
def restore(name: str | None, until: datetime | None, directory: str) -> None:
    """Restore a backup into a new home: NAME, the newest of --date or before, or the newest. No home is ever written over."""
    if name and until:
        raise click.UsageError("give a NAME or --date, not both")
    from tasks.backup import restore as run
    from tasks.business_dates import require_home

    settings = require_home(read_settings())
    home = Path(directory).absolute()
    click.echo(_told(run(settings, home, name=name, until=until.date() if until else None), settings.landing), nl=False)


def _told(restored: RestoredHome, landing: Path) -> str:
    manifest = restored.manifest
    lines = [f"Restored backup {manifest.name} of {manifest.made_at} UTC into {restored.home}, verified."]
    if restored.lacking:
        days = ", ".join(str(day) for day in restored.lacking[:10])
        more = f" and {len(restored.lacking) - 10} more" if len(restored.lacking) > 10 else ""
        lines.append(f"It lacks the business dates {days}{more}.")
    lines.append("It also lacks every act since then: promotions, policies, acknowledgements.")
    lines.append("Deliveries are no part of a backup. To go on from here:")
    lines.append(f"  cp -a {quote(str(landing))} {quote(str(restored.home))}/")
    lines.append(f"  export LOANWATCH_HOME={quote(str(restored.home))}")
    if restored.policy_file:
        lines.append(f"  export LOANWATCH_POLICY={quote(str(restored.policy_file))}")
    lines.append("  loanwatch nightly")
    return "\n".join(lines) + "\n"
