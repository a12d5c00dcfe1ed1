"""The fingerprints of a chunk of decisions, worked out from the frames that are written instead of reading them back.

Byte for byte the texts that sql/audit/fingerprints.sql hashes from the tables. That statement is the definition; this is the
quick way for rows that lie side by side in memory, and what it does not cover is left to the statement.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from schemas.audit import DecisionSet
from warehouse.hex_floats import hex_floats

#: What JSON writes otherwise than it stands; a text with any of it is not plain.
_NOT_PLAIN = r'["\\\x00-\x1f\x7f]'
#: A quotation mark inside a text inside a text.
_MARK = '\\"'
_Kinds = Mapping[str, pl.DataType | type[pl.DataType]]
_KEY: _Kinds = {"application_id": pl.Int64, "batch_id": pl.Int32}
_KEYS = list(_KEY)
_DECISION: _Kinds = {
    **_KEY, "received_on": pl.Date, "as_of": pl.Date, "origin": pl.String,
    "features_sha256": pl.String, "model_version": pl.String, "policy_sha256": pl.String, "pd": pl.Float64,
    "score_points": pl.Float64, "threshold": pl.Float64, "decision": pl.String, "decided_by": pl.String,
    "decided_at": pl.Datetime("us"),
}  # fmt: skip
_REASON: _Kinds = {
    "rank": pl.Int32, "reason_code": pl.String, "reason_text": pl.String, "contribution": pl.Float64, "feature": pl.String,
    "engine": pl.String,
}  # fmt: skip
_NAMES = pl.List(pl.String)
_QUALITY: _Kinds = {
    "n_inputs": pl.Int32, "n_filled": pl.Int32, "missing_tables": _NAMES, "missing_columns": _NAMES, "unseen_columns": _NAMES,
    "out_of_range_columns": _NAMES,
}  # fmt: skip


def chunk_set(
    batch_id: int, decided_at: datetime, decisions: pl.DataFrame, reasons: pl.DataFrame, quality: pl.DataFrame
) -> DecisionSet | None:
    """The set of decisions that these frames are; None where it has to be read from the tables.

    Args:
        batch_id: the delivery of all of them.
        decided_at: the instant of all of them.
        decisions: one row per decision, with the columns of score.decisions_v1.
        reasons: of these decisions, with the columns of score.reasons_v1.
        quality: one row per decision in the same order, with the columns of score.quality_v1.
    """
    if not _is_covered(decisions, reasons, quality):
        return None
    contents = _contents(decisions, reasons, quality).cast(pl.Binary).to_list()
    digests = sorted([hashlib.sha256(content).digest() for content in contents])  # as bytes they sort as their texts do
    return DecisionSet(batch_id, decided_at, len(digests), hashlib.sha256(b"".join(digests).hex().encode()).hexdigest())


def _is_covered(decisions: pl.DataFrame, reasons: pl.DataFrame, quality: pl.DataFrame) -> bool:
    """Whether decision and quality stand side by side, keys and ranks are there once, and nothing needs a rule that is not here.

    The ranks, because the statement sorts reasons as texts of their own, and here they are texts inside a text: a mark that ends
    a word sorts otherwise there. Ranks differ before the first such mark.
    """
    keys, ranks = decisions.select(_KEYS), reasons.select(*_KEYS, "rank")
    kinds = [(decisions, _DECISION), (reasons, {**_KEY, **_REASON}), (quality, {**_KEY, **_QUALITY})]
    return (
        all(frame.schema.get(name) == kind for frame, wanted in kinds for name, kind in wanted.items())
        and keys.equals(quality.select(_KEYS))
        and keys.n_unique() == keys.height
        and ranks.n_unique() == ranks.height
        and all(_is_plain(frame[name]) for frame, wanted in kinds for name in wanted)
    )


def _is_plain(column: pl.Series) -> bool:
    """Whether texts stand in JSON as they are, lists hold no null, and numbers are finite."""
    if column.dtype == _NAMES:
        inner = column.explode(empty_as_null=False)
        return column.null_count() == inner.null_count() == 0 and _is_plain(inner.unique())
    if column.dtype == pl.String:
        return not _of_one_value(column).str.contains(_NOT_PLAIN).any()
    return bool(column.is_finite().all()) if column.dtype.is_float() else True


def _of_one_value(column: pl.Series) -> pl.Series:
    """The first text of a column whose texts are all the same, else the column: comparing takes a tenth of searching."""
    return column.head(1) if len(column) and bool(column.eq_missing(column[0]).all()) else column


def _contents(decisions: pl.DataFrame, reasons: pl.DataFrame, quality: pl.DataFrame) -> pl.Series:
    """What is hashed, one text per decision in the order given."""
    keys = decisions.select(_KEYS)
    pieces = [
        '{"decision":"', *_object(decisions, _DECISION), '","reasons":', _lists(keys, reasons),
        ',"quality":["', *_object(quality, _QUALITY), '"]}',
    ]  # fmt: skip
    return _joined(keys, pieces)


def _lists(keys: pl.DataFrame, reasons: pl.DataFrame) -> pl.Series:
    """The reasons of each key as a JSON list, or null."""
    told = reasons.select(_KEYS).with_columns(_joined(reasons, _object(reasons, _REASON)).alias("r"))
    lists = told.group_by(_KEYS).agg(pl.concat_str(pl.lit('["'), pl.col("r").sort().str.join('","'), pl.lit('"]')).alias("r"))
    return keys.join(lists, on=_KEYS, how="left", maintain_order="left")["r"].fill_null("null")


def _object(frame: pl.DataFrame, kinds: _Kinds) -> list[str | pl.Series]:
    """The pieces of each row as a JSON object, as that stands inside a text of another one."""
    pieces: list[str | pl.Series] = ["{"]
    for position, name in enumerate(kinds):
        pieces += [f"{',' if position else ''}{_MARK}{name}{_MARK}:", *_value(frame[name])]
    return [*pieces, "}"]


def _joined(keys: pl.DataFrame, pieces: Sequence[str | pl.Series]) -> pl.Series:
    """The pieces of each row as one text. What is the same in all rows is a text of its own."""
    together = _together(pieces)
    varied = {f"piece_{number}": piece for number, piece in enumerate(together) if isinstance(piece, pl.Series)}
    joined = [pl.lit(piece) if isinstance(piece, str) else pl.col(f"piece_{number}") for number, piece in enumerate(together)]
    return keys.select("application_id").with_columns(**varied).with_columns(pl.concat_str(joined).alias("object"))["object"]


def _value(column: pl.Series) -> list[str | pl.Series]:
    if column.dtype == _NAMES or len(column) < 2 or column.null_count():
        return [_in_json(column)]
    values = pl.Series(column.to_numpy().view("u8")) if column.dtype.is_float() else column  # 0.0 equals -0.0, its bits do not
    return [str(_in_json(column.head(1))[0])] if bool((values == values[0]).all()) else [_in_json(column)]


def _together(pieces: Sequence[str | pl.Series]) -> list[str | pl.Series]:
    """The pieces, neighbouring texts as one."""
    found: list[str | pl.Series] = []
    for piece in pieces:
        last = found[-1] if found else None
        if isinstance(piece, str) and isinstance(last, str):
            found[-1] = last + piece
        else:
            found.append(piece)
    return found


def _in_json(column: pl.Series) -> pl.Series:
    """A column's values as JSON writes them inside a text."""
    name = column.name
    if column.dtype == _NAMES:
        joined = pl.col(name).list.join(f"{_MARK},{_MARK}")
        filled = pl.concat_str(pl.lit(f"[{_MARK}"), joined, pl.lit(f"{_MARK}]"))
        return column.to_frame().select(pl.when(pl.col(name).list.len() > 0).then(filled).otherwise(pl.lit("[]")).alias(name))[
            name
        ]
    if column.dtype.is_integer():
        return column.cast(pl.String)
    text = pl.concat_str(pl.lit(_MARK), pl.col(name), pl.lit(_MARK))
    return _as_text(column).to_frame().select(pl.coalesce(text, pl.lit("null")).alias(name))[name]


def _as_text(column: pl.Series) -> pl.Series:
    if column.dtype.is_float():
        return hex_floats(column)
    if column.dtype == pl.Date:
        return column.dt.strftime("%Y-%m-%d")
    return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f") if column.dtype == pl.Datetime("us") else column
