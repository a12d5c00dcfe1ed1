"""Models as marts shows them: from the warehouse or, to a reader who does not want to wait for it, from the snapshot."""

from __future__ import annotations

from schemas.errors import UsageError
from schemas.readings import ModelReading, Record
from schemas.settings import Settings
from warehouse.connection import Connection, open_warehouse
from warehouse.reading import open_snapshot, records


def list_models(settings: Settings, *, published: bool = False) -> list[Record]:
    """The columns of marts.models, the newest version first; none in a home without a warehouse."""
    if not settings.warehouse.exists():
        return []
    with open_snapshot(settings) if published else open_warehouse(settings) as connection:
        return records(connection, "models")


def read_model_reading(settings: Settings, version: str, *, published: bool = False) -> ModelReading:
    """Everything on record about one version. Raises UsageError if it is not registered."""
    known = {record["model_version"]: record for record in list_models(settings, published=published)}
    if version not in known:
        raise UsageError(
            f"model version {version!r} is not registered",
            expected="a version that a training registered",
            where="registry.models",
            remedy="list them with `loanwatch models`",
        )
    with open_snapshot(settings) if published else open_warehouse(settings) as connection:
        return _reading(connection, known[version])


def _reading(connection: Connection, model: Record) -> ModelReading:
    key: Record = {"model_version": model["model_version"]}
    return ModelReading(
        model=model,
        candidates=records(connection, "model_candidates", key),
        gates=records(connection, "model_gates", key),
        findings=records(connection, "model_findings", key),
        reviews=records(connection, "model_reviews", key),
        promotions=records(connection, "model_promotions", key),
    )
