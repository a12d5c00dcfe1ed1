"""A version on paper: its training record, verified, the card made from it, and the comparison with the champion."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import ValidationError

from reports.model_card import model_comparison_markdown, write_model_card
from schemas.errors import VerificationError
from schemas.gate import GateResult
from schemas.settings import Settings
from schemas.training_record import RECORD_FILE, TrainingRecord
from tasks.model_files import read_model
from warehouse.connection import open_warehouse
from warehouse.gates import newest_gate
from warehouse.registry import registered_model
from warehouse.trainings import training_of


def _verified_record(folder: Path, expected_sha256: str) -> TrainingRecord:
    file = folder / RECORD_FILE
    remedy = "restore the model's folder from a backup"
    try:
        content = file.read_bytes()
        if hashlib.sha256(content).hexdigest() != expected_sha256:
            raise VerificationError(
                f"{RECORD_FILE} was changed", expected=f"sha256 {expected_sha256[:16]}...", where=str(file), remedy=remedy
            )
        return TrainingRecord.model_validate_json(content)
    except (OSError, ValidationError) as error:
        raise VerificationError(f"{RECORD_FILE} cannot be read: {type(error).__name__}", where=str(file), remedy=remedy) from None


def read_record(settings: Settings, version: str) -> TrainingRecord:
    """The record of a version's training, as registered.

    Raises:
        UsageError: the version is not registered.
        VerificationError: it was trained before records were kept, or its record was changed.
    """
    with open_warehouse(settings) as connection:
        registered_model(connection, version)
        training = training_of(connection, version)
    if training is None:
        raise VerificationError(
            f"{version} has no training record", where="registry.trainings", remedy="train it again with `loanwatch retrain`"
        )
    return _verified_record(settings.models / version, training.record_sha256)


def _newest_gate(settings: Settings, version: str) -> GateResult | None:
    with open_warehouse(settings) as connection:
        found = newest_gate(connection, version)
    return found[1] if found else None


def comparison_text(settings: Settings, version: str) -> str:
    """Challenger against champion in short, as Markdown."""
    return model_comparison_markdown(read_record(settings, version), _newest_gate(settings, version))


def write_card(settings: Settings, version: str) -> Path:
    """Writes the version's card, with its newest comparison, in place of a former one; returns the page's path."""
    record, gate = read_record(settings, version), _newest_gate(settings, version)
    folder = settings.models / version
    with open_warehouse(settings) as connection:
        reference = registered_model(connection, version).reference
    manifest = read_model(folder, reference.sha256).manifest
    return write_model_card(folder, record, manifest, gate, gate.champion_version if gate else None)
