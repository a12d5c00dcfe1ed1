-- grain: at most one row, the decision in force
-- reads: marts.decisions
-- params: $application_id
-- why: what was decided about this application
SELECT
  application_id, received_on, as_of, batch_id, pd, score_points, decision, decided_by, threshold, model_version, policy_sha256, decided_at
FROM marts.decisions
WHERE application_id = $application_id
