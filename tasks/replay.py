"""Replaying decisions: what was decided is computed again from what is stored, with the model and the policy of that day."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from schemas.errors import UsageError, VerificationError
from schemas.features import FeatureSet, feature_set
from schemas.policy import Policy
from schemas.replay import ReplayDifference, ReplayReport
from schemas.settings import Settings
from tasks.core.replay import Recipe, compare
from tasks.core.scoring import Model, engine_name
from tasks.model_files import read_model
from tasks.progress import OnProgress
from warehouse.connection import Connection, open_warehouse
from warehouse.erasures import erased_among
from warehouse.features import compute_features
from warehouse.registry import ChampionRef, registered_policy
from warehouse.replay import key_of, model_of, sampled_keys, stored_decisions, stored_features, stored_reasons

_SOURCE = ["model_version", "policy_sha256", "missing_tables"]
_KEYS = ["application_id", "batch_id"]


class _Replayer:
    """Reads each model and each policy once."""

    def __init__(self, connection: Connection, settings: Settings, *, from_raw: bool) -> None:
        self.connection, self.settings, self.from_raw = connection, settings, from_raw
        self.models: dict[str, tuple[ChampionRef, Model] | None] = {}
        self.policies: dict[str, Policy | None] = {}
        self.report = ReplayReport(engine=engine_name())

    def _model(self, version: str) -> tuple[ChampionRef, Model] | None:
        if version not in self.models:
            reference = model_of(self.connection, version)
            folder = self.settings.models / version
            self.models[version] = None if reference is None else (reference, read_model(folder, reference.sha256))
        return self.models[version]

    def _policy(self, sha256: str) -> Policy | None:
        if sha256 not in self.policies:
            self.policies[sha256] = registered_policy(self.connection, sha256)
        return self.policies[sha256]

    def _declared(self, model: Model) -> FeatureSet:
        manifest = model.manifest
        declared = feature_set(manifest.levels, manifest.protected)
        if declared.feature_set_id != manifest.feature_set_id:
            raise VerificationError(
                f"model {manifest.model_version} reads feature set {manifest.feature_set_id}",
                expected=f"feature set {declared.feature_set_id}, which this version of Loanwatch computes",
                where="schemas/features.py",
                remedy="replay from the stored features (without --from-raw), or run the version that trained the model",
            )
        return declared

    def replay(self, keys: pl.DataFrame) -> None:
        """Replays the decisions of these keys; those of erased applicants are counted and left."""
        left = keys.filter(pl.col("application_id") > 0)  # a negative number stands for an erased applicant
        self.report.n_erased += keys.height - left.height
        stored = stored_decisions(self.connection, left).with_columns(pl.col("missing_tables").fill_null([]))
        reasons = stored_reasons(self.connection, left)
        self.report.n_replayed += left.height
        self.report.engines |= set(reasons["engine"])
        self.report.batches |= set(left["batch_id"])
        for group in stored.partition_by(_SOURCE, maintain_order=True):
            self.report.differences += self._group(group, reasons)

    def _group(self, stored: pl.DataFrame, reasons: pl.DataFrame) -> list[ReplayDifference]:
        """Decisions of one model, one policy and one list of absent tables."""
        version, sha256, absent = stored.select(_SOURCE).row(0)
        self.report.sources.add((version, sha256))
        known, policy = self._model(version), self._policy(sha256)
        if known is None:
            return [_unknown(key, "model_version", version) for key in stored.select(_KEYS).iter_rows()]
        if policy is None:
            return [_unknown(key, "policy_sha256", sha256) for key in stored.select(_KEYS).iter_rows()]
        reference, model = known
        recipe = Recipe(model, reference.threshold, policy, absent)
        features = stored_features(self.connection, reference.feature_set_id, stored, recipe.feature_names)
        mine = reasons.join(stored.select(_KEYS), on=_KEYS, how="semi", maintain_order="left")
        return compare(stored, mine, features, recipe) + (self._raw_differences(features, model) if self.from_raw else [])

    def _raw_differences(self, features: pl.DataFrame, model: Model) -> list[ReplayDifference]:
        """Features computed anew from the rows as delivered, against the stored ones, to the last bit."""
        declared = self._declared(model)
        again = compute_features(self.connection, declared, features.select(_KEYS)).select(features.columns)
        both = features.sort(_KEYS).with_row_index("place").filter(pl.lit(not again.equals(features.sort(_KEYS))))
        found = []
        for place, application_id, batch_id, *values in both.iter_rows():
            names = [name for name, was, now in zip(again.columns[2:], values, again.row(place)[2:], strict=True) if was != now]
            found += [ReplayDifference(application_id, batch_id, f"raw {name}", "as stored", "otherwise") for name in names]
        return found


def _unknown(key: tuple[int, int], what: str, stored: str) -> ReplayDifference:
    return ReplayDifference(*key, what, stored, "not registered")


def _chunks(keys: pl.DataFrame, rows: int) -> Iterator[pl.DataFrame]:
    return (keys.slice(start, rows) for start in range(0, keys.height, rows))


def replay_one(settings: Settings, application_id: int, batch_id: int | None = None, *, from_raw: bool = False) -> ReplayReport:
    """Replays the decision in force on an applicant, or that of the delivery named.

    Raises:
        UsageError: there is no such decision.
        VerificationError: the files of the model, or the registered policy, are not what they were; from the rows as delivered,
            where this version of Loanwatch computes other features, too.
    """
    with open_warehouse(settings, read_only=True) as connection:
        replayer = _Replayer(connection, settings, from_raw=from_raw)
        keys = key_of(connection, application_id, batch_id)
        if keys.is_empty() and erased_among(connection, [application_id]):
            replayer.report.n_erased = 1
            return replayer.report
        if keys.is_empty():
            raise UsageError(
                f"application {application_id} has no decision" + (f" in delivery {batch_id}" if batch_id else ""),
                expected="the id of a scored application",
                where="score.decisions",
                remedy='list some: loanwatch sql "select application_id, batch_id from marts.decision_history limit 5"',
            )
        replayer.replay(keys)
        return replayer.report


def replay_many(
    settings: Settings,
    sample: int | None,
    seed: int,
    *,
    from_raw: bool = False,
    on_progress: OnProgress | None = None,
) -> ReplayReport:
    """Replays a sample of all decisions ever taken, or all of them, `chunk_rows` at a time.

    The same seed draws the same decisions as long as none are added.

    Raises:
        VerificationError: as `replay_one`.
    """
    with open_warehouse(settings, read_only=True) as connection:
        replayer = _Replayer(connection, settings, from_raw=from_raw)
        keys = sampled_keys(connection, sample, seed)
        done = 0
        for chunk in _chunks(keys, settings.chunk_rows):
            replayer.replay(chunk)
            done += chunk.height
            if on_progress is not None:
                on_progress(done, keys.height, f"{replayer.report.n_differing} differ")
        return replayer.report
