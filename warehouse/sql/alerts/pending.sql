-- grain: one row per alert and severity that a channel has not taken yet
-- reads: monitor.outbox_v1, monitor.alerts
-- params: $channel
-- why: those tried least come first, so that one which a channel always refuses does not stand before the others for ever
SELECT
  o.alert_id, o.severity, o.reason, a.opened_on, a.subject, a.kind, a.status, a.detail, a.runbook, a.last_found_on, o.attempts
FROM monitor.outbox_v1 AS o
JOIN monitor.alerts AS a ON a.alert_id = o.alert_id
WHERE o.channel = $channel AND o.delivered_at IS NULL
ORDER BY o.attempts, o.alert_id, o.severity DESC
