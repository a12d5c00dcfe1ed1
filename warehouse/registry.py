"""Models, champions and policies: who decides since when. Appended, never edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from schemas.audit import AuditKind
from schemas.errors import NoChampionError, UsageError, VerificationError
from schemas.manifest import ModelManifest, version_sha256
from schemas.policy import Policy, parse_policy
from schemas.promotion import Promotion, PromotionKind
from warehouse.audit import ITSELF, append_row
from warehouse.clock import now
from warehouse.connection import Connection
from warehouse.sql_files import sql

if TYPE_CHECKING:
    import polars as pl

#: The first model and the first policy of a home decide on every earlier business date too: there is nothing before them.
BEGINNING = date(1, 1, 1)


@dataclass(frozen=True)
class ChampionRef:
    """The model in force on a business date, by reference."""

    model_version: str
    sha256: str
    threshold: float
    feature_set_id: str


@dataclass(frozen=True)
class RegisteredModel:
    """A version by reference, and the policy whose costs chose its threshold."""

    reference: ChampionRef
    policy_sha256: str


def champion_on(connection: Connection, as_of: date) -> ChampionRef:
    """The champion of that business date. Raises NoChampionError (exit 11)."""
    row = connection.execute(sql("registry/champion_on"), {"as_of": as_of}).fetchone()
    if row is None:
        raise NoChampionError(
            f"no champion is in force on {as_of}",
            expected="a model registered and promoted",
            where="registry.promotions",
            remedy="train the first one with `loanwatch retrain`",
        )
    return ChampionRef(*row)


def has_champion(connection: Connection) -> bool:
    """Whether any model was ever put in force."""
    row = connection.execute("SELECT count(*) FROM registry.promotions_v1").fetchone()
    return row is not None and row[0] > 0


def next_effective_on(connection: Connection) -> date:
    """The first business date that a change made now may decide on: after the newest decided night."""
    row = connection.execute(sql("registry/next_effective_on")).fetchone()
    if row is None:
        raise AssertionError("an aggregate without groups gives one row")
    found: date = row[0]
    return found


def register_policy(
    connection: Connection, policy: Policy, *, kind: Literal["bootstrap", "applied"], applied_by: str, reason: str
) -> date:
    """Puts a policy in force and returns the first business date that it decides on."""
    effective_on = BEGINNING if kind == "bootstrap" else next_effective_on(connection)
    values = {
        "policy_sha256": policy.sha256,
        "kind": kind,
        "effective_on": effective_on,
        "applied_by": applied_by,
        "reason": reason,
        "content": policy.canonical(),
        "applied_at": now(),
    }
    connection.execute(sql("registry/insert_policy"), values)
    append_row(connection, "policy", applied_by, policy.sha256, "registry.policies_v1")
    return effective_on


def policy_on(connection: Connection, as_of: date) -> Policy:
    """The policy in force on that business date. Raises VerificationError if there is none or its content was changed."""
    row = connection.execute(sql("registry/policy_on"), {"as_of": as_of}).fetchone()
    if row is None:
        raise VerificationError(f"no policy is in force on {as_of}", where="registry.policies", remedy="run `loanwatch retrain`")
    return _verified(*row)


def registered_policy(connection: Connection, policy_sha256: str) -> Policy | None:
    """The policy of that hash, if it ever was in force. Raises VerificationError if its content was changed."""
    row = connection.execute(sql("registry/policy_content"), {"policy_sha256": policy_sha256}).fetchone()
    return None if row is None else _verified(*row)


def newest_policy_sha256(connection: Connection) -> str | None:
    """The hash of the policy applied last, if any."""
    row = connection.execute(sql("registry/newest_policy")).fetchone()
    return None if row is None else str(row[0])


def _verified(sha256: str, content: str) -> Policy:
    policy = parse_policy(content, "registry.policies")
    if policy.sha256 != sha256:
        raise VerificationError(
            "the registered policy does not match its hash",
            expected=f"sha256 {sha256}",
            where="registry.policies",
            remedy="restore the warehouse from a backup: a registered policy is never edited",
        )
    return policy


def require_policy_in_force(connection: Connection, policy: Policy) -> None:
    """Registers the policy in a new home; later the file has to be the one applied last.

    Raises:
        VerificationError: the file says something else than the registered policy (exit 14).
    """
    registered = newest_policy_sha256(connection)
    if registered is None:
        register_policy(connection, policy, kind="bootstrap", applied_by="bootstrap", reason="first policy of this home")
        return
    if registered != policy.sha256:
        raise VerificationError(
            f"the policy file (sha256 {policy.sha256[:12]}) differs from the policy in force ({registered[:12]})",
            expected="the file that was applied last",
            where="LOANWATCH_POLICY or schemas/policy.toml",
            remedy="put it in force with `loanwatch policy apply FILE --by NAME --reason TEXT`, or restore the former file",
        )


def next_model_version(connection: Connection, trained_as_of: date) -> str:
    """A key for the next version trained on that business date: `yyyy-mm-dd.n`."""
    row = connection.execute(sql("registry/next_model_number"), {"trained_as_of": trained_as_of}).fetchone()
    return f"{trained_as_of}.{row[0] if row else 1}"


def registered_model(connection: Connection, model_version: str) -> RegisteredModel:
    """A registered version. Raises UsageError if the registry does not know it."""
    row = connection.execute(sql("registry/registered_model"), {"model_version": model_version}).fetchone()
    if row is None:
        raise UsageError(
            f"model version {model_version!r} is not registered",
            expected="a version that a training registered",
            where="registry.models",
            remedy="list them with `loanwatch models`",
        )
    *reference, policy_sha256 = row
    return RegisteredModel(ChampionRef(*reference), policy_sha256)


def register_model(connection: Connection, manifest: ModelManifest) -> str:
    """Enters a version into the registry and returns its sha256."""
    sha256 = version_sha256(manifest)
    values = {
        "model_version": manifest.model_version,
        "trained_at": now(),
        "trained_as_of": manifest.trained_as_of,
        "n_rows": manifest.n_rows,
        "threshold": manifest.threshold,
        "feature_set_id": manifest.feature_set_id,
        "policy_sha256": manifest.policy_sha256,
        "sha256": sha256,
        "manifest": manifest.canonical(),
        **{name: getattr(manifest.holdout, name) for name in ("auc", "gini", "ks", "brier", "cost")},
    }
    connection.execute(sql("registry/insert_model"), values)
    append_row(connection, "training", ITSELF, manifest.model_version, "registry.models_v1", manifest.model_version)
    return sha256


def record_promotion(
    connection: Connection,
    model_version: str,
    *,
    kind: PromotionKind,
    approved_by: str,
    reason: str,
    requested_by: str | None = None,
    gate_id: int | None = None,
) -> date:
    """Makes a version champion from the first business date that no night has decided yet; returns that date."""
    effective_on = BEGINNING if kind == "bootstrap" else next_effective_on(connection)
    former = None if kind == "bootstrap" else champion_on(connection, effective_on).model_version
    values = {
        "kind": kind,
        "model_version": model_version,
        "former_model_version": former,
        "effective_on": effective_on,
        "approved_by": approved_by,
        "reason": reason,
        "promoted_at": now(),
        "requested_by": requested_by,
        "gate_id": gate_id,
        "policy_sha256": newest_policy_sha256(connection),
    }
    connection.execute(sql("registry/insert_promotion"), values)
    audited: AuditKind = "rollback" if kind == "rollback" else "promotion"
    append_row(connection, audited, approved_by, model_version, "registry.promotions_v1")
    return effective_on


def promotion_history(connection: Connection) -> list[Promotion]:
    """Every change of champion, oldest first."""
    return [Promotion(*row) for row in connection.execute(sql("registry/promotion_history")).fetchall()]


def newest_business_date(connection: Connection) -> date | None:
    """The business date that the snapshot stands on: of the last publication, else of the newest model; None without both."""
    row = connection.execute(sql("registry/newest_business_date")).fetchone()
    return None if row is None else row[0]


def training_versions(
    connection: Connection, as_of: date, *, maturity_days: int, received_from: date, received_to: date
) -> pl.DataFrame:
    """Labelled application versions of the cohorts mature at `as_of`: application_id, batch_id, received_on, target."""
    values = {
        "as_of": as_of,
        "maturity_days": maturity_days,
        "received_from": received_from,
        "received_to": received_to,
    }
    return connection.execute(sql("registry/training_versions"), values).pl()
