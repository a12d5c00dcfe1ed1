"""`loanwatch policy`: what decides, changed by an act that is on record."""

from __future__ import annotations

from pathlib import Path

import click

from schemas.settings import read_settings


def not_blank(_context: click.Context, option: click.Parameter, value: str) -> str:
    """A name or a reason that says something."""
    if not value.strip():
        raise click.BadParameter("must not be blank", param=option)
    return value.strip()


@click.group(epilog="Example: loanwatch policy apply policy.toml --by 'R. Meyer' --reason 'bands widened'")
def policy() -> None:
    """Put another decision policy in force."""


@policy.command(epilog="Example: loanwatch policy apply policy.toml --by 'R. Meyer' --reason 'bands widened, minutes of 3 July'")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--by", "applied_by", required=True, callback=not_blank, help="Who puts it in force.")
@click.option("--reason", required=True, callback=not_blank, help="Why.")
def apply(file: str, applied_by: str, reason: str) -> None:
    """Put the policy of FILE in force, from the first business date that no night has decided yet."""
    from schemas.policy import load_policy
    from tasks.business_dates import require_home
    from tasks.policy import apply_policy

    found = load_policy(Path(file))
    settings = require_home(read_settings())
    effective_on = apply_policy(settings, found, applied_by=applied_by, reason=reason)
    if effective_on is None:
        click.echo(f"Policy {found.sha256[:12]} is in force already; nothing was changed.")
        return
    since = "the first night" if effective_on.year == 1 else f"business date {effective_on}"
    click.echo(f"Policy {found.sha256[:12]} decides from {since} on.")
    click.echo(f"Name this file to the nights: export LOANWATCH_POLICY={Path(file).absolute()}")
