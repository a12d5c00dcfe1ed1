-- grain: one row per subject and kind among the ten worst of a business date
-- reads: monitor.drift_v1
-- params: $as_of DATE
-- why: what a person should look at first: alerts before watches, then what weighs most in the model
SELECT window_days, kind, subject, segment, psi, psi_limit, value, value_reference, status
FROM monitor.drift_v1
WHERE as_of = $as_of AND status IN ('alert', 'watch')
ORDER BY status <> 'alert', coalesce(importance, 0) * coalesce(psi, 0) DESC, coalesce(psi, 0) DESC, subject, segment, window_days
LIMIT 10
