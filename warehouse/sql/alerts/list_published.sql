-- grain: one row per alert of the published snapshot
-- reads: marts.alerts
-- params: none
-- why: the same list as of the last publication, for a reader who would have to wait for the warehouse
SELECT alert_id, opened_on, subject, kind, severity, status, detail, runbook, last_found_on, acknowledged_by, resolved_on
FROM marts.alerts
ORDER BY status = 'resolved', severity, opened_on DESC, alert_id
