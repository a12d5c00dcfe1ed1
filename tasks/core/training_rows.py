"""The rows that a model is trained on: what may be among them, and which are held out."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Literal, NamedTuple

import numpy as np
import polars as pl

from schemas.errors import UsageError
from schemas.policy import Policy
from tasks.core.folds import HOLDOUT_SHARE, is_held_out

KEY = ["application_id", "batch_id"]
TARGET = "target"
#: With fewer defaults among the rows to fit on, folds and threshold would be chance.
MIN_BAD = 20
MIN_BAD_HELD_OUT = 2

Holdout = Literal["id_hash", "time"]

#: Whatever their case: ids and keys, the outcome, and the day on which it was seen.
_NEVER_FEATURES = frozenset({"sk_id_curr", "sk_id_bureau", "sk_id_prev", "target", "observed_on", *KEY})


class Split(NamedTuple):
    fitted: pl.DataFrame
    holdout: pl.DataFrame


def feature_names(frame: pl.DataFrame) -> list[str]:
    """The columns of a training frame that are neither key nor target, in order."""
    return [name for name in frame.columns if name not in (*KEY, TARGET)]


def forbid_features(names: list[str], policy: Policy) -> None:
    """Raises UsageError where an id, an outcome or a protected attribute is among the features, in whatever case."""
    forbidden = _NEVER_FEATURES | {name.lower() for name in policy.protected.columns}
    found = sorted(name for name in names if name.lower() in forbidden)
    if found:
        raise UsageError(
            f"the features hold what may be none: {', '.join(found)}",
            expected="no id, no outcome and no protected attribute of the policy among the features",
            where="the training frame",
            remedy="build the feature set with the policy's protected attributes",
        )


def require_both_outcomes(frame: pl.DataFrame, what: str, least: int) -> None:
    """Raises UsageError where there are fewer than `least` defaults or repaid loans."""
    n_bad = int(frame[TARGET].sum())
    if min(n_bad, frame.height - n_bad) < least:
        raise UsageError(
            f"{n_bad} defaults and {frame.height - n_bad} repaid loans among {what}",
            expected=f"at least {least} of each",
            where="matured outcomes",
            remedy="wait for more outcomes, deliver more history, or simulate more applicants",
        )


def _newest_cohorts(frame: pl.DataFrame, share: float) -> pl.Series:
    """Mask of the rows of the newest business dates, whole days, as few as hold at least `share` of the rows."""
    day = pl.col("batch_id") // 100
    days = frame.group_by(day.alias("day")).len().sort("day", descending=True).with_columns(pl.col("len").cum_sum())
    first = days.filter(pl.col("len") >= share * frame.height)["day"].max()
    return frame.select((day >= first).alias("held"))["held"]


def _masks(frame: pl.DataFrame, holdout: Holdout, share: float) -> tuple[pl.Series, pl.Series]:
    """Rows to fit on, and rows held out. An applicant is never on both sides."""
    ids = frame["application_id"]
    if holdout == "id_hash":
        held = pl.Series(is_held_out(ids.to_numpy(), share))
        return ~held, held
    held = _newest_cohorts(frame, share)
    return ~ids.is_in(ids.filter(held).unique().implode()), held


def split_holdout(frame: pl.DataFrame, holdout: Holdout = "id_hash", share: float = HOLDOUT_SHARE) -> Split:
    """Rows to fit on and rows held out, both in order of application_id and batch_id.

    `id_hash` holds out a share of the applicants, the same in every training. `time` holds out the newest cohorts, whole days
    until at least the share is reached; older rows of their applicants are left out altogether.

    Raises:
        UsageError: too few defaults, or too few repaid loans, in either.
    """
    ordered = frame.sort(KEY)
    fitted, held = _masks(ordered, holdout, share)
    split = Split(ordered.filter(fitted), ordered.filter(held))
    require_both_outcomes(split.fitted, "the rows to fit on", MIN_BAD)
    require_both_outcomes(split.holdout, "the hold-out", MIN_BAD_HELD_OUT)
    return split


def content_sha256(frame: pl.DataFrame) -> str:
    """SHA-256 over names and values, column by column, rows in order of the key; a NaN counts as missing."""
    digest = hashlib.sha256()
    for column in frame.sort(KEY).iter_columns():
        digest.update(f"{column.name}:{len(column)}\n".encode())
        if column.dtype == pl.String:
            digest.update("\x1f".join(column.fill_null("\x00").to_list()).encode())
        else:
            values = column.cast(pl.Float64).fill_null(np.nan).to_numpy()
            digest.update(np.where(np.isnan(values), np.nan, values + 0.0).astype("<f8").tobytes())
    return digest.hexdigest()


def received_range(frame: pl.DataFrame) -> tuple[date, date]:
    """First and last business date of the rows; a batch_id is yyyymmddvv."""
    first, last = (
        int(batch_id) // 100 for batch_id in frame.select(pl.col("batch_id").min(), last=pl.col("batch_id").max()).row(0)
    )
    return date.fromisoformat(str(first)), date.fromisoformat(str(last))
