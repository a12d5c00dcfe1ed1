"""Commands that read the published snapshot: status, sql, explain. They never wait for the warehouse."""

from __future__ import annotations

import click

from schemas.settings import read_settings


@click.command(epilog="""Example: loanwatch sql "select decision, count(*) from marts.decisions group by 1" --format csv""")
@click.argument("query")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def sql(query: str, form: str) -> None:
    """Run a query on the published snapshot, read-only."""
    from reports.tables import render
    from warehouse.reading import query_snapshot

    columns, rows = query_snapshot(read_settings(), query)
    click.echo(render(columns, rows, form), nl=False)


@click.command(epilog="Example: loanwatch status")
def status() -> None:
    """Last night, champion and freshness, in one screen."""
    from reports.status import render_status
    from warehouse.reading import read_status

    settings = read_settings()
    click.echo(render_status(read_status(settings), settings), nl=False)


@click.command(epilog="Example: loanwatch explain 100001")
@click.argument("application_id", type=int)
def explain(application_id: int) -> None:
    """One decision in force with its reasons, and what its inputs lacked."""
    from reports.explanation import render_explanation
    from warehouse.reading import read_explanation

    click.echo(render_explanation(read_explanation(read_settings(), application_id)), nl=False)
