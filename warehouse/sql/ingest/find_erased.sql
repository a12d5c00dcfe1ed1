-- grain: one row per accepted row of this delivery and table that belongs to an erased person
-- reads: raw.application_v1, ops.suppressed_keys_v1
-- params: $batch_id, $received_on DATE
-- why: the same files delivered again do not bring a person back; a later business date is a new application.
--   raw.application_v1 stands for the raw table of any delivered file
SELECT a.row_number
FROM raw.application_v1 AS a
WHERE a.batch_id = $batch_id
  AND ops.keyed_sha256('applicant', a.SK_ID_CURR) IN (
    SELECT s.key_sha256 FROM ops.suppressed_keys_v1 AS s WHERE s.kind = 'applicant' AND s.through_on >= $received_on
  )
ORDER BY a.row_number
