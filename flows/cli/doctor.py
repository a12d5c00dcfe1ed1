"""`loanwatch doctor`: what a night needs, looked over; each line says what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from schemas.settings import Settings, read_settings

if TYPE_CHECKING:
    from schemas.doctor import Diagnosis


@click.command(epilog="Example: loanwatch doctor --audit --format json")
@click.option("--audit", is_flag=True, help="Also run every check and verify the audit: reads every decision.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def doctor(ctx: click.Context, audit: bool, form: str) -> None:  # noqa: FBT001  click passes it by keyword
    """Look over versions, locks, space, schema, champion, policy, deliveries, server, channels and backups.

    Waits for nothing and writes nothing. Ends with the highest code that applies: 15, 14, 12, 11, 4, else 1 or 0.
    """
    from reports.doctor import render_diagnoses
    from schemas.doctor import exit_code_of
    from tasks.business_dates import require_home
    from tasks.doctor import examine

    settings = require_home(read_settings())
    diagnoses = [*examine(settings, audit=audit), *find_server(settings)]
    click.echo(render_diagnoses(diagnoses, form), nl=False)
    ctx.exit(exit_code_of(diagnoses))


def find_server(settings: Settings) -> Iterator[Diagnosis]:
    """Whether the Prefect server of the home answers, if one should be there."""
    from flows.prefect_api import PrefectApi
    from flows.prefect_settings import RUNNING_SERVER_FILE, running_server
    from schemas.doctor import failed, warned, well

    file = settings.prefect / RUNNING_SERVER_FILE
    if not file.exists():
        yield well("server", "none runs for this home; commands do without")
        return
    if running_server(settings) is None:
        yield warned("server", f"{RUNNING_SERVER_FILE} is of a server that was killed", f"rm {file}, or start it: loanwatch up")
        return
    port = int(json.loads(file.read_text(encoding="utf-8"))["api_url"].rpartition(":")[2].partition("/")[0])
    api = PrefectApi(port, timeout_seconds=2.0)
    if not api.is_healthy():
        yield failed(
            "server", f"it does not answer at {api.api_url}", f"read {settings.prefect}/server.log, stop it and start it again", 1
        )
    elif not api.has_worker("loanwatch"):
        yield failed(
            "server", "it answers, and no worker reports for work", f"read {settings.prefect}/worker.log: no night will start", 1
        )
    else:
        yield well("server", f"it answers at {api.api_url}, and a worker reports for work")
