"""`loanwatch retrain`: a model from mature outcomes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from schemas.errors import DeliveryRefusedError, UsageError
from schemas.settings import read_settings

if TYPE_CHECKING:
    from schemas.manifest import ModelManifest
    from schemas.parameters import RetrainParameters


def _value(text: str) -> Any:
    """A number where the text is one, true or false, else the text."""
    if text in {"true", "false"}:
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def parse_settings(pairs: tuple[str, ...]) -> RetrainParameters:
    """The parameters that `--set KEY=VALUE` changes; a key that is no parameter of ours goes to LightGBM.

    Raises:
        UsageError: a pair without `=`, or a value outside its range.
    """
    from pydantic import ValidationError

    from schemas.parameters import RetrainParameters

    own: dict[str, Any] = {}
    booster: dict[str, Any] = {}
    for pair in pairs:
        key, separator, text = pair.partition("=")
        if not separator or not key:
            raise UsageError(f"--set {pair} is no KEY=VALUE", expected="--set maturity_days=120", remedy="write KEY=VALUE")
        is_own = key in RetrainParameters.model_fields and key not in {"parameters", "as_of"}
        (own if is_own else booster)[key] = text if key.startswith("received_") else _value(text)
    try:
        return RetrainParameters(**own, parameters=booster)
    except ValidationError as error:
        faults = "; ".join(f"{item['loc'][0]}: {item['msg']}" for item in error.errors())
        raise UsageError(f"--set has {error.error_count()} fault(s): {faults}", remedy="see loanwatch retrain --help") from None


def _report(manifest: ModelManifest) -> str:
    held = manifest.holdout
    auc, cost = held.auc_interval, held.cost_interval
    return (
        f"Model {manifest.model_version}: {manifest.n_rows:,} rows, {manifest.n_trees} trees, {len(manifest.inputs)} inputs\n"
        f"  hold-out of {held.n_rows:,}: AUC {held.auc:.4f} ({auc[0]:.4f} to {auc[1]:.4f}), "
        f"Gini {held.gini:.4f}, KS {held.ks:.4f}, Brier {held.brier:.4f}\n"
        f"  threshold {manifest.threshold:.4f}: cost {held.cost:.4f} ({cost[0]:.4f} to {cost[1]:.4f}), "
        f"approving everyone {held.cost_approve_all:.4f}; {held.approval_rate:.1%} approved\n"
    )


@click.command(epilog="Example: loanwatch retrain --as-of 2026-06-30 --set maturity_days=120 --set learning_rate=0.05")
@click.option("--as-of", type=click.DateTime(formats=["%Y-%m-%d"]), help="Business date. Default: the newest ready delivery.")
@click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="Change a parameter; may be repeated.")
@click.option("--if-none", is_flag=True, help="Do nothing when the home has a champion already.")
@click.pass_context
def retrain(ctx: click.Context, as_of: datetime | None, pairs: tuple[str, ...], if_none: bool) -> None:  # noqa: FBT001  click passes it by keyword
    """Ingest, fit a model on mature outcomes and register it. The first model of a home becomes champion at once."""
    parameters = parse_settings(pairs)
    from tasks.business_dates import newest_business_date, require_home

    settings = require_home(read_settings())
    day = as_of.date() if as_of else newest_business_date(settings)
    from tasks.champion import champion_exists

    if if_none and champion_exists(settings):
        click.echo("There is a champion already.")
        return
    from flows.cli.progress import progress_bar
    from tasks.retrain import retrain as run

    with progress_bar("taking in deliveries") as on_progress:
        result = run(settings, day, parameters, on_progress=on_progress)
    click.echo(_report(result.manifest), nl=False)
    role = "champion, the first of this home" if result.is_champion else "challenger; the champion stays"
    click.echo(f"Registered as {role}. Its files are in {settings.models / result.manifest.model_version}")
    if result.n_refused_deliveries:
        click.echo(
            f"Of the deliveries taken in before, {result.n_refused_deliveries} were refused: see loanwatch nightly.", err=True
        )
        ctx.exit(DeliveryRefusedError.exit_code)
