-- grain: one row per subject of all applicants in one window
-- reads: monitor.drift_v1
-- params: $as_of DATE, $window_days INTEGER
-- why: what the Evidently report shows is what was measured; scores and decisions first, then what
--      alerts, then the most important inputs
SELECT subject, kind, psi, coalesce(psi_limit, 0) AS psi_limit, status
FROM monitor.drift_v1
WHERE as_of = $as_of AND window_days = $window_days AND segment = '' AND kind IN ('feature', 'score', 'decision')
ORDER BY kind = 'feature', status <> 'alert', importance DESC NULLS LAST, subject
