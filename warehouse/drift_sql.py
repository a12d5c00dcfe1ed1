"""The SQL that counts values over frozen bins: one statement for all numbers of a relation, one for all its texts.

Only names of the closed lists of features and columns are put into the text; edges are a variable, keys are parameters.
"""

from __future__ import annotations

from collections.abc import Sequence

#: DuckDB variable with the upper edges of every numeric subject: a struct of lists.
EDGES = "drift_edges"
#: Registered frame with inputs that are not stored: application_id, batch_id, then features.
INPUTS = "drift_inputs"

_KEYS = "counted_on, business_date, sign"
_OF_VERSION = "v.application_id = e.application_id AND v.batch_id = e.batch_id"
#: What that model scored, as champion or, before it was promoted, as challenger.
_OF_MODEL = f"monitor.model_scores AS v ON {_OF_VERSION} AND v.model_version = $model_version"
_SAME_SCALE = (
    "(SELECT p.policy_sha256 FROM registry.policies_v1 AS p WHERE json_extract(p.content, '$.score') IN "
    "(SELECT json_extract(q.content, '$.score') FROM registry.policies_v1 AS q WHERE q.policy_sha256 = $policy_sha256))"
)

#: Per source of subjects: what is joined to the wanted versions. Points of another scale are other quantities: they do not count.
RELATIONS = {
    "column": "core.applications AS v ON v.SK_ID_CURR = e.application_id AND v.batch_id = e.batch_id",
    "pd": _OF_MODEL,
    "score_points": f"{_OF_MODEL} AND v.policy_sha256 IN {_SAME_SCALE}",
    "decision": _OF_MODEL,
}


def inputs_relation(table: str) -> str:
    """The join for model inputs that stand in `table` (a features table, or the registered frame)."""
    return f"{table} AS v ON {_OF_VERSION}"


def quoted(name: str) -> str:
    """A name as an SQL identifier. Raises ValueError for a name that holds a quotation mark."""
    if '"' in name or "'" in name:
        raise ValueError("a name of a feature or column holds no quotation mark")
    return f'"{name}"'


def _counts(relation: str, columns: Sequence[str], counts: Sequence[str]) -> str:
    """From the wanted versions to one row per day, sign and subject, with the subject's counts as a list."""
    return f"""INSERT INTO drift_counts BY NAME
WITH source AS (
  SELECT e.counted_on, e.business_date, e.sign, {", ".join(columns)}
  FROM drift_wanted AS e
  JOIN {relation}
),
counted AS (
  SELECT {_KEYS},
    {f",{chr(10)}    ".join(counts)}
  FROM source AS s
  GROUP BY {_KEYS}
),
long AS (UNPIVOT counted ON COLUMNS(* EXCLUDE ({_KEYS})) INTO NAME subject VALUE counts),
"""


def _number_counts(name: str) -> str:
    """Counts of a numeric subject's bins, the missing ones last; a day without any number has no histogram."""
    edges = f"getvariable('{EDGES}')['{name}']"
    histogram = f"map_values(histogram(s.{quoted(name)}, {edges}))::BIGINT[]"
    nothing = f"list_transform({edges}, lambda x: 0::BIGINT)"
    return f"list_append(coalesce({histogram}, {nothing}), count(*) - count(s.{quoted(name)})) AS {quoted(name)}"


def count_numbers_statement(relation: str, names: Sequence[str]) -> str:
    """Counts of every numeric subject of the relation over the edges in the variable, appended to drift_counts.

    `histogram(x, edges)` counts lower < x <= upper, which is the rule of the bins; the last edge is infinite, and the bin of
    missing values (null and NaN) stands behind it.
    """
    cleaned = [f"nullif(v.{quoted(name)}::DOUBLE, 'nan'::DOUBLE) AS {quoted(name)}" for name in names]
    return f"""{_counts(relation, cleaned, [_number_counts(name) for name in names])}cells AS (
  SELECT counted_on, business_date, sign, subject, generate_subscripts(counts, 1) AS bin, unnest(counts) AS n
  FROM long
)
SELECT counted_on, business_date, subject, bin, sign * n AS n
FROM cells
WHERE n > 0"""


def _text_counts(name: str) -> str:
    """Counts of a text's levels as they stand, and of missing ones under a null key."""
    missing = f"struct_pack(key := NULL::VARCHAR, value := (count(*) - count(s.{quoted(name)}))::UBIGINT)"
    return f"list_append(coalesce(map_entries(histogram(s.{quoted(name)})), []), {missing}) AS {quoted(name)}"


def count_texts_statement(relation: str, names: Sequence[str]) -> str:
    """Counts of every text subject of the relation, level by level, each in the bin that $reference_id gives it."""
    columns = [f"v.{quoted(name)}::VARCHAR AS {quoted(name)}" for name in names]
    return f"""{_counts(relation, columns, [_text_counts(name) for name in names])}cells AS (
  SELECT counted_on, business_date, sign, subject, unnest(counts) AS held
  FROM long
),
levels AS (
  SELECT subject, level, bin
  FROM monitor.reference_levels_v1
  WHERE reference_id = $reference_id
),
others AS (
  SELECT subject, max(bin) FILTER (role = 'unseen') AS unseen, max(bin) FILTER (role = 'missing') AS missing
  FROM monitor.reference_bins_v1
  WHERE reference_id = $reference_id AND segment = ''
  GROUP BY subject
)
SELECT
  c.counted_on, c.business_date, c.subject,
  coalesce(l.bin, CASE WHEN c.held.key IS NULL THEN o.missing ELSE o.unseen END) AS bin,
  sum(c.sign * c.held.value::BIGINT)::BIGINT AS n
FROM cells AS c
JOIN others AS o ON o.subject = c.subject
LEFT JOIN levels AS l ON l.subject = c.subject AND l.level = c.held.key
WHERE c.held.value > 0
GROUP BY ALL"""
