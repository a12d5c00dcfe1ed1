"""`loanwatch export-person` and `loanwatch erase`: what a person may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import click

from flows.cli.policies import not_blank
from schemas.errors import UsageError
from schemas.private import PRIVATE_FILE
from schemas.settings import read_settings


def _write_private(file: Path, text: str) -> None:
    """A new file that nobody else may read. Raises UsageError where there is one already."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    except FileExistsError:
        raise UsageError(
            "the file exists already", expected="a new file", where=str(file), remedy="name another one with --out"
        ) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)


@click.command(name="export-person", epilog="Example: loanwatch export-person 100001 --out 100001.md")
@click.argument("application_id", type=click.IntRange(min=1))
@click.option("--format", "form", type=click.Choice(["markdown", "json"]), default="markdown", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False), help="A new file, readable by you alone. Default: standard output.")
def export_person(application_id: int, form: str, out: str | None) -> None:
    """Everything held of an applicant and decided about them, readable."""
    from flows.cli.progress import progress_bar
    from reports.person import person_json, person_markdown
    from tasks.business_dates import require_home
    from tasks.export_person import export_person as run

    settings = require_home(read_settings())
    with progress_bar("looking through landing") as on_progress:
        record = run(settings, application_id, on_progress)
    text = person_json(record) if form == "json" else person_markdown(record)
    if out is None:
        click.echo(text, nl=False)
        return
    _write_private(Path(out), text)
    click.echo(f"Written to {out}, readable by you alone. It holds personal data: pass it on by a safe way and delete it.")


@click.command(epilog="Example: loanwatch erase 100001 --by 'R. Meyer' --reason 'request of 3 July, case 17'")
@click.argument("application_id", type=click.IntRange(min=1), required=False)
@click.option("--expired", is_flag=True, help="Everybody of whom nothing came for LOANWATCH_RETENTION_DAYS.")
@click.option("--by", required=True, callback=not_blank, help="Who erases.")
@click.option("--reason", required=True, callback=not_blank, help="Why; never name the person here, it stays on record.")
def erase(application_id: int | None, expired: bool, by: str, reason: str) -> None:  # noqa: FBT001  click passes it by keyword
    """Remove the personal data of an applicant from warehouse, landing, backups and snapshot. It cannot be undone.

    Decisions stay, about nobody, so that audit and counts hold. The same files delivered again do not bring the person back; an
    application of a later business date is a new one.
    """
    if (application_id is None) != expired:
        raise click.UsageError("give an APPLICATION_ID or --expired, and not both")
    from flows.cli.progress import progress_bar
    from reports.person import erasure_text
    from schemas.people import ErasureRequest
    from tasks.business_dates import require_home
    from tasks.erase import erase as run
    from tasks.erase import expired as find_expired

    settings = require_home(read_settings())
    if application_id is not None:
        request = ErasureRequest((application_id,), "request", by, reason)
    else:
        ids, through_on = find_expired(settings)
        if not ids:
            click.echo(f"Nobody's data have expired: of everybody something came after {through_on}.")
            return
        request = ErasureRequest(tuple(ids), "retention", by, reason, through_on)
    with progress_bar("looking through landing") as on_progress:
        click.echo(erasure_text(run(settings, request, on_progress)), nl=False)


@click.command(epilog="Example: loanwatch encrypt, with LOANWATCH_KEY_FILE=/etc/loanwatch.key in the environment")
@click.option("--former-key-file", type=click.Path(dir_okay=False), help="The key so far, where there is one.")
def encrypt(former_key_file: str | None) -> None:
    """Encrypt warehouse, snapshot and backups with the key in LOANWATCH_KEY_FILE, or change their key.

    Landing, models, reports and Prefect's history stay as they are. Without the key nobody can read the home, you included.
    """
    from schemas.settings import read_key
    from tasks.business_dates import require_home
    from tasks.encrypt import encrypt as run

    settings = require_home(read_settings())
    written = run(settings, read_key(former_key_file) if former_key_file else None)
    click.echo("\n".join(f"encrypted: {name}" for name in written) or "Everything has this key already; nothing was changed.")
