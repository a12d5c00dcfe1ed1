-- grain: one row per decision ever taken on one application
-- reads: marts.decision_history
-- params: $application_id
-- why: an application may have come more than once
SELECT received_on, decision, pd, model_version, superseded_at
FROM marts.decision_history
WHERE application_id = $application_id
ORDER BY batch_id
