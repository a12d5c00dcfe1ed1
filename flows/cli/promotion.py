"""`loanwatch promote`, `rollback` and `models`: which version decides, changed by acts that are on record."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import click

from flows.cli.policies import not_blank
from schemas.errors import WarehouseBusyError
from schemas.settings import Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemas.promotion import Promotion

_Reading = TypeVar("_Reading")
_PATIENCE_SECONDS = 2.0


def _told(change: Promotion) -> str:
    if change.effective_on.year == 1:
        return f"{change.model_version} decides from the first night on, in place of {change.former_model_version}."
    since = f"from business date {change.effective_on} on"
    return f"{change.model_version} decides {since}; until then {change.former_model_version} does."


def _follow(settings: Settings) -> None:
    """MLflow is brought along at once; where it cannot be, the next run tries again and the change stands."""
    from tasks.follow import follow

    for report in follow(settings):
        if report.error is None:  # the others were logged
            click.echo(report.line)


@click.command(epilog="Example: loanwatch promote 2026-06-30.2 --approver 'R. Meyer' --reason 'gate passed, minutes of 3 July'")
@click.argument("version")
@click.option("--approver", required=True, callback=not_blank, help="Who approves; another person than who asked for it.")
@click.option("--reason", required=True, callback=not_blank, help="Why.")
def promote(version: str, approver: str, reason: str) -> None:
    """Make a version champion from the first business date that no night has decided yet. Its gate has to pass."""
    from tasks.business_dates import require_home

    settings = require_home(read_settings())
    from tasks.promotion import act_and_publish
    from tasks.promotion import promote as run

    act = partial(run, settings, version, approved_by=approver, reason=reason)
    click.echo(f"{_told(act_and_publish(settings, 'promote', act))} Undo it with `loanwatch rollback`.")
    _follow(settings)


@click.command(epilog="Example: loanwatch rollback --by 'R. Meyer' --reason 'approval rate fell by a third'")
@click.option("--by", required=True, callback=not_blank, help="Who undoes it.")
@click.option("--reason", required=True, callback=not_blank, help="Why.")
def rollback(by: str, reason: str) -> None:
    """Undo the last change of champion that was not undone yet: the former champion decides again, with its threshold."""
    from tasks.business_dates import require_home

    settings = require_home(read_settings())
    from tasks.promotion import act_and_publish
    from tasks.promotion import rollback as run

    click.echo(_told(act_and_publish(settings, "rollback", partial(run, settings, by=by, reason=reason))))
    _follow(settings)


def _read(settings: Settings, read: Callable[..., _Reading]) -> _Reading:
    """From the warehouse; while a night holds it, as last published."""
    impatient = replace(settings, lock_wait_seconds=min(settings.lock_wait_seconds, _PATIENCE_SECONDS))
    try:
        return read(impatient)
    except WarehouseBusyError:
        found = read(settings, published=True)
        click.echo("The warehouse is busy; this is as last published.", err=True)
        return found


@click.command(epilog="Example: loanwatch models 2026-06-30.2")
@click.argument("version", required=False)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def models(version: str | None, form: str) -> None:
    """Every version with its role; with VERSION its candidates, gate, reviews and where its model card is."""
    from reports.model_card import CARD_PAGE
    from reports.model_text import render_model, render_models
    from warehouse.model_reading import list_models, read_model_reading

    settings = read_settings()
    if version is None:
        click.echo(render_models(_read(settings, list_models), form), nl=False)
        return
    reading = _read(settings, lambda home, **where: read_model_reading(home, version, **where))
    folder = settings.models / version
    card = folder / CARD_PAGE
    click.echo(render_model(reading, str(folder), str(card) if card.exists() else None, form), nl=False)
