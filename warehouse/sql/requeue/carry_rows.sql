-- grain: one row per row carried over
-- reads: raw.application_v1
-- params: $batch_id, $first_batch_id (version 1 of that day)
-- why: a delivered history replaces what was held of the applicant in that table, so a repaired row alone would put the others out
--   of force: the rows of the same day come along, from the newest version that holds any. raw.application_v1 stands for the raw
--   table of any history
INSERT INTO raw.application_v1 BY NAME
WITH repaired AS (
  SELECT DISTINCT SK_ID_CURR FROM raw.application_v1 WHERE batch_id = $batch_id AND SK_ID_CURR IS NOT NULL
),
beside AS (
  SELECT r.SK_ID_CURR, max(r.batch_id) AS batch_id
  FROM raw.application_v1 AS r
  SEMI JOIN repaired ON repaired.SK_ID_CURR = r.SK_ID_CURR
  WHERE r.batch_id >= $first_batch_id AND r.batch_id < $batch_id
  GROUP BY r.SK_ID_CURR
),
last AS (SELECT max(row_number) AS row_number FROM raw.application_v1 WHERE batch_id = $batch_id)
SELECT
  $batch_id AS batch_id,
  (SELECT last.row_number FROM last) + row_number() OVER (ORDER BY r.batch_id, r.row_number) AS row_number,
  r.* EXCLUDE (batch_id, row_number)
FROM raw.application_v1 AS r
SEMI JOIN beside ON beside.SK_ID_CURR = r.SK_ID_CURR AND beside.batch_id = r.batch_id
ORDER BY 2
