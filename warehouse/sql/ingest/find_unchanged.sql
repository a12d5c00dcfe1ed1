-- grain: one row per such row of the new delivery
-- reads: raw.application_v1, core.withdrawals_v1
-- params: $batch_id, $first_batch_id (version 1 of that day)
-- why: what has not changed keeps its decision
WITH live AS (
  -- per applicant the newest row of the day before this delivery that was not withdrawn
  SELECT r.SK_ID_CURR, max(r.batch_id) AS batch_id
  FROM raw.application_v1 AS r
  ANTI JOIN core.withdrawals_v1 AS w ON w.application_id = r.SK_ID_CURR AND w.batch_id = r.batch_id
  WHERE r.batch_id >= $first_batch_id AND r.batch_id < $batch_id
  GROUP BY r.SK_ID_CURR
),
equal AS (
  -- origin is compared too: the past delivered again as a night has to be decided
  SELECT * EXCLUDE (batch_id, row_number) FROM raw.application_v1 WHERE batch_id = $batch_id
  INTERSECT
  SELECT * EXCLUDE (batch_id, row_number) FROM raw.application_v1 SEMI JOIN live USING (SK_ID_CURR, batch_id)
)
SELECT n.SK_ID_CURR AS application_id, n.row_number, o.batch_id AS duplicate_of_batch_id, o.row_number AS duplicate_of_row_number
FROM equal
JOIN raw.application_v1 AS n ON n.SK_ID_CURR = equal.SK_ID_CURR AND n.batch_id = $batch_id
JOIN live ON live.SK_ID_CURR = equal.SK_ID_CURR
JOIN raw.application_v1 AS o ON o.SK_ID_CURR = live.SK_ID_CURR AND o.batch_id = live.batch_id
ORDER BY n.row_number
