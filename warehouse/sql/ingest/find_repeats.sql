-- grain: one row per accepted application row of such an applicant, in order of the file
-- reads: raw.application_v1, core.quarantine_v1
-- params: $batch_id, $source_file (the application file)
-- why: equal rows count once, conflicting ones not at all; n_different tells which it is. A row in quarantine differs from every
--   accepted one
WITH bad AS (
  SELECT DISTINCT application_id AS SK_ID_CURR
  FROM core.quarantine_v1
  WHERE batch_id = $batch_id AND source_file = $source_file AND application_id IS NOT NULL
),
repeats AS (
  SELECT SK_ID_CURR, count(*) AS n_rows, bool_or(SK_ID_CURR IN (SELECT SK_ID_CURR FROM bad)) AS is_bad_too
  FROM raw.application_v1
  WHERE batch_id = $batch_id
  GROUP BY SK_ID_CURR
  HAVING n_rows > 1 OR is_bad_too
),
different AS (
  -- distinct over every delivered column, nulls equal
  SELECT SK_ID_CURR, count(*) AS n_different
  FROM (
    SELECT DISTINCT * EXCLUDE (row_number)
    FROM raw.application_v1
    WHERE batch_id = $batch_id AND SK_ID_CURR IN (SELECT SK_ID_CURR FROM repeats)
  )
  GROUP BY SK_ID_CURR
)
SELECT r.SK_ID_CURR AS application_id, r.row_number, d.n_different + repeats.is_bad_too::INTEGER AS n_different
FROM raw.application_v1 AS r
JOIN different AS d USING (SK_ID_CURR)
JOIN repeats USING (SK_ID_CURR)
WHERE r.batch_id = $batch_id
ORDER BY r.row_number
