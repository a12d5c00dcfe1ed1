-- grain: one row of the outbox
-- reads: monitor.outbox_v1
-- params: $alert_id, $severity, $channel, $attempted_at
-- why: counted before it is sent: an attempt that the process does not survive is an attempt, and its outcome unknown
UPDATE monitor.outbox_v1
SET attempts = attempts + 1, attempted_at = $attempted_at, last_error = 'Interrupted'
WHERE alert_id = $alert_id AND severity = $severity AND channel = $channel
