-- grain: one row per accepted application row of such an applicant, in order of the file
-- reads: raw.application_v1
-- params: $batch_id
-- why: equal rows count once, conflicting ones not at all; n_different tells which it is
WITH repeats AS (
  SELECT SK_ID_CURR FROM raw.application_v1 WHERE batch_id = $batch_id GROUP BY SK_ID_CURR HAVING count(*) > 1
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
SELECT r.SK_ID_CURR AS application_id, r.row_number, d.n_different
FROM raw.application_v1 AS r
JOIN different AS d USING (SK_ID_CURR)
WHERE r.batch_id = $batch_id
ORDER BY r.row_number
