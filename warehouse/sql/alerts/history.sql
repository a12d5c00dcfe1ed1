-- grain: one row per event of an alert
-- reads: monitor.alerts_v1
-- params: $alert_id INTEGER
-- why: who did what and when, for the one who takes it up
SELECT event_id, event, as_of, severity, recorded_by, note, recorded_at, detail
FROM monitor.alerts_v1
WHERE alert_id = $alert_id
ORDER BY event_id
