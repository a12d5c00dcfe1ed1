-- grain: at most one row, the decision in force on an applicant, else the newest one; or the one of the delivery named
-- reads: score.decisions_v1, core.withdrawals_v1
-- params: $application_id BIGINT, $batch_id INTEGER (NULL: the one in force)
-- why: what a person was told last is what is asked about
SELECT d.application_id, d.batch_id, d.model_version, d.policy_sha256
FROM score.decisions_v1 AS d
LEFT JOIN core.withdrawals_v1 AS w ON w.application_id = d.application_id AND w.batch_id = d.batch_id
WHERE d.application_id = $application_id AND ($batch_id::INTEGER IS NULL OR d.batch_id = $batch_id)
ORDER BY w.batch_id IS NULL DESC, d.batch_id DESC
LIMIT 1
