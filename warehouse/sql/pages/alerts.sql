-- grain: one row per alert that is not resolved and was open by the business date
-- reads: marts.alerts
-- params: $as_of
-- why: what somebody has to look at; an acknowledged alert counts as open
SELECT alert_id::VARCHAR AS alert_id, opened_on, subject, kind, severity, status, detail, runbook
FROM marts.alerts
WHERE status <> 'resolved' AND opened_on <= $as_of
ORDER BY CASE severity WHEN 'critical' THEN 0 ELSE 1 END, opened_on, alert_id
