-- grain: one row per alert that is open or acknowledged
-- reads: monitor.alerts
-- params: none
-- why: what tonight's findings are held against
SELECT alert_id, opened_on, subject, kind, severity, status, detail, runbook, verdicts
FROM monitor.alerts
WHERE status <> 'resolved'
ORDER BY alert_id
