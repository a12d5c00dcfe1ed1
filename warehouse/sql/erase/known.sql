-- grain: one row per applicant among those asked for whose data were erased
-- reads: ops.suppressed_keys_v1
-- params: $application_ids BIGINT[]
-- why: erased applicants are kept as keyed hashes only
WITH asked AS (SELECT DISTINCT unnest($application_ids::BIGINT[]) AS application_id)
SELECT a.application_id
FROM asked AS a
WHERE ops.keyed_sha256('applicant', a.application_id) IN (
  SELECT s.key_sha256 FROM ops.suppressed_keys_v1 AS s WHERE s.kind = 'applicant'
)
ORDER BY a.application_id
