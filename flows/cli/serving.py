"""The command that runs everything in one terminal: up."""

from __future__ import annotations

import sys

import click

from flows.up import DEFAULT_PORT, run_up
from schemas.settings import read_settings


@click.command(epilog="Example: loanwatch up --port 4300")
@click.option("--port", type=click.IntRange(1024, 65535), default=DEFAULT_PORT, show_default=True, help="Port on loopback.")
def up(port: int) -> None:
    """Prefect server, deployments and a worker in one terminal; Ctrl-C stops all."""
    sys.exit(run_up(read_settings(), port, lambda line: click.echo(line, err=True)))
