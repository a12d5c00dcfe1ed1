-- grain: one row per erasure of these applicants that still has files to clean
-- reads: ops.erasures_v1, ops.suppressed_keys_v1
-- params: $application_ids BIGINT[]
-- why: an erasure that was stopped goes on where it stopped
WITH asked AS (SELECT DISTINCT unnest($application_ids::BIGINT[]) AS application_id)
SELECT DISTINCT e.erasure_id, e.pending_credits
FROM asked AS a
JOIN ops.suppressed_keys_v1 AS s ON s.kind = 'applicant' AND s.key_sha256 = ops.keyed_sha256('applicant', a.application_id)
JOIN ops.erasures_v1 AS e ON e.erasure_id = s.erasure_id
WHERE e.finished_at IS NULL
ORDER BY e.erasure_id
