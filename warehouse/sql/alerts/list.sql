-- grain: one row per alert
-- reads: monitor.alerts
-- params: $with_resolved BOOLEAN
-- why: what an operator looks at, the most severe first
SELECT alert_id, opened_on, subject, kind, severity, status, detail, runbook, last_found_on, acknowledged_by, resolved_on
FROM monitor.alerts
WHERE status <> 'resolved' OR $with_resolved
ORDER BY status = 'resolved', severity, opened_on DESC, alert_id
