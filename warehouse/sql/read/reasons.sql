-- grain: one row per reason of one application version
-- reads: marts.reasons
-- params: $application_id, $batch_id
-- why: in the order in which they weighed
SELECT rank, reason_code, reason_text, contribution, feature
FROM marts.reasons
WHERE application_id = $application_id AND batch_id = $batch_id
ORDER BY rank
