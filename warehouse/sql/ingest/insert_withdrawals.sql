-- grain: one row per application version withdrawn
-- reads: raw.application_v1, core.quarantine_v1, core.duplicates_v1, core.withdrawals_v1
-- params: $batch_id, $first_batch_id (version 1 of that day), $source_file (the application file), $at (UTC)
-- why: rows no longer there are withdrawn, not deleted. An applicant whose new row is in quarantine is still there. Every
--   version of the day goes, so that no older one comes into force again
INSERT INTO core.withdrawals_v1 BY NAME
WITH present AS (
  SELECT SK_ID_CURR AS application_id FROM raw.application_v1 WHERE batch_id = $batch_id
  UNION
  SELECT application_id FROM core.duplicates_v1 WHERE batch_id = $batch_id
  UNION
  SELECT application_id FROM core.quarantine_v1 WHERE batch_id = $batch_id AND source_file = $source_file
)
SELECT
  r.SK_ID_CURR AS application_id, r.batch_id, $batch_id AS withdrawn_by_batch_id, $at::TIMESTAMP AS withdrawn_at
FROM raw.application_v1 AS r
ANTI JOIN present AS p ON p.application_id = r.SK_ID_CURR
ANTI JOIN core.withdrawals_v1 AS w ON w.application_id = r.SK_ID_CURR AND w.batch_id = r.batch_id
WHERE r.batch_id >= $first_batch_id AND r.batch_id < $batch_id
ORDER BY r.batch_id, r.row_number
