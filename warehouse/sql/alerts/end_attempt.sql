-- grain: one row of the outbox
-- reads: monitor.outbox_v1
-- params: $alert_id, $severity, $channel, $delivered_at, $last_error
-- why: delivered, or pending with the class of what went wrong
UPDATE monitor.outbox_v1
SET delivered_at = $delivered_at, last_error = $last_error
WHERE alert_id = $alert_id AND severity = $severity AND channel = $channel
