"""Shadow scoring: the challenger scores what the champion decides, under the same rules, and decides nothing.

Where a challenger's files, inputs or rules are not what they should be, the night goes on without it, and says so: it is told and
never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from logging import getLogger

import polars as pl

from schemas.errors import VerificationError
from schemas.references import BatchScore, PendingBatch, ShadowCount
from schemas.settings import Settings
from tasks.compiled import quicken
from tasks.core.assessing import predict_rows
from tasks.scorer import Scorer, read_scorer, score_rows
from warehouse.clock import now
from warehouse.connection import Connection
from warehouse.features import compute_features
from warehouse.shadow import ShadowGap, challenger_on

logger = getLogger(__name__)

_KEYS = ["application_id", "batch_id"]


@dataclass(frozen=True)
class Challenger:
    """The challenger of a delivery: its scorer, or None and why there is none."""

    model_version: str
    scorer: Scorer | None
    refused_because: str = ""


def load_challenger(connection: Connection, settings: Settings, batch: PendingBatch, champion: Scorer) -> Challenger | None:
    """The challenger of the delivery's business date; None where there is none. One that fails verification scores nothing."""
    ref = challenger_on(connection, batch.received_on, champion.ref.model_version)
    if ref is None:
        return None
    try:
        return Challenger(ref.model_version, read_scorer(settings, ref, champion.policy, champion.absent_tables))
    except VerificationError as error:
        logger.warning("challenger %s does not score: %s", ref.model_version, error.found)
        return Challenger(ref.model_version, None, error.found)


@dataclass(frozen=True)
class Beside:
    """What a challenger made of a chunk: its scores, or the gap that it leaves; and what went another way than planned."""

    scores: pl.DataFrame | None
    gap: ShadowGap | None = None
    warnings: tuple[str, ...] = ()


def score_beside(
    connection: Connection, challenger: Challenger, batch: PendingBatch, features: pl.DataFrame, computed_for: str
) -> Beside:
    """The challenger's scores of a chunk, or why it has none.

    Args:
        connection: an open warehouse.
        challenger: who scores.
        batch: the delivery.
        features: application_id, batch_id, then the features as computed for the champion.
        computed_for: id of the champion's feature set; another one of the challenger is computed and not stored.

    Returns:
        The rows of score.shadow_scores_v1 in the order of `features`, or the gap.
    """
    if challenger.scorer is None:
        return Beside(None, _gap(challenger, batch, features, challenger.refused_because))
    try:
        return _scores(connection, challenger.scorer, batch, features, computed_for)
    except VerificationError as error:
        logger.warning("challenger %s does not score: %s", challenger.model_version, error.found)
        return Beside(None, _gap(challenger, batch, features, error.found))


def _gap(challenger: Challenger, batch: PendingBatch, features: pl.DataFrame, because: str) -> ShadowGap:
    return ShadowGap(batch.batch_id, batch.received_on, challenger.model_version, features.height, because)


def _scores(connection: Connection, scorer: Scorer, batch: PendingBatch, features: pl.DataFrame, computed_for: str) -> Beside:
    if scorer.feature_set.feature_set_id != computed_for:
        features = compute_features(connection, scorer.feature_set, features.select(_KEYS))
    scorer, warning = quicken(scorer, batch.n_pending, features)
    pd, insufficient = predict_rows(scorer.model, features, scorer.policy.quality.min_filled_share)
    scores = score_rows(scorer, features, pd, insufficient)
    found = pl.concat([features.select(_KEYS), scores], how="horizontal").with_columns(
        pl.lit(batch.received_on).alias("as_of"), pl.lit(now()).alias("scored_at")
    )
    return Beside(found, warnings=(warning,) if warning else ())


def count_swaps(result: BatchScore, decisions: pl.DataFrame, scores: pl.DataFrame | None, gap: ShadowGap | None) -> None:
    """Adds a chunk's shadow scores to the delivery's counts; `review` counts as refusal."""
    if gap is not None:
        count = _count_of(result, gap.model_version)
        count.n_unscored += gap.n_unscored
        count.refused_because = gap.refused_because
    if scores is not None and not scores.is_empty():
        count = _count_of(result, scores["model_version"][0])
        both = decisions.select(*_KEYS, (pl.col("decision") == "approve").alias("champion")).join(
            scores.select(*_KEYS, (pl.col("decision") == "approve").alias("challenger")), on=_KEYS, how="inner"
        )
        count.n_scored += both.height
        count.n_swap_in += both.filter(pl.col("challenger") & ~pl.col("champion")).height
        count.n_swap_out += both.filter(pl.col("champion") & ~pl.col("challenger")).height


def _count_of(result: BatchScore, model_version: str) -> ShadowCount:
    if result.shadow is None:
        result.shadow = ShadowCount(model_version)
    return result.shadow
