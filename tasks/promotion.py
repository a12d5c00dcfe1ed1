"""Changes of champion: each is checked whole, then written in one transaction, between two nights and never within one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, TypeVar

from schemas.errors import ApproverRefusedError, GateRefusedError, UsageError
from schemas.features import FeatureSet
from schemas.gate import GateResult
from schemas.outbox import EventKind
from schemas.policy import Policy
from schemas.promotion import Promotion
from schemas.settings import Settings
from tasks.core.succession import champion_before, is_same_person
from tasks.drift import require_references
from tasks.gate import next_champion_and_policy, run_gate, standing_gate
from tasks.night import hold_warehouse, publish, recorded_run
from tasks.versions import read_version
from warehouse.connection import Connection, open_warehouse, transaction
from warehouse.gates import Review, newest_gate, record_review, rejection_of
from warehouse.outbox import enqueue
from warehouse.registry import (
    ChampionRef,
    newest_business_date,
    promotion_history,
    record_promotion,
    registered_model,
)
from warehouse.scores import ensure_features_table
from warehouse.trainings import training_of

_Result = TypeVar("_Result")


def promote(settings: Settings, version: str, *, approved_by: str, reason: str) -> Promotion:
    """Makes a version champion from the first business date that no night has decided yet.

    The gate that holds now has to pass; it is evaluated again where the champion or the policy have changed since the last time.

    Raises:
        UsageError: the version is not registered, or name or reason are blank.
        GateRefusedError: it is champion already, was rejected, its requester approves, or the gate does not pass.
        VerificationError: its files, its threshold or its drift reference are not what the registry says.
        WarehouseBusyError: another process, a night for instance, holds the warehouse for too long.
    """
    approved_by, reason = _said(approved_by, "the approver's name"), _said(reason, "a reason")
    with open_warehouse(settings) as connection:
        reference = registered_model(connection, version).reference
        champion, policy = next_champion_and_policy(connection)
        requested_by = _require_approvable(connection, version, champion, approved_by)
        features = _require_sound(connection, settings, reference, policy)
        gate_id, gate = standing_gate(connection, settings, version)
        _require_passed(gate)
        ensure_features_table(connection, features)
        with transaction(connection):
            record_promotion(
                connection,
                version,
                kind="promotion",
                approved_by=approved_by,
                reason=reason,
                requested_by=requested_by,
                gate_id=gate_id,
            )
            record_review(connection, version, decision="approve", reviewed_by=approved_by, comment=reason, gate_id=gate_id)
            return _announced(connection, "promoted")


def approve_once(settings: Settings, version: str, *, approved_by: str, reason: str) -> Promotion:
    """Promotes and publishes, for a run that may be cut short and started again: a promotion that it made before is returned.

    Raises:
        ApproverRefusedError: the requester approves.
        GateRefusedError: the version was rejected, or its gate does not pass.
    """

    def approve() -> Promotion:
        with open_warehouse(settings) as connection:
            history = promotion_history(connection)
        # made before, even where it was rolled back since: an answer counts once
        made = [item for item in history if _is_of(item, version, approved_by, reason)]
        return made[-1] if made else promote(settings, version, approved_by=approved_by, reason=reason)

    return act_and_publish(settings, "promote", approve)


def _is_of(change: Promotion, version: str, approved_by: str, reason: str) -> bool:
    found = (change.kind, change.model_version, change.approved_by, change.reason)
    return found == ("promotion", version, approved_by.strip(), reason.strip())


def judge_and_publish(settings: Settings, version: str) -> GateResult:
    """Runs the gate and publishes what it found."""
    return act_and_publish(settings, "gate", partial(run_gate, settings, version))


def rollback(settings: Settings, *, by: str, reason: str) -> Promotion:
    """Makes the champion before the last change that was not undone champion again, with its threshold and drift reference.

    Raises:
        UsageError: name or reason are blank.
        GateRefusedError: there is no earlier champion.
        NoChampionError: there never was one.
        VerificationError: its files, its threshold or its drift reference are not what the registry says.
        WarehouseBusyError: another process, a night for instance, holds the warehouse for too long.
    """
    by, reason = _said(by, "a name"), _said(reason, "a reason")
    with open_warehouse(settings) as connection:
        champion, policy = next_champion_and_policy(connection)
        version = champion_before(promotion_history(connection))
        if version is None:
            raise GateRefusedError(
                f"there is no champion before {champion.model_version} to go back to",
                expected="a promotion that was not undone yet",
                where="registry.promotions",
                remedy="train another model with `loanwatch retrain` and promote it",
            )
        _require_sound(connection, settings, registered_model(connection, version).reference, policy)
        with transaction(connection):
            record_promotion(connection, version, kind="rollback", approved_by=by, reason=reason)
            return _announced(connection, "rolled_back")


def reject(settings: Settings, version: str, *, rejected_by: str, comment: str) -> Review:
    """Puts on record that a version is not to become champion; nothing else changes, and a second rejection changes nothing.

    Raises:
        UsageError: the version is not registered, is or was champion, or the name is blank.
    """
    rejected_by = _said(rejected_by, "a name")
    with open_warehouse(settings) as connection, transaction(connection):
        registered_model(connection, version)
        former = rejection_of(connection, version)
        if former is not None:
            return former
        if any(change.model_version == version for change in promotion_history(connection)):
            raise UsageError(
                f"{version} is or was champion: it cannot be rejected any more",
                expected="a version that never was champion",
                where="registry.promotions",
                remedy="undo its promotion with `loanwatch rollback`",
            )
        gate = newest_gate(connection, version)
        gate_id = gate[0] if gate else None
        review_id = record_review(
            connection, version, decision="reject", reviewed_by=rejected_by, comment=comment.strip(), gate_id=gate_id
        )
        enqueue(connection, "event", "rejected", version, {"who": rejected_by, "why": comment.strip()})
        enqueue(connection, "mlflow", "aliases", version, {})
        return Review(review_id, rejected_by, comment.strip(), gate_id)


def act_and_publish(
    settings: Settings, command: Literal["promote", "rollback", "reject", "gate"], act: Callable[[], _Result]
) -> _Result:
    """Runs a change as a run on record and publishes the snapshot after it; one that is refused publishes nothing."""
    with hold_warehouse(settings):
        with open_warehouse(settings) as connection:
            day = newest_business_date(connection)
        if day is None:
            raise UsageError(
                "no model is registered in this home", where="registry.models", remedy="train one with `loanwatch retrain`"
            )
        with recorded_run(settings, command, day) as run:
            result = act()
            publish(settings, run.run_id, day)
    return result


def _said(text: str, what: str) -> str:
    if not text.strip():
        raise UsageError(f"{what} is missing", expected="words", remedy="say who acts and why")
    return text.strip()


def _require_approvable(connection: Connection, version: str, champion: ChampionRef, approved_by: str) -> str | None:
    """The requester of the version; refuses a version or an approver that cannot be. Raises GateRefusedError."""
    training = training_of(connection, version)
    requested_by = training.requested_by if training else None
    if champion.model_version == version:
        raise GateRefusedError(f"{version} is the champion already", where="registry.promotions", remedy="nothing is left to do")
    rejection = rejection_of(connection, version)
    if rejection is not None:
        raise GateRefusedError(
            f"{version} was rejected by {rejection.reviewed_by}",
            expected="a version that nobody rejected",
            where="registry.reviews",
            remedy="train another model with `loanwatch retrain`",
        )
    if requested_by is not None and is_same_person(requested_by, approved_by):
        raise ApproverRefusedError(
            f"{approved_by} asked for {version} and cannot approve it",
            expected="another person",
            where="registry.trainings",
            remedy="let a second person look at the model card and promote it",
        )
    return requested_by


def _require_sound(connection: Connection, settings: Settings, reference: ChampionRef, policy: Policy) -> FeatureSet:
    """The version can decide and be watched the very next night. Returns the features that it reads."""
    version = read_version(settings, reference)
    require_references(connection, settings, reference, policy)
    return version.features


def _require_passed(gate: GateResult) -> None:
    if gate.verdict == "pass":
        return
    against = [f"{item.rule}: {item.found}" for item in gate.comparison.findings if item.verdict == gate.verdict]
    if gate.verdict == "not_enough_data":
        against = against[:1]  # too few rows leave every figure open; they are told once
    verdict = "does not have enough data" if gate.verdict == "not_enough_data" else "does not pass"
    raise GateRefusedError(
        f"the gate of {gate.model_version} against {gate.champion_version} {verdict}: " + "; ".join(against),
        expected="every rule of the gate to pass",
        where="registry.gates",
        remedy=f"see `loanwatch models {gate.model_version}`, and train another model with `loanwatch retrain`",
    )


def _announced(connection: Connection, kind: EventKind) -> Promotion:
    """The change recorded last, put into the outbox within the same transaction."""
    change = promotion_history(connection)[-1]
    told = {
        "who": change.approved_by,
        "why": change.reason,
        "from": change.former_model_version,
        "to": change.model_version,
        "effective_on": change.effective_on,
    }
    enqueue(connection, "event", kind, change.model_version, told)
    enqueue(connection, "mlflow", "aliases", change.model_version, {})
    return change
