-- grain: one row per place that knows an applicant without a decision
-- reads: marts.quarantine, marts.outcomes, marts.decision_history
-- params: $application_id
-- why: an application without a decision in force was rejected, is history, or never came
SELECT 'quarantine: ' || string_agg(DISTINCT rule, ', ' ORDER BY rule) AS place
FROM marts.quarantine
WHERE application_id = $application_id
HAVING count(*) > 0
UNION ALL
SELECT 'history: its outcome was delivered, it was never scored' AS place
FROM marts.outcomes
WHERE application_id = $application_id AND decision IS NULL
UNION ALL
SELECT 'withdrawn: a later delivery of its day no longer held it; see marts.decision_history' AS place
FROM marts.decision_history
WHERE application_id = $application_id
HAVING count(*) > 0
