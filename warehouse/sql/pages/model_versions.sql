-- grain: one row per model that decided for the business date
-- reads: marts.decision_history
-- params: $as_of
-- why: the page names the champion
SELECT DISTINCT model_version
FROM marts.decision_history
WHERE as_of = $as_of
ORDER BY model_version
